"""Files with a virus: nobody opens them, they count as not there, who sent them hears of it; what was not scanned is told.

Debian's clamd looks, one for all tests here; it knows EICAR's test pattern and nothing else.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from audiovisual.kernel import health, outbox, scanning, uploads
from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import Scan
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.people.models import Message
from audiovisual.projects.operations import completion, filing
from audiovisual.reviews.models import CutPart
from tests import factories as make
from tests.attacks.live import free_port
from tests.clamd import CLAMD, EICAR, SIGNATURE, STREAM_MOST, clamd
from tests.projects.test_completion import asked, send
from workflows.errors import RuleBroken

pytestmark = pytest.mark.skipif(CLAMD is None, reason="this machine has no clamd")
FOUND = f"{SIGNATURE}.UNOFFICIAL"
PDF = b"%PDF-1.4\n%the house's paper\n"
SICK = PDF + EICAR + b"\n%%EOF\n"
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
JSON = {"Accept": "application/json", "X-Requested-With": "fetch"}
OWN = "您上传的“%(file)s”里查出病毒 %(signature)s，不算数，请换一份干净的。"
OTHERS = "%(who)s上传的“%(file)s”里查出病毒 %(signature)s，谁也打不开。"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the scanner listens: a socket, and a port of this machine."""
    port = free_port()
    with clamd(tmp_path_factory.mktemp("clamd"), port) as place:
        yield place, f"127.0.0.1:{port}"


@pytest.fixture
def scanner(app: Any, places: tuple[str, str]) -> str:
    """The bank with the scanner set."""
    scanning.forget_what_was_told()
    app.config["SCANNER"] = places[0]
    return places[0]


@pytest.fixture
def by(app: Any) -> Any:
    return make.producer()


def sent(by: Any, content: bytes, name: str) -> str:
    """The token of an upload that came in pieces."""
    actor = make.actor_of(by)
    with unit_of_work():
        token = uploads.begin(name, len(content), actor).token
    uploads.receive(token, actor, 0, content)
    uploads.finish(token, actor)
    return token


def worked(*rows: Any) -> None:
    """Let the worker do what waits; these rows are read anew."""
    outbox.work_off()
    db.session.add_all(rows)
    db.session.expire_all()


def attached(project: Any, by: Any, content: bytes, name: str = "盖章页.pdf", kind: str = "pledge") -> Any:
    token = sent(by, content, name)
    with unit_of_work():
        return filing.attach(
            project, make.actor_of(by), kind, uploads.take_upload(token, make.actor_of(by), field=kind)
        )


def verdict(stored: Any) -> str | None:
    return db.session.scalar(select(Scan.verdict).where(Scan.sha256 == stored.sha256))


def told(user: Any) -> list[tuple[str, dict[str, Any]]]:
    rows = db.session.scalars(select(Message).where(Message.user_id == user.id).order_by(Message.id))
    return [(row.subject, row.params) for row in rows if "signature" in row.params]


def test_what_was_uploaded_is_opened_by_nobody_until_it_is_found_clean(login: Any, by: Any, scanner: str) -> None:
    project = make.draft(by)
    paper = attached(project, by, PDF)
    client, url = login(by), f"/projects/{project.id}/papers/{paper.id}/file"
    answer = client.get(url)
    assert answer.status_code == 409 and "这份文件正在查毒" in answer.text
    assert client.get(url, headers=JSON).json == {
        "heading": "这份文件正在查毒", "error": "查完就能打开，一般不到一分钟。请稍后再打开一次。",
    }  # fmt: skip
    assert client.head(url).status_code == 409
    assert "正在查毒，查完就能打开。" in client.get(f"/projects/{project.id}/edit").text
    worked(by, project, paper)
    assert verdict(paper.file) == "clean"
    assert client.get(url).data == PDF


