"""A department asked during the review blocks what is decided on it until it has answered (协审)."""

import pytest

from audiovisual.documents.models import Document
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, today
from audiovisual.projects.operations import records
from audiovisual.reviews.operations import opinions, settling
from tests import factories
from tests.factories import actor_of
from workflows.errors import RuleBroken

from .stages import again, agreed, fresh, proposed


def test_nothing_is_proposed_while_a_department_has_not_answered(app):
    officer = factories.user("officer")
    round_, _experts = factories.reading(officer)
    for assignment in list(round_.assignments):
        factories.written(assignment, "passed")
        with unit_of_work():
            opinions.sign(assignment, actor_of(assignment.expert))
    with unit_of_work():
        asked = records.ask_co_review(round_.project, actor_of(officer), "省民宗委", "请协审宗教场所情节。")
    with pytest.raises(RuleBroken, match="还在等省民宗委的协审意见"), unit_of_work():
        settling.propose(round_, actor_of(officer), "passed", "主题积极，制作精良。", "")
    with unit_of_work():
        records.answer_co_review(asked, actor_of(officer), "agree", "无意见。", today())
        settling.propose(round_, actor_of(officer), "passed", "主题积极，制作精良。", "")
    assert round_.state == "proposed"


def ask(round_, officer):
    with unit_of_work():
        return records.ask_co_review(round_.project, actor_of(officer), "省民宗委", "请协审宗教场所情节。")


@pytest.mark.parametrize(("stage", "who", "step"), [(proposed, "head", "agree"), (agreed, "leader", "decide")])
def test_head_and_leader_wait_for_a_department_asked_after_the_proposal(app, login, stage, who, step):
    round_, people = stage()
    asked, client, before = ask(round_, people["officer"]), login(people[who]), round_.state
    url = f"/reviews/{round_.id}/decide"
    page = client.get(url).text
    assert "还在等省民宗委的协审意见。" in page and f"{url}/{step}" not in page and "退回经办" in page
    refused = client.post(f"{url}/{step}", data={})
    assert refused.status_code == 422 and "还在等省民宗委的协审意见。" in refused.text
    assert again(round_).state == before
    with unit_of_work():
        records.answer_co_review(again(asked), actor_of(fresh(people["officer"])), "agree", "情节合规。", today())
    page = client.get(url).text
    assert "情节合规。" in page and f"{url}/{step}" in page
    assert client.post(f"{url}/{step}", data={}).status_code == 303
    assert again(round_).state != before


def test_no_letter_is_sealed_while_a_department_has_not_answered(app, login):
    round_, people = factories.decided()
    ask(round_, people["officer"])
    number = db.session.scalars(db.select(Document.id)).one()
    client = login(people["sealer"])
    assert "还在等省民宗委的协审意见。" in client.get(f"/documents/{number}").text
    assert client.post(f"/documents/{number}/seal").status_code == 422
    assert db.session.get(Document, number).state == "drafted"
