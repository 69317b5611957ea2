"""A letter's way through bad days: the worker killed, the title gone, two hands at one seal."""

from __future__ import annotations

import pytest

from audiovisual.documents import operations, queries
from audiovisual.documents.models import Document
from audiovisual.kernel import audit, outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.numbers import NumberSeries
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people.models import User
from audiovisual.projects.operations import filing, office
from tests import factories as make
from workflows.errors import NotAllowed, WrongState


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


def test_a_title_withdrawn_meanwhile_gets_no_letter(app, login):
    document, people = sealed()
    with unit_of_work():
        filing.withdraw(document.project, make.actor_of(people["producer"]), "不拍了。")
    work_off()
    document = letter()
    assert "文号作废" in queries.failure_of(document) and document.state == "issuing"
    client = login(db.session.merge(people["sealer"]))
    page = client.get(f"/documents/{document.id}")
    assert page.status_code == 200 and "文号作废" in page.text
    assert client.post(f"/documents/{document.id}/again").status_code == 409
    assert login(db.session.merge(people["producer"])).get(f"/documents/{document.id}").status_code == 404


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