def test_a_virus_is_opened_by_nobody_counts_as_not_attached_and_is_told(login: Any, by: Any, scanner: str) -> None:
    admin, other = make.user("admin"), make.user("officer")
    project = make.draft(by)
    paper = attached(project, by, SICK)
    worked(by, admin, other, project, paper)
    client, url = login(by), f"/projects/{project.id}/papers/{paper.id}/file"
    for answer in (client.get(url), client.get(f"{url}?inline=1"), client.get(url, headers={"Range": "bytes=0-9"})):
        assert (answer.status_code, EICAR in answer.data) == (403, False)
        assert f"查出病毒 {FOUND}，不能打开，也不能下载。" in answer.text
    assert client.get(url, headers={"If-None-Match": f'"{paper.file.sha256}"'}).status_code == 403
    params = {"file": "盖章页.pdf", "signature": FOUND, "who": by.name}
    assert (told(by), told(admin), told(other)) == ([(OWN, params)], [(OTHERS, params)], [])
    page = client.get(f"/projects/{project.id}/edit").text
    assert f"查出病毒 {FOUND}，不算数，请换一份。" in page
    assert page.count("已传") == sum(each.kind != "pledge" for each in project.attachments if each.removed_at is None)

    answer = client.post(f"/projects/{project.id}/submit", follow_redirects=True)
    assert f"“盖章页.pdf”里查出病毒 {FOUND}，不算数。请换一份干净的。" in answer.text
    assert project.state == "draft"

    attached(project, by, PDF)
    with unit_of_work():
        filing.submit(project, make.actor_of(by))
    assert project.state == "submitted"


def test_the_same_bytes_are_known_when_they_come_again(by: Any, scanner: str) -> None:
    project = make.draft(by)
    attached(project, by, SICK)
    worked()
    with pytest.raises(RuleBroken) as refused:
        sent(make.producer(), SICK, "合同.pdf")
    assert refused.value.sentence == scanning.infected_said("合同.pdf", FOUND)


def test_what_is_found_between_upload_and_form_is_refused_beside_the_file(by: Any, scanner: str) -> None:
    token = sent(by, SICK, "加急材料.pdf")
    worked(by)
    with pytest.raises(RuleBroken) as refused:
        uploads.take_upload(token, make.actor_of(by), field="evidence")
    assert (refused.value.field, refused.value.sentence) == ("evidence", scanning.infected_said("加急材料.pdf", FOUND))


def test_a_cut_with_a_virus_is_not_played(login: Any, by: Any, scanner: str) -> None:
    officer = make.user("officer")
    project = make.project("in_production", by=by, officer=officer, episodes=1)
    token, client = sent(by, FILM + EICAR, "第1集.mp4"), login(by)
    assert client.post(f"/projects/{project.id}/cut/new", data={"cut_id": token}).status_code == 303
    part = db.session.scalars(select(CutPart)).one()
    stream = f"/reviews/cuts/parts/{part.id}/stream"
    assert client.get(stream).status_code == 409
    assert "正在查毒，查完就能打开。" in client.get(f"/projects/{project.id}/cut").text
    worked(by, officer, project)
    for person in (by, officer):
        client = login(person)
        assert client.get(stream, headers={"Range": "bytes=0-"}).status_code == 403
        assert f"查出病毒 {FOUND}，不算数，请换一份。" in client.get(f"/projects/{project.id}/cut").text


def test_files_from_before_are_told_as_not_scanned_and_found_by_the_command(app: Any, by: Any, places: Any) -> None:
    paper = attached(make.draft(by), by, SICK)
    worked(by, paper)
    assert (verdict(paper.file), said()) == (
        "unscanned",
        ["没有设置查毒程序（SEEDBANK_SCANNER）：上传的文件都未查毒。"],
    )
    run = app.test_cli_runner().invoke
    assert "请先设置 SEEDBANK_SCANNER" in run(args=["scan", "--all"]).output
    scanning.forget_what_was_told()
    app.config["SCANNER"] = places[1]
    assert "未查毒的文件 1 个，可以打开。请在服务器上运行 flask --app wsgi scan --all。" in said()
    result = run(args=["scan", "--all"])
    assert (result.exit_code, result.output) == (0, "1 个文件排队查毒，后台处理逐个查。\n")
    kept = db.session.scalars(select(AuditRow).where(AuditRow.action == "files.scan")).one()
    assert json.loads(kept.data)["files"] == 1
    worked(by, paper)
    assert (verdict(paper.file), len(told(by))) == ("infected", 1)
    assert "查出病毒的文件 1 个，都打不开。" in said()
    run(args=["scan", "--all"])
    worked(by)
    assert len(told(by)) == 1, "found again, it is told once"


def said() -> list[str]:
    """What stands on the administrators' page and on /readyz."""
    db.session.rollback()
    return [sentence.template % sentence.params for sentence in scanning.standing()]


def test_what_is_too_large_for_the_scanner_is_opened_and_counted_as_not_scanned(
    login: Any, by: Any, scanner: str
) -> None:
    project = make.draft(by)
    large = PDF + b"%" * STREAM_MOST
    paper = attached(project, by, large)
    worked(by, project, paper)
    assert verdict(paper.file) == "too_large"
    assert login(by).get(f"/projects/{project.id}/papers/{paper.id}/file").data == large
    assert "未查毒（太大）的文件 1 个，可以打开。" in said()


