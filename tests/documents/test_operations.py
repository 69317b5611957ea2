"""A letter's way through bad days: the worker killed, the title gone, two hands at one seal."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from audiovisual import worker
from audiovisual.documents import fonts, operations, proposals, queries
from audiovisual.documents.letter import chinese_day
from audiovisual.documents.models import Document
from audiovisual.kernel import audit, outbox, text
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db, happening_at, today, utcnow
from audiovisual.kernel.numbers import NumberSeries
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, office, records
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations.settling import answer_when_served
from tests import factories as make
from tests.reviews.stages import proposed
from workflows.errors import NotAllowed, RuleBroken, WrongState

from .letters import text_of


def letter() -> Document:
    return db.session.scalars(db.select(Document).order_by(Document.id.desc())).first()


def sealed() -> tuple[Document, dict[str, User]]:
    """A letter that has its number and waits for the worker."""
    _, people = make.decided()
    document = letter()
    with unit_of_work():
        operations.seal(document, make.actor_of(people["sealer"]))
    return document, people


def fresh(people: dict[str, User], role: str):
    return make.actor_of(db.session.merge(people[role]))


def test_a_worker_killed_after_the_number_resumes_the_same_number(app):
    document, _people = sealed()
    document_id, number = document.id, document.number
    assert outbox.claim() is not None  # the worker took its first row and died
    assert operations._rendered(letter())[:5] == b"%PDF-"  # another died with the paper made and not yet attached
    db.session.remove()
    assert (letter().state, letter().file_id, letter().number) == ("issuing", None, number)
    operations.make_letter({"document": document_id})
    db.session.remove()
    served = letter()
    assert (served.state, served.number, served.round.state) == ("served", number, "issued")
    first = served.file_id
    operations.make_letter({"document": document_id})  # the outbox row is read once more
    assert (letter().file_id, db.session.scalars(db.select(NumberSeries.last).filter_by(series="letter")).one()) == (
        first,
        1,
    )
    assert audit.verify(db.session()).broken_at is None


def test_a_seal_that_is_rolled_back_gives_its_number_back(app):
    _, people = make.decided()
    document, sealer = letter(), make.actor_of(people["sealer"])
    with pytest.raises(RuntimeError), unit_of_work():
        operations.seal(document, sealer)
        raise RuntimeError("the process died before the commit")
    assert (letter().state, letter().number) == ("drafted", None)
    with unit_of_work():
        operations.seal(letter(), sealer)
    assert letter().number == "苏广电网〔2026〕1号"


def test_numbers_have_no_gaps(app):
    numbers = []
    for _ in range(3):
        document, _people = sealed()
        numbers.append(document.number)
        with pytest.raises(WrongState), unit_of_work():
            operations.seal(document, make.actor_of(make.user("sealer")))
    assert numbers == [f"苏广电网〔2026〕{n}号" for n in (1, 2, 3)]


def test_a_title_suspended_meanwhile_gets_its_letter_after_it_resumed(app):
    document, people = sealed()
    project, number = document.project, document.number
    with unit_of_work():
        office.suspend(project, make.actor_of(people["officer"]), "等协审。")
    work_off()
    document = letter()
    assert (document.state, document.project.state) == ("issuing", "suspended")
    assert "恢复办理后请重做" in queries.failure_of(document)
    with pytest.raises(WrongState, match="恢复办理"), unit_of_work():
        operations.make_again(document, fresh(people, "sealer"))
    with unit_of_work():
        office.resume(letter().project, fresh(people, "officer"))
    with pytest.raises(NotAllowed), unit_of_work():
        operations.make_again(letter(), fresh(people, "officer"))
    with unit_of_work():
        operations.make_again(letter(), fresh(people, "sealer"))
    work_off()
    assert (letter().state, letter().number, letter().failure) == ("served", number, None)


def test_a_title_withdrawn_while_its_letter_is_made_leaves_the_number_void_in_the_register(app, login):
    document, people = sealed()
    number = document.number
    with unit_of_work():
        filing.withdraw(document.project, make.actor_of(people["producer"]), "不拍了。")
    work_off()
    document = letter()
    assert (document.state, document.number, document.served_at, document.failure) == ("voided", number, None, None)
    client = login(db.session.merge(people["sealer"]))
    page = client.get(f"/documents/{document.id}").text
    assert f"{number}已作废" in page and "项目已撤回" in page and "确认作废" not in page
    assert client.post(f"/documents/{document.id}/again").status_code == 409
    assert client.post(f"/documents/{document.id}/void", data={"reason": "再作废。"}).status_code == 409
    listed = client.get("/documents?state=voided").text
    assert f"<s>{number}</s>" in listed and "已作废" in listed
    assert f"作废了{number}" in login(db.session.merge(people["officer"])).get(f"/projects/{document.project_id}").text
    house = login(db.session.merge(people["producer"]))
    assert house.get(f"/documents/{document.id}").status_code == 404
    assert number not in house.get(f"/projects/{document.project_id}").text
    _, others = make.decided()  # the register goes on after the void number
    with unit_of_work():
        following = db.session.scalars(db.select(Document).where(Document.state == "drafted")).one()
        operations.seal(following, make.actor_of(others["sealer"]))
    assert following.number == "苏广电网〔2026〕2号"


def test_a_letter_that_failed_is_made_void_with_a_reason_and_drafted_anew(app, login):
    document, people = sealed()
    number, id_, leader = document.number, document.id, people["leader"].id
    client, url = login(people["sealer"]), f"/documents/{document.id}/void"
    refused = client.post(url, data={"reason": "写错了。"})
    assert refused.status_code == 422 and "不能作废" in refused.text
    with unit_of_work():
        letter().content = {**letter().content, "summary": "\U00012345"}
    work_off()
    assert "确认作废" in client.get(f"/documents/{id_}").text
    bare = client.post(url, data={"reason": ""})
    assert bare.status_code == 422 and "请写明理由" in bare.text
    assert client.post(url, data={"reason": "字库缺字。"}).status_code == 303
    rows = db.session.scalars(db.select(Document).order_by(Document.id)).all()
    assert [(row.state, row.number, row.decided_by_id == leader) for row in rows] == [
        ("voided", number, True), ("drafted", None, True),
    ]  # fmt: skip
    page = client.get(f"/documents/{id_}").text
    assert "字库缺字。" in page and f'href="/documents/{rows[1].id}">看新的文稿' in page
    with unit_of_work():
        operations.seal(rows[1], fresh(people, "sealer"))
    work_off()
    assert [row.state for row in db.session.scalars(db.select(Document).order_by(Document.id))] == ["voided", "served"]


def test_the_letter_of_a_suspended_title_can_be_made_void(app):
    document, people = sealed()
    with unit_of_work():
        office.suspend(document.project, make.actor_of(people["officer"]), "等协审。")
    with unit_of_work():
        operations.void(letter(), fresh(people, "sealer"), "内容要改。")
    assert [row.state for row in db.session.scalars(db.select(Document).order_by(Document.id))] == ["voided", "drafted"]


def test_a_title_withdrawn_before_the_seal_takes_its_draft_with_it(app, login):
    round_, people = make.decided()
    with unit_of_work():
        filing.withdraw(round_.project, make.actor_of(people["producer"]), "不拍了。")
    assert (letter().state, letter().number) == ("withdrawn", None)
    assert login(people["producer"]).get(f"/documents/{letter().id}").status_code == 404


def test_a_suspended_title_is_not_sealed_and_the_page_says_why(app, login):
    round_, people = make.decided()
    with unit_of_work():
        office.suspend(round_.project, make.actor_of(people["officer"]), "等协审。")
    client = login(people["sealer"])
    assert "不能发函" in client.get(f"/documents/{letter().id}").text
    assert client.post(f"/documents/{letter().id}/seal").status_code in (409, 422)
    assert db.session.scalar(db.select(NumberSeries).filter_by(series="letter")) is None


def test_a_character_that_cannot_be_drawn_stops_the_letter_and_is_named(app):
    document, _people = sealed()
    with unit_of_work():
        document.content = {**document.content, "summary": "\U00012345"}
    work_off()
    assert "U+12345" in queries.failure_of(letter()) and letter().state == "issuing"
    assert db.session.scalars(db.select(OutboxRow.error).where(OutboxRow.kind == "make_letter")).one() is None


def test_a_refusal_is_served_and_ends_the_title(app):
    round_, _people = make.served("refused")
    assert (letter().state, round_.project.state) == ("served", "rejected")


def test_a_letter_that_waits_for_its_number_follows_a_change_of_title_and_of_house(app):
    round_, people = make.decided()
    project_id, officer = round_.project_id, make.actor_of(people["officer"])
    other = make.producer()
    house = make.actor_of(people["producer"])
    for kind, after in (("title", "守闸人的手艺"), ("house", other.house.name)):
        with unit_of_work():
            taking = other.house if kind == "house" else None
            project = db.session.get(Project, project_id)
            request = records.ask_change(project, house, kind, after, "剧情调整。", taking)
            if taking is not None:
                records.answer_take_over(request, make.actor_of(other), True)
        with unit_of_work():
            records.decide_change(request, officer, True)
    receiver = other.house.name
    work_off()
    draft = letter()
    assert (draft.title, draft.content["recipient"], draft.preview_id is not None) == (
        "关于网络剧《守闸人的手艺》审核意见的函",
        receiver,
        True,
    )
    with unit_of_work():
        operations.seal(letter(), fresh(people, "sealer"))
    work_off()
    served = letter()
    assert (served.state, served.content["project_title"], served.content["recipient"]) == (
        "served",
        "守闸人的手艺",
        receiver,
    )


def test_letters_that_wait_are_made_anew_each_day_with_the_days_they_would_have_then(app):
    """What leader and sealer read says the days their page says, and the letter will: the house's days are not shortened."""
    waiting = proposed()[0].id
    _, people = make.decided()
    work_off()
    first = {"proposal": days_on(paper_of(waiting)), "draft": days_on(letter().preview)}
    later = utcnow() + timedelta(days=3)
    with happening_at(later):
        worker.daily()
        work_off()
        db.session.expire_all()
        second = {"proposal": days_on(paper_of(waiting)), "draft": days_on(letter().preview)}
        on = {"proposal": answer_when_served(db.session.get(Round, waiting), today()),
              "draft": answer_when_served(letter().round, today())}  # fmt: skip
        assert second == {name: [chinese_day(due), chinese_day(today())] for name, due in on.items()}
        assert proposals.reckoned_anew() == 0  # the same day once more
        with unit_of_work():
            operations.seal(letter(), fresh(people, "sealer"))
        work_off()
        assert days_on(letter().file) == second["draft"]
    assert first != second


