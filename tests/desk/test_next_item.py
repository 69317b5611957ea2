"""After an act the clerk reads what happened and who acts now, and goes on with the next item of the same list."""

from __future__ import annotations

import re
from datetime import timedelta

from audiovisual.desk import keys, operations
from audiovisual.desk.queries import PER_PAGE
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.projects.operations import office, records
from audiovisual.projects.queries.records import open_questions
from audiovisual.reviews.operations import panels
from tests import factories as make
from tests.conventions.test_lists_end import titles

CRITERIA = ("strength", "maturity", "feasibility", "market")


def told(client, address, **form):
    """What the page says after the act, and where its link to the next item leads."""
    done = client.post(address, data=form)
    assert done.status_code == 303
    page = client.get(done.location).text
    said, link = re.search(r'<p class="note note-green">.*?<span>(.*?)(<a .*?</a>)?</span>', page).groups()
    return said.strip(), link and re.search(r'href="(.*?)"', link)[1]


def test_after_receiving_the_next_filing_to_receive_is_one_press_away(app, login):
    officer, house = make.user("officer"), make.producer()
    first, second = make.project("submitted", by=house), make.project("submitted", by=house)
    make.project("accepted", by=house, officer=officer)
    client = login(officer)
    said = "已收件，请看材料是否齐全。"
    assert told(client, f"/projects/{first.id}/steps/receive") == (said, f"/projects/{second.id}")
    text, following = told(client, f"/projects/{second.id}/steps/receive")
    assert text == said and following is not None  # none is left to receive: the first of the list comes next


def test_after_a_signature_the_next_task_is_one_press_away(app, login):
    officer = make.user("officer")
    round_, (expert, *_rest) = make.reading(officer)
    mine = next(seat for seat in round_.assignments if seat.expert_id == expert.id)
    make.written(mine)
    other, me = make.delivered(officer), make.actor_of(officer)
    with unit_of_work():
        second = panels.open_(other, me)
        second.seats = 1
        panels.choose(second, me, expert)
        panels.invite(second, me)
    client, path = login(expert), f"/reviews/tasks/{mine.id}/sign"
    seen = re.search(r'name="seen" value="(.*?)"', client.get(path).text)[1]
    text, following = told(client, path, seen=seen)
    assert (text, following) == ("已签名提交，谢谢您。意见不能再改。", f"/reviews/tasks/{second.assignments[0].id}")
    done = re.findall(r'data-label="办了什么">\s*(.*?)</td>', client.get("/desk/done").text, re.DOTALL)
    assert [each.strip() for each in done] == ["签名提交了意见", "接受了审看"]


def test_where_nothing_is_left_no_link_leads_anywhere(app, login):
    officer = make.user("officer")
    only = make.project("submitted")
    client = login(officer)
    assert told(client, f"/projects/{only.id}/steps/receive") == ("已收件，请看材料是否齐全。", None)


def test_after_refusing_a_filing_the_next_to_be_looked_through_comes(app, login):
    officer, house = make.user("officer"), make.producer()
    make.project("submitted", by=house)
    first, second = (make.project("received", by=house, officer=officer) for _ in range(2))
    said = "已决定不予受理，这部片办结，制作机构会收到消息。"
    answer = told(login(officer), f"/projects/{first.id}/steps/decline", reason="不属于受理范围。")
    assert answer == (said, f"/projects/{second.id}")


def test_the_next_of_the_same_kind_is_found_on_whichever_page_of_the_list_it_stands(app, login):
    officer, house = make.user("officer"), make.producer()
    before, after = (make.project("accepted", by=house, officer=officer) for _ in range(2))
    receive = make.project("submitted", by=house)
    with unit_of_work():
        after.due_on = today() + timedelta(days=400)
    titles(receive, PER_PAGE + 10, due_on=today())
    scores = {f"score_{c}": "80" for c in CRITERIA} | {f"reason_{c}": "齐全。" for c in CRITERIA}
    form = {**scores, "recommendation": "admit", "comment": "建议入库。"}
    said = "初审意见已呈报，等处长审定。"
    assert told(login(officer), f"/projects/{before.id}/propose", **form) == (said, f"/projects/{after.id}")


def test_after_admitting_a_house_the_next_applicant_comes(app, login):
    officer = make.user("officer")
    first, second = make.house(state="applied"), make.house(state="applied")
    client = login(officer)
    said = "已同意入驻，这家机构可以提交申报了。"
    assert told(client, f"/houses/{first.id}/steps/admit") == (said, f"/houses/{second.id}")
    assert told(client, f"/houses/{second.id}/steps/admit") == (said, None)


def test_after_a_change_the_next_change_comes_and_after_the_last_a_title(app, login):
    officer, house = make.user("officer"), make.producer()
    titles = [make.project("scheduled", by=house, officer=officer) for _ in range(2)]
    waits = make.project("submitted", by=house)
    with unit_of_work():
        asked = [records.ask_change(each, make.actor_of(house), "episodes", "20", "删并两集。") for each in titles]
    client = login(officer)
    first, second = (f"/projects/{each.project_id}/changes/{each.id}/approve" for each in asked)
    said = "已同意变更，立即生效。"
    assert told(client, first) == (said, f"/projects/{titles[1].id}/records#changes")
    assert told(client, second) == (said, f"/projects/{waits.id}")


def test_after_a_question_the_next_question_comes_however_it_was_settled(app, login):
    officer, house = make.user("officer"), make.producer()
    titles = [make.project("scheduled", by=house, officer=officer) for _ in range(3)]
    with unit_of_work():
        for each in titles:
            office.remark(each, make.actor_of(house), "什么时候开机？")
    one, two, three = (f"/projects/{each.id}" for each in titles)
    questions = [open_questions(each)[0].id for each in titles]
    client = login(officer)
    answer = {"text": "下月。", "public": "y", "upto": str(questions[0])}
    assert told(client, f"{one}/remarks/new", **answer) == ("已答复，制作机构会收到消息。", f"{two}/remarks/new")
    assert told(client, f"{two}/questions/{questions[1]}/done") == ("已标为处理过。", f"{three}/remarks/new")
    assert told(client, f"{three}/questions/{questions[2]}/done") == ("已标为处理过。", None)


def test_a_leader_goes_from_request_to_request_and_from_nomination_to_nomination(app, login):
    leader, officer, house, steward = make.user("leader"), make.user("officer"), make.producer(), make.user("officer")
    titles = [make.project("screened", by=house, officer=officer) for _ in range(2)]
    names = [each.title for each in titles]
    with unit_of_work():
        asked = [operations.ask_urgent(each, make.actor_of(house), "首播已定档。") for each in titles]
        named = [
            keys.propose_key(each, make.actor_of(officer), today().year, slot, "题材有辨识度。", steward)
            for slot, each in enumerate(titles, 1)
        ]
    client = login(leader)
    following = f"/urgent?request={asked[1].id}#request-{asked[1].id}"
    assert told(client, f"/urgent/{asked[0].id}/approve") == (f"《{names[0]}》：已批准加急，时限已缩短。", following)
    proposal = f"/key-proposals/{named[0].id}"
    assert told(client, f"/urgent/{asked[1].id}/refuse", reason="理由不足。")[1] == proposal
    following = f"/key-proposals/{named[1].id}"
    assert told(client, f"{proposal}/approve", version="1") == (
        f"《{names[0]}》：已同意，机构和处里会收到通知。",
        following,
    )