def test_a_silent_scanner_is_asked_again_and_told(app: Any, client: Any, login: Any, by: Any, places: Any) -> None:
    health.beat()
    app.config["SCANNER"] = f"127.0.0.1:{free_port()}"
    scanning.forget_what_was_told()
    paper = attached(make.draft(by), by, PDF)
    worked(by, paper)
    row = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "scan")).one()
    assert (row.done_at, row.failed_at, row.attempts, verdict(paper.file)) == (None, None, 1, "waiting")
    silent = "查毒程序没有回答（Connection refused）：新上传的文件打不开，等它查过。"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["notes"]["scanner"]) == (200, f"{silent} 等着查毒的文件 1 个。")
    assert silent in login(make.user("admin")).get("/settings").text
    app.config["SCANNER"] = places[0]
    with unit_of_work():
        outbox.retry_soon(db.session.get(OutboxRow, row.id))
    worked(paper)
    assert verdict(paper.file) == "clean"


@contextmanager
def answering(version: bytes, found: bytes) -> Iterator[str]:
    """Something that answers as a scanner of that version would, and finds that in everything."""
    server = socket.create_server(("127.0.0.1", 0))

    def go() -> None:
        with suppress(OSError):
            while True:
                line, _address = server.accept()
                with line:
                    asked = line.recv(10)
                    while (
                        asked.startswith(b"zINSTREAM") and not asked.endswith(bytes(4)) and (more := line.recv(65536))
                    ):
                        asked += more
                    line.sendall((version if asked.startswith(b"zVERSION") else found) + b"\0")

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def version(age: timedelta) -> bytes:
    return f"ClamAV 1.4.3/27500/{(datetime.now(UTC) - age).strftime('%a %b %d %H:%M:%S %Y')}".encode()


def test_signatures_that_are_old_or_none_prove_nothing(app: Any, by: Any, scanner: str) -> None:
    project = make.draft(by)
    attached(project, by, PDF + b"1", "一.pdf", "other")
    worked(by, project)
    none = "查毒程序（ClamAV 1.4.3）没有官方病毒特征：查过的也算未查毒。"
    count = "未查毒（查的时候没有病毒特征，或太旧）的文件 %d 个，可以打开。"
    assert said() == [none, count % 1]
    for days, lacks in ((20, ["查毒程序的病毒特征已 20 天没有更新：查过的也算未查毒。", count % 2]), (1, [count % 2])):
        with answering(version(timedelta(days=days)), b"stream: OK") as place:
            app.config["SCANNER"] = place
            attached(project, by, PDF + b"%d days" % days, f"{days}.pdf", "other")
            worked(by, project)
            assert said() == lacks
    kept = db.session.scalars(select(Scan).where(Scan.proven)).one()
    assert (kept.verdict, kept.engine, (utcnow() - kept.signatures_at).days) == ("clean", "ClamAV 1.4.3", 1)


def test_an_answer_that_cannot_be_understood_is_none(app: Any, by: Any) -> None:
    with answering(b"ClamAV 1.4.3", b"hello") as place:
        app.config["SCANNER"] = place
        paper = attached(make.draft(by), by, PDF)
        worked(paper)
        assert verdict(paper.file) == "waiting"


def test_what_the_program_made_itself_is_not_scanned(app: Any, by: Any, scanner: str) -> None:
    assert verdict(make.stored(by)) is None


def test_a_file_that_goes_takes_its_verdict_along(by: Any, scanner: str) -> None:
    token = sent(by, PDF, "一.pdf")
    worked(by)
    with unit_of_work():
        uploads.discard(uploads.of(token, make.actor_of(by)))
    assert db.session.scalars(select(Scan)).all() == []


def test_material_with_a_virus_is_not_handed_back_with_a_completion(login: Any, by: Any, scanner: str) -> None:
    officer = make.user("officer")
    project, notice = asked(by, officer, "paper_pledge")
    form = {f"file-{notice.items[0].id}": (BytesIO(SICK), "盖章页.pdf")}
    assert send(login(by), project, **form).status_code == 303
    worked(by, project, notice)
    answer = send(login(by), project, "complete")
    assert answer.status_code == 422 and said_of("盖章页.pdf") in answer.text
    with pytest.raises(RuleBroken) as refused, unit_of_work():
        completion.complete(project, make.actor_of(by))
    assert refused.value.sentence == scanning.infected_said("盖章页.pdf", FOUND)
    assert project.state == "completing"


def said_of(name: str) -> str:
    sentence = scanning.infected_said(name, FOUND)
    return sentence.template % sentence.params