def paper_of(round_id: int) -> StoredFile:
    """The letter of a proposal, as head and leader read it."""
    return queries.preview_of(round_id).file


def days_on(paper: StoredFile) -> list[str]:
    """The last day for answers and the day at the foot of a letter."""
    return re.findall(
        r"[0-9]+年[0-9]+月[0-9]+日(?=前)|(?<=局)[0-9]+年[0-9]+月[0-9]+日", text_of(paper.path.read_bytes())
    )


def test_a_proposal_read_by_the_head_follows_a_change_of_title(app):
    round_, people = proposed()
    round_id = round_.id
    work_off()
    with unit_of_work():
        project = db.session.get(Round, round_id).project
        request = records.ask_change(project, fresh(people, "producer"), "title", "守闸人的手艺", "剧情调整。")
    with unit_of_work():
        records.decide_change(request, fresh(people, "officer"), True)
    work_off()
    db.session.expire_all()
    assert "《守闸人的手艺》" in text_of(paper_of(round_id).path.read_bytes())


@pytest.fixture
def without_a_face(app, tmp_path, monkeypatch):
    """A folder of fonts that lacks one face, another is damaged in; `mend()` puts both right."""
    folder = tmp_path / "faces"
    folder.mkdir()
    for source in {fonts.font_file(face) for face in fonts.FREE}:
        (folder / source.name).symlink_to(source)
    lacking, damaged = folder / "FandolFang-Regular.otf", folder / "FandolHei-Regular.otf"
    kept = {path: path.resolve() for path in (lacking, damaged)}
    lacking.unlink()
    damaged.unlink()
    damaged.write_bytes(kept[damaged].read_bytes()[:100_000])
    monkeypatch.setattr(fonts, "SYSTEM_FOLDERS", ())
    monkeypatch.setitem(app.config, "FONTS", str(folder))

    def mend() -> None:
        for path, source in kept.items():
            path.unlink(missing_ok=True)
            path.symlink_to(source)

    yield mend
    fonts._files_by_name.cache_clear()


