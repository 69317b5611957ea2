"""A department asked during the review blocks what is decided on it until it has answered (协审)."""

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.projects.operations import records
from audiovisual.reviews.operations import opinions, settling
from tests import factories
from tests.factories import actor_of
from workflows.errors import RuleBroken


def test_nothing_is_proposed_while_a_department_has_not_answered(app):
    officer = factories.user("officer")
    round_, _experts = factories.reading(officer)
    for assignment in list(round_.assignments):
        factories.written(assignment, "passed")
        with unit_of_work():
            opinions.sign(assignment, actor_of(assignment.expert))
    with unit_of_work():
        asked = records.ask_co_review(round_.project, actor_of(officer), "省民宗委", "请协审宗教场所情节。")
    with pytest.raises(RuleBroken, match="协审意见没有回"), unit_of_work():
        settling.propose(round_, actor_of(officer), "passed", "主题积极，制作精良。", "")
    with unit_of_work():
        records.answer_co_review(asked, actor_of(officer), "agree", "无意见。", today())
        settling.propose(round_, actor_of(officer), "passed", "主题积极，制作精良。", "")
    assert round_.state == "proposed"
