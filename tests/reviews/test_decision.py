"""Head and leader on one page: what they read, what they may do, who may not."""

from __future__ import annotations

from audiovisual.documents.models import Document, LetterPreview
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.kernel.text import translated
from audiovisual.projects.deciding import facts_of
from audiovisual.reviews.operations import settling
from tests import factories as make
from tests.asked import statements

from .stages import again, agreed, fresh, gathered, proposed


def at(round_, path: str = "") -> str:
    return f"/reviews/{round_.id}/decide{path}"


def test_all_that_is_decided_on_stands_on_one_page(app, login):
    round_, people = proposed()
    client = login(people["head"])
    path = at(round_)
    client.get(path)
    with statements() as told:
        page = client.get(path).text
    for words in ("修改后通过", "主题积极，制作精良。", "删去点烟近景。", "整体扎实，改后可播。", "82", people["experts"][0].name,
                  f"/documents/proposals/{round_.id}"):  # fmt: skip
        assert words in page, words
    assert len(told) <= 18, "\n".join(told)


def test_the_letter_is_read_before_the_decision(app, login):
    round_, people = proposed()
    client, url = login(people["head"]), f"/documents/proposals/{round_.id}"
    assert "正在排版" in client.get(url).text
    round_id, head = round_.id, people["head"].id
    work_off()
    paper = client.get(url)
    assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")
    with unit_of_work():
        settling.send_back(
            db.session.get(type(round_), round_id), make.actor_of(db.session.get(type(people["head"]), head)), "再议"
        )
    assert db.session.get(LetterPreview, round_id) is None


def test_head_agrees_and_leader_decides_with_their_words(app, login):
    round_, people = proposed()
    head = login(people["head"])
    assert head.post(at(round_, "/agree"), data={"version": round_.version, "reason": "同意。"}).status_code == 303
    round_ = again(round_)
    leader = login(people["leader"])
    assert "同意。" in leader.get(at(round_)).text
    assert leader.post(at(round_, "/decide"), data={"version": round_.version}).status_code == 303
    round_ = again(round_)
    assert (round_.state, db.session.scalars(db.select(Document.state)).one()) == ("decided", "drafted")
    assert leader.get(at(round_)).status_code == 200


def test_nobody_takes_two_successive_steps_and_the_page_says_so(app, login):
    round_, _people = proposed()
    both = make.user("head", "leader")
    client = login(both)
    client.post(at(round_, "/agree"), data={"version": round_.version})
    page = client.get(at(round_)).text
    assert "前一步是您办的，这一步要由另一位同事办。" in page
    assert client.post(at(round_, "/decide")).status_code == 403
    assert again(round_).state == "agreed"


def test_a_proposal_made_anew_is_not_agreed_unread(app, login):
    round_, people = proposed()
    seen = round_.version
    officer, head = make.actor_of(people["officer"]), make.actor_of(people["head"])
    with unit_of_work():
        settling.send_back(round_, head, "换个结论。")
    with unit_of_work():
        settling.propose(round_, officer, "re_review", "要重审。")
    page = login(people["head"]).post(at(round_, "/agree"), data={"version": seen})
    assert page.status_code == 409 and "请重新看过再办" in page.text
    assert again(round_).state == "proposed"


def test_sending_back_needs_a_reason(app, login):
    round_, people = agreed()
    client = login(people["leader"])
    page = client.post(at(round_, "/send_back"), data={"reason": " "})
    assert page.status_code == 422 and "请写明理由" in page.text
    assert client.post(at(round_, "/send_back"), data={"reason": "x" * 2001}).status_code == 422
    assert client.post(at(round_, "/send_back"), data={"reason": "依据不足。"}).status_code == 303
    assert again(round_).state == "frozen"


def test_why_it_was_sent_back_stands_where_the_officer_works_on_it_again(app, login):
    round_, people = agreed()
    login(people["leader"]).post(at(round_, "/send_back"), data={"reason": "依据不足。"})
    officer, said = login(people["officer"]), f"{people['leader'].name}退回：依据不足。"
    pages = [f"/reviews/{round_.id}{place}" for place in ("", "/settle", "/propose")]
    assert [said in officer.get(page).text for page in pages] == [True, True, True]
    with unit_of_work():
        settling.propose(again(round_), make.actor_of(people["officer"]), "pass_after_changes", "改后可播。")
    assert said not in officer.get(pages[0]).text


def test_a_file_of_the_cut_that_does_not_play_is_known_to_whoever_signs(app, login):
    round_, people = agreed()
    said = "样片有 1 个文件在种子库里放不了"
    assert said not in login(people["leader"]).get(at(round_)).text
    with unit_of_work():
        again(round_).cut.parts[0].plays = False
    assert said in login(people["leader"]).get(at(round_)).text
    with app.test_request_context():
        known = facts_of(again(round_).project, make.actor_of(people["leader"]))
    assert said in [translated(fact.text) for fact in known]


def test_two_leaders_at_once_decide_once(app, login):
    round_, people = agreed()
    client = login(people["leader"])
    assert client.post(at(round_, "/decide")).status_code == 303
    assert login(make.user("leader")).post(at(round_, "/decide")).status_code == 409
    assert db.session.scalar(db.select(db.func.count()).select_from(Document)) == 1


def test_who_may_not_decide_learns_nothing(app, login):
    round_, people = proposed()
    for person, status in (
        (people["producer"], 403), (make.producer(), 403), (people["experts"][0], 403), (make.user("expert"), 404), (make.user("admin"), 403),
    ):  # fmt: skip
        client = login(fresh(person))
        assert client.get(at(round_)).status_code == status
        assert client.post(at(round_, "/agree")).status_code == status
    for person in (people["officer"], people["sealer"], people["leader"]):
        client = login(fresh(person))
        assert client.get(at(round_)).status_code == 200
        assert client.post(at(round_, "/agree")).status_code in (403, 409)
    assert login(people["head"]).post(at(round_, "/issue")).status_code == 404
    assert again(round_).state == "proposed"


def test_before_it_is_laid_there_is_nothing_to_decide(app, login):
    round_, people = gathered()
    assert login(people["head"]).get(at(round_)).status_code == 409
    assert login(people["head"]).get("/reviews/2147483647/decide").status_code == 404


def test_the_rounds_page_leads_to_the_decision(app, login):
    round_, people = proposed()
    assert at(round_) in login(people["head"]).get(f"/reviews/{round_.id}").text


def test_messages_lead_to_pages_their_readers_may_open(app, login):
    from audiovisual.people.models import Message, User

    make.served()
    for message in db.session.scalars(db.select(Message)).all():
        client, reader, url = login(db.session.get(User, message.user_id)), message.user_id, message.url
        page = client.get(url)
        assert page.status_code in (200, 303), (url, reader, page.status_code)