SAID = "服务器上缺公文字体“FandolFang-Regular.otf”、“FandolHei-Regular.otf”，做出来的公文字体会不对，所以没有办。请系统管理员装好字体再办。"


def test_a_face_that_is_missing_or_damaged_refuses_the_seal_and_takes_no_number(app, request):
    _, people = make.decided()
    document = letter()
    mend = request.getfixturevalue("without_a_face")
    with pytest.raises(RuleBroken, match=SAID), unit_of_work():
        operations.seal(document, make.actor_of(people["sealer"]))
    db.session.rollback()
    assert (letter().state, letter().number, letter().ordinal) == ("drafted", None, None)
    mend()
    with unit_of_work():
        operations.seal(letter(), fresh(people, "sealer"))
    assert letter().ordinal == 1


def test_a_face_lost_after_the_seal_stops_the_letter_which_is_made_once_it_is_back(app, request):
    _document, people = sealed()
    mend = request.getfixturevalue("without_a_face")
    work_off()
    db.session.expire_all()
    kept = letter()
    assert (kept.state, kept.file_id, unpacked(kept.failure)) == ("issuing", None, SAID)
    mend()
    with unit_of_work():
        operations.make_again(letter(), fresh(people, "sealer"))
    work_off()
    db.session.expire_all()
    assert (letter().state, letter().failure) == ("served", None)


def test_a_preview_waits_for_a_missing_face(app, request):
    make.decided()
    mend = request.getfixturevalue("without_a_face")
    work_off()
    db.session.expire_all()
    assert (letter().preview_id, letter().failure) == (None, None)
    mend()
    with unit_of_work() as session:
        session.execute(db.update(OutboxRow).where(OutboxRow.done_at.is_(None)).values(due_at=utcnow()))
    work_off()
    db.session.expire_all()
    assert letter().preview_id


def test_a_clock_before_the_last_record_seals_nothing_and_is_told(app, client):
    _, people = make.decided()
    with happening_at(utcnow() + timedelta(hours=2)):
        make.project("submitted")
    with pytest.raises(WrongState, match="时钟比已有的记录还早"), unit_of_work():
        operations.seal(letter(), make.actor_of(people["sealer"]))
    db.session.rollback()
    assert client.get("/readyz").json["clock"] == "the clock is behind the last record"


def unpacked(kept: str) -> str:
    """A refusal as the column keeps it, in words."""
    return text.unpacked(json.loads(kept))
