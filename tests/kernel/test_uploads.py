"""Uploads: resumed, refused, interrupted, on a full disk, taken once."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage

from audiovisual.kernel import files, growing, outbox, uploads
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db, utcnow
from workflows.access import Actor
from workflows.errors import RuleBroken, WorkflowError, WrongState

from .stage import ALICE, BOB, PDF, PNG, staged, tree

PIECE = uploads.PIECE
BIG = PDF + os.urandom(2 * PIECE + 12_345)
HER = Actor(7, "某人7", frozenset({"producer"}))
resource = pytest.importorskip("resource")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Flask]:
    with staged(tmp_path) as app:
        yield app


@pytest.fixture
def http(stage: Flask) -> FlaskClient:
    return stage.test_client()


def announce(http: FlaskClient, content: bytes = BIG, name: str = "剧本终稿.pdf", who: dict = ALICE) -> str:
    answer = http.post("/files/uploads", json={"name": name, "size": len(content), "place": "stage:7"}, headers=who)
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def patch(http: FlaskClient, token: str, offset: int, piece: bytes, who: dict = ALICE) -> Any:
    headers = {**who, "Upload-Offset": str(offset)}
    return http.patch(f"/files/uploads/{token}", data=piece, headers=headers, content_type="application/octet-stream")


def send_rest(http: FlaskClient, token: str, content: bytes = BIG) -> None:
    offset = int(http.head(f"/files/uploads/{token}", headers=ALICE).headers["Upload-Offset"])
    while offset < len(content):
        answer = patch(http, token, offset, content[offset : offset + PIECE])
        assert answer.status_code == 200, answer.text
        offset = answer.json["offset"]


def finished(http: FlaskClient, content: bytes = PDF, name: str = "剧本.pdf") -> str:
    token = announce(http, content, name)
    send_rest(http, token, content)
    answer = http.post(f"/files/uploads/{token}/finish", headers=ALICE)
    assert answer.status_code == 200, answer.text
    return answer.json["file_id"]


def attach(http: FlaskClient, who: dict = ALICE, **form: Any) -> Any:
    return http.post("/attach", data=form, headers=who, content_type="multipart/form-data")


@contextmanager
def disk_for(most: int) -> Iterator[None]:
    """No file may grow beyond `most` bytes: the system itself refuses, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_pieces_become_the_same_bytes(stage: Flask, http: FlaskClient) -> None:
    token = announce(http)
    send_rest(http, token)
    answer = http.post(f"/files/uploads/{token}/finish", headers=ALICE).json
    assert answer == {
        "file_id": token, "name": "剧本终稿.pdf", "size": len(BIG), "sha256": hashlib.sha256(BIG).hexdigest(),
        "media_type": "application/pdf",
    }  # fmt: skip
    attached = attach(http, file_id=token)
    stored = db.session.get(StoredFile, attached.json["id"])
    assert stored.path.read_bytes() == BIG
    assert tree(stage) == [stored.key]


def test_an_upload_tells_how_far_it_came(http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:1000])
    answer = http.get(f"/files/uploads/{token}", headers=ALICE)
    assert answer.json == {"id": token, "offset": 1000, "size": len(BIG), "name": "剧本终稿.pdf", "state": "open"}
    head = http.head(f"/files/uploads/{token}", headers=ALICE)
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("1000", str(len(BIG)))


def test_a_piece_at_the_wrong_place_is_told_the_right_one(http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:1000])
    for wrong in (0, 999, 1001, len(BIG) + 1, 2**70):
        answer = patch(http, token, wrong, b"x" * 10)
        assert (answer.status_code, answer.json["offset"], answer.headers["Upload-Offset"]) == (409, 1000, "1000")
    assert http.patch(f"/files/uploads/{token}", data=b"x", headers=ALICE).status_code == 400
    send_rest(http, token)
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(BIG).hexdigest()


def test_of_a_connection_that_breaks_what_arrived_counts(http: FlaskClient) -> None:
    token = announce(http)
    http.patch(
        f"/files/uploads/{token}", input_stream=io.BytesIO(BIG[:70_000]),
        headers={**ALICE, "Upload-Offset": "0", "Content-Length": "3000000"}, content_type="application/octet-stream",
    )  # fmt: skip
    assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == 70_000
    send_rest(http, token)
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(BIG).hexdigest()


DIES = """
import os, signal, sys
from pathlib import Path
from tests.kernel.stage import make_stage
from audiovisual.kernel import growing, uploads
app = make_stage(Path(sys.argv[1]), sys.argv[3])
with app.app_context():
    from tests.kernel.test_uploads import HER
    uploads.receive(sys.argv[2], HER, 0, b"%PDF-" + b"a" * 995)
    upload = uploads.of(sys.argv[2], HER)
    with growing.alone(upload.path) as file:
        growing.append(file, 1000, b"not acknowledged" * 1000)
        print("acknowledged 1000", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_process_loses_nothing_acknowledged_and_keeps_nothing_else(stage: Flask, http: FlaskClient) -> None:
    content = b"%PDF-" + b"a" * 995 + b"b" * 5000
    token, url = announce(http, content), stage.config["SQLALCHEMY_DATABASE_URI"]
    dead = subprocess.run(
        [sys.executable, "-c", DIES, stage.instance_path, token, url], capture_output=True, text=True,
        cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert (dead.returncode, dead.stdout) == (-9, "acknowledged 1000\n"), dead.stderr
    assert (files.incoming() / token).stat().st_size == 17_000
    assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == 1000
    send_rest(http, token, content)
    assert (
        http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(content).hexdigest()
    )


def test_a_lost_growing_file_starts_again_from_nothing(http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:1000])
    (files.incoming() / token).unlink()
    assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == 0
    send_rest(http, token)
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(BIG).hexdigest()


def test_a_full_disk_refuses_the_piece_and_keeps_the_earlier_ones(http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:PIECE])
    with disk_for(PIECE + 100_000):
        answer = patch(http, token, PIECE, BIG[PIECE : 2 * PIECE])
        assert answer.status_code == 507
        assert answer.json["error"] == "服务器磁盘已满，这一段没有收下；已经传完的部分还在。请告诉管理员，稍后继续。"
        assert (files.incoming() / token).read_bytes() == BIG[:PIECE]
        assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == PIECE
    send_rest(http, token)
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(BIG).hexdigest()


def test_a_full_disk_during_a_whole_file_attaches_nothing(stage: Flask, http: FlaskClient) -> None:
    head = b'--sep\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    body = head + BIG + b"\r\n--sep--\r\n"
    with disk_for(1_000_000):
        answer = http.post("/attach", data=body, headers=ALICE, content_type="multipart/form-data; boundary=sep")
    assert (answer.status_code, "磁盘已满" in answer.json["heading"]) == (507, True)
    assert db.session.query(StoredFile).count() == 0
    assert tree(stage) == []


def test_too_much_is_refused_in_a_sentence(http: FlaskClient) -> None:
    post = {"name": "成片.mp4", "size": 2 * 1024**3 + 1, "place": "stage:7"}
    answer = http.post("/files/uploads", json=post, headers=ALICE)
    assert (answer.status_code, answer.json["error"]) == (413, "“成片.mp4”太大，这里最多 2 GB。")
    token = announce(http, PDF)
    answer = patch(http, token, 0, PDF + b"more")
    assert (answer.status_code, answer.json["error"]) == (413, "收到的内容比申报的大，请重新选择文件。")
    token = announce(http)
    assert patch(http, token, 0, BIG[: PIECE + 1]).status_code == 413
    assert patch(http, token, 0, bytes(7_000_000)).status_code == 413
    assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == 0


@pytest.mark.parametrize(
    "body",
    [None, [], "x", {}, {"name": "a.pdf"}, {"name": 5, "size": 5}, {"name": "a.pdf", "size": "5"},
     {"name": "a.pdf", "size": True}, {"name": "a.pdf", "size": 1.5}],
)  # fmt: skip
def test_a_malformed_announcement_is_a_bad_request(http: FlaskClient, body: Any) -> None:
    answer = http.post("/files/uploads", data=json.dumps(body), content_type="application/json", headers=ALICE)
    assert (answer.status_code, "error" in answer.json) == (400, True)


@pytest.mark.parametrize(
    ("name", "size"), [("剧本.pdf", 0), ("剧本.pdf", -5), ("a.exe", 5), ("无扩展名", 5), ("", 5), (".pdf", 5)]
)
def test_what_no_place_takes_is_refused_before_it_travels(http: FlaskClient, name: str, size: int) -> None:
    answer = http.post("/files/uploads", json={"name": name, "size": size, "place": "stage:7"}, headers=ALICE)
    assert (answer.status_code, db.session.query(uploads.Upload).count()) == (422, 0)


def test_a_purpose_narrows_what_may_be_announced(http: FlaskClient) -> None:
    body = {"name": "剧本.pdf", "size": 5, "purpose": "cut", "place": "stage:7"}
    answer = http.post("/files/uploads", json=body, headers=ALICE)
    assert (answer.status_code, answer.json["error"]) == (
        422,
        "“剧本.pdf”不能传到这里：这里只收 MP4、MOV、MKV、MXF、WebM。",
    )


def test_every_step_needs_the_mark_against_forgery(stage: Flask, http: FlaskClient) -> None:
    stage.config["WTF_CSRF_ENABLED"] = True
    assert (
        http.post("/files/uploads", json={"name": "a.pdf", "size": 5, "place": "stage:7"}, headers=ALICE).status_code
        == 400
    )
    marked = {**ALICE, "X-CSRFToken": http.get("/mark").text}
    token = announce(http, BIG, who=marked)
    assert patch(http, token, 0, BIG[:PIECE]).status_code == 400
    for offset in range(0, len(BIG), PIECE):
        assert patch(http, token, offset, BIG[offset : offset + PIECE], marked).status_code == 200
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).status_code == 400
    answer = http.post(f"/files/uploads/{token}/finish", headers=marked)
    assert answer.json["sha256"] == hashlib.sha256(BIG).hexdigest()
    assert attach(http, file=(io.BytesIO(PDF), "a.pdf")).status_code == 400
    assert attach(http, file=(io.BytesIO(PDF), "a.pdf"), csrf_token=marked["X-CSRFToken"]).status_code == 200
    assert http.delete(f"/files/uploads/{token}", headers=ALICE).status_code == 400


def test_only_the_owner_knows_of_an_upload(http: FlaskClient) -> None:
    token = announce(http, PDF)
    url = f"/files/uploads/{token}"
    answers = [http.get(url, headers=BOB), patch(http, token, 0, PDF, BOB), http.post(f"{url}/finish", headers=BOB),
               http.delete(url, headers=BOB), http.get("/files/uploads/none", headers=BOB)]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 5
    assert len({answer.data for answer in answers}) == 1
    script = {"X-Requested-With": "fetch"}
    assert [http.get(url, headers=script).status_code, patch(http, token, 0, PDF, script).status_code] == [401, 401]
    send_rest(http, token, PDF)
    http.post(f"{url}/finish", headers=ALICE)
    refused = attach(http, BOB, file_id=token)
    assert (refused.status_code, refused.json["error"]) == (422, "没有找到这个上传的文件，可能已过期，请重新上传。")


def test_unfit_content_is_refused_and_thrown_away(stage: Flask, http: FlaskClient) -> None:
    token = announce(http, PNG, "剧本.pdf")
    send_rest(http, token, PNG)
    answer = http.post(f"/files/uploads/{token}/finish", headers=ALICE)
    assert answer.status_code == 422
    assert answer.json["error"] == "“剧本.pdf”的内容是 PNG 图片，扩展名应为 .png，请改正文件名后重新上传。"
    assert tree(stage) == []
    assert http.get(f"/files/uploads/{token}", headers=ALICE).status_code == 404


def test_an_incomplete_upload_neither_finishes_nor_is_taken(http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:1000])
    answer = http.post(f"/files/uploads/{token}/finish", headers=ALICE)
    assert (answer.status_code, answer.json["offset"]) == (409, 1000)
    refused = attach(http, file_id=token)
    assert (refused.status_code, refused.json["error"]) == (422, "“剧本终稿.pdf”还没有传完，请等上传完成。")


def test_asked_to_finish_again_it_gives_the_same_answer(http: FlaskClient) -> None:
    token = finished(http)
    first, second = (http.post(f"/files/uploads/{token}/finish", headers=ALICE) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)
    assert db.session.query(StoredFile).count() == 1
    late = patch(http, token, 0, b"x")
    assert (late.status_code, late.json["offset"]) == (409, len(PDF))


def test_a_double_submit_attaches_once(http: FlaskClient) -> None:
    token = finished(http)
    assert attach(http, file_id=token).status_code == 200
    again = attach(http, file_id=token)
    assert (again.status_code, again.json["error"]) == (409, "“剧本.pdf”已经附上了，请不要重复提交。")


def test_a_refused_form_leaves_the_upload_to_be_taken_again(http: FlaskClient) -> None:
    token = finished(http)
    assert attach(http, file_id=token, allowed="cut").status_code == 422
    with pytest.raises(RuntimeError):
        attach(http, file_id=token, fail="1")
    db.session.rollback()
    assert attach(http, file_id=token).status_code == 200


def announced_for(http: FlaskClient, place: Any, name: str = "剧本.pdf", modified: Any = 1_764_000_000_123) -> str:
    body = {"name": name, "size": len(PDF), "place": place, "modified": modified}
    return http.post("/files/uploads", json=body, headers=ALICE).json["id"]


def test_what_was_sent_for_a_form_is_listed_when_it_is_opened_again(stage: Flask, http: FlaskClient) -> None:
    whole, part, taken = (announced_for(http, "stage:7") for _ in range(3))
    elsewhere = announced_for(http, "stage:8")
    for token in (whole, taken):
        send_rest(http, token, PDF)
        http.post(f"/files/uploads/{token}/finish", headers=ALICE)
    attach(http, file_id=taken)
    patch(http, part, 0, PDF[:10])
    found = uploads.waiting(HER)
    assert {place: [(one.token, one.state, one.offset) for one in several] for place, several in found.items()} == {
        "stage:7": [(whole, "finished", len(PDF)), (part, "open", 10)], "stage:8": [(elsewhere, "open", 0)],
    }  # fmt: skip
    assert found["stage:7"][0].modified == 1_764_000_000_123
    assert uploads.waiting(Actor(8)) == {}


def test_what_came_part_of_the_way_to_an_earlier_answer_is_listed_and_can_be_removed(
    stage: Flask, http: FlaskClient
) -> None:
    before, whole, now = (announced_for(http, place) for place in ("answer:7:0", "answer:7:0", "answer:7:1"))
    announced_for(http, "answer:8:0")
    announced_for(http, "stage:7:contract")
    send_rest(http, whole, PDF)
    http.post(f"/files/uploads/{whole}/finish", headers=ALICE)
    found = uploads.waiting(HER)
    assert [one.token for one in uploads.waiting_at(found, "answer:7:1")] == [now, before]
    assert {one.token for one in uploads.waiting_at(found, "answer:7:0")} == {before, whole}
    assert uploads.waiting_at(found, "paper:7:script") == []


def test_what_waits_is_listed_as_people_count(stage: Flask, http: FlaskClient) -> None:
    for name in ("第10集.pdf", "第2集.pdf", "第1集.pdf"):
        announced_for(http, "stage:7", name)
    assert [one.name for one in uploads.waiting(HER)["stage:7"]] == ["第1集.pdf", "第2集.pdf", "第10集.pdf"]


@pytest.mark.parametrize(
    "place",
    ["", "../x", "a b", "A:1", "stage:" + "7" * 40, 7, None, "stage", "stage:7:", "stage：7", "elsewhere:7", "stage:٧"],
)
def test_a_file_for_no_form_of_ours_is_not_taken(http: FlaskClient, place: Any) -> None:
    answer = http.post("/files/uploads", json={"name": "a.pdf", "size": 5, "place": place}, headers=ALICE)
    assert (answer.status_code, answer.json["error"]) == (422, "这里不收文件，请刷新页面后重新选择。")
    assert db.session.query(uploads.Upload).count() == 0


def test_a_file_for_a_record_one_knows_nothing_of_is_not_taken(http: FlaskClient) -> None:
    answer = http.post("/files/uploads", json={"name": "a.pdf", "size": 5, "place": "stage:404"}, headers=ALICE)
    assert (answer.status_code, db.session.query(uploads.Upload).count()) == (404, 0)


def test_a_moment_that_is_none_is_not_kept(http: FlaskClient) -> None:
    token = announced_for(http, "stage:7", modified=-1)
    assert db.session.get(uploads.Upload, token).modified is None


def test_a_form_is_told_which_of_its_files_were_taken(stage: Flask, http: FlaskClient) -> None:
    first, other = finished(http), finished(http)
    attach(http, file_id=first)
    with stage.test_request_context("/attach", method="POST", data={"file_id": [first, other, "unknown"], "x_id": ""}):
        assert uploads.taken(HER) == [first]
        assert uploads.taken(Actor(8)) == []


def test_a_field_for_one_file_takes_no_second_one_in_silence(http: FlaskClient) -> None:
    answer = attach(http, file_id=[finished(http), finished(http)])
    assert (answer.status_code, answer.json["error"]) == (422, "这里只附一个文件，请把多余的去掉。")


def test_a_whole_file_was_chosen_last(http: FlaskClient) -> None:
    """Without script the form lists what was sent before, ticked; the file chosen now is meant."""
    answer = attach(http, file_id=finished(http), file=(io.BytesIO(PNG), "海报.png"))
    assert (answer.status_code, answer.json["name"]) == (200, "海报.png")


def test_what_did_not_arrive_is_told_by_name(http: FlaskClient) -> None:
    answer = attach(http, file_failed="盖章页.pdf")
    told = "“盖章页.pdf”没有传完，没有附上。请接着传完；不要它就去掉，再按一次。"
    assert (answer.status_code, answer.json["error"]) == (422, told)


def test_a_discarded_upload_leaves_nothing(stage: Flask, http: FlaskClient) -> None:
    token = announce(http)
    patch(http, token, 0, BIG[:1000])
    assert http.delete(f"/files/uploads/{token}", headers=ALICE).status_code == 204
    kept = finished(http)
    assert http.delete(f"/files/uploads/{kept}", headers=ALICE).status_code == 204
    assert (tree(stage), db.session.query(StoredFile).count(), db.session.query(uploads.Upload).count()) == ([], 0, 0)


def test_two_connections_with_one_piece_count_it_once(stage: Flask, http: FlaskClient) -> None:
    token, answers = announce(http), []
    gate = threading.Barrier(6)

    def send() -> None:
        gate.wait()
        answers.append(patch(stage.test_client(), token, 0, BIG[:PIECE]).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(answers) == [200] + [409] * 5
    send_rest(http, token)
    assert http.post(f"/files/uploads/{token}/finish", headers=ALICE).json["sha256"] == hashlib.sha256(BIG).hexdigest()


def test_a_late_writer_cannot_change_a_finished_file(stage: Flask, http: FlaskClient) -> None:
    """A connection that opened the growing file before it was finished still waits for the same lock."""
    token = announce(http, PDF)
    send_rest(http, token, PDF)
    late: list[Any] = []
    with growing.alone(files.incoming() / token):
        thread = threading.Thread(target=lambda: late.append(patch(stage.test_client(), token, len(PDF), b"")))
        finisher = threading.Thread(
            target=lambda: stage.test_client().post(f"/files/uploads/{token}/finish", headers=ALICE)
        )
        thread.start(), finisher.start()
    thread.join(), finisher.join()
    stored = db.session.query(StoredFile).one()
    assert stored.path.read_bytes() == PDF


def test_expired_uploads_are_cleaned_and_attached_ones_stay(stage: Flask, http: FlaskClient) -> None:
    open_, left, taken = announce(http), finished(http), finished(http, PDF + b"2")
    patch(http, open_, 0, BIG[:1000])
    number = attach(http, file_id=taken).json["id"]
    (files.incoming() / "whole-dead").touch()
    outbox.work_off()
    assert db.session.query(uploads.Upload).count() == 3
    with time_machine.travel(utcnow() + timedelta(days=8)):
        outbox.work_off()
    stored = db.session.query(StoredFile).one()
    assert (stored.id, tree(stage), db.session.query(uploads.Upload).count()) == (number, [stored.key], 0)
    assert left != taken


def test_a_growing_upload_lives_on_with_each_piece(http: FlaskClient) -> None:
    token, start = announce(http), utcnow()
    with time_machine.travel(start + timedelta(days=6)):
        patch(http, token, 0, BIG[:1000])
    with time_machine.travel(start + timedelta(days=8)):
        outbox.work_off()
        assert http.get(f"/files/uploads/{token}", headers=ALICE).json["offset"] == 1000
    with time_machine.travel(start + timedelta(days=14)):
        outbox.work_off()
        assert http.get(f"/files/uploads/{token}", headers=ALICE).status_code == 404


def test_a_whole_file_without_script_is_kept(stage: Flask, http: FlaskClient) -> None:
    answer = attach(http, file=(io.BytesIO(BIG), "..\\..\\成片 说明.pdf"))
    assert answer.json == {
        "id": answer.json["id"], "name": "成片 说明.pdf", "sha256": hashlib.sha256(BIG).hexdigest(),
        "media_type": "application/pdf",
    }  # fmt: skip
    stored = db.session.get(StoredFile, answer.json["id"])
    assert (stored.path.read_bytes(), tree(stage)) == (BIG, [stored.key])


def test_no_file_and_an_empty_file_are_told_apart(http: FlaskClient) -> None:
    assert attach(http).json["error"] == "请选择要上传的文件。"
    assert attach(http, file=(io.BytesIO(b""), "")).json["error"] == "请选择要上传的文件。"
    assert attach(http, file=(io.BytesIO(b""), "空.pdf")).json["error"] == "“空.pdf”是空文件，请检查后重新选择。"


def test_a_file_from_a_script_is_taken_too(stage: Flask) -> None:
    with unit_of_work():
        stored = uploads.take_upload(FileStorage(io.BytesIO(PDF), "承诺书.pdf"), HER)
    assert stored.path.read_bytes() == PDF
    with pytest.raises(RuleBroken) as refusal, unit_of_work():
        uploads.take_upload(FileStorage(io.BytesIO(PDF), "承诺书.png"), HER, field="pledge")
    assert refusal.value.field == "pledge"


def test_ten_megabytes_of_text_are_refused_either_way(http: FlaskClient) -> None:
    text = "字" * 3_500_000
    assert http.post("/note", data={"text": text}, headers=ALICE).status_code == 413
    multipart = {"data": {"text": text}, "content_type": "multipart/form-data"}
    assert http.post("/note", headers=ALICE, **multipart).status_code == 413
    assert http.post("/attach", headers=ALICE, **multipart).status_code == 413
    assert http.post("/attach", data={"text": text}, headers=ALICE).status_code == 413
    assert http.post("/note", data={"text": "字" * 60_000}, headers=ALICE).json == {"length": 60_000}


def test_a_file_to_an_ordinary_form_is_limited_like_text(stage: Flask, http: FlaskClient) -> None:
    answer = http.post("/note", data={"file": (io.BytesIO(BIG), "a.pdf")}, headers=ALICE)
    assert (answer.status_code, tree(stage)) == (413, [])


def test_visitors_cannot_fill_the_disk(stage: Flask, http: FlaskClient) -> None:
    answer = http.post("/attach", data={"file": (io.BytesIO(BIG), "a.pdf")}, headers={"X-Requested-With": "fetch"})
    assert (answer.status_code, tree(stage)) == (401, [])


def test_equal_bytes_are_kept_once_and_until_the_last_row_goes(stage: Flask) -> None:
    with unit_of_work():
        first, second = (files.keep_bytes(PDF, f"{n}.pdf", "application/pdf", 7) for n in range(2))
    assert (first.key, tree(stage)) == (second.key, [first.key])
    with unit_of_work():
        files.forget(first)
    assert second.path.read_bytes() == PDF
    with unit_of_work():
        files.forget(second)
    assert tree(stage) == []


def test_bytes_of_a_rolled_back_operation_are_cleared_by_the_next(stage: Flask) -> None:
    with pytest.raises(WorkflowError), unit_of_work():
        files.keep_bytes(PDF, "a.pdf", "application/pdf", 7)
        raise WrongState("refused after all")
    assert len(tree(stage)) == 2
    with unit_of_work():
        stored = files.keep_bytes(PNG, "b.png", "image/png", 7)
    assert tree(stage) == [stored.key]


def test_the_same_bytes_kept_again_after_a_rollback_stay(stage: Flask) -> None:
    with pytest.raises(WorkflowError), unit_of_work():
        files.keep_bytes(PDF, "a.pdf", "application/pdf", 7)
        raise WrongState("refused after all")
    with unit_of_work():
        stored = files.keep_bytes(PDF, "a.pdf", "application/pdf", 7)
    assert (stored.path.read_bytes(), tree(stage)) == (PDF, [stored.key])


def test_a_path_is_kept_as_a_copy(stage: Flask, tmp_path: Path) -> None:
    (tmp_path / "letter.pdf").write_bytes(BIG)
    with unit_of_work():
        stored = files.keep_path(tmp_path / "letter.pdf", "审核意见.pdf", "application/pdf", 0)
    (tmp_path / "letter.pdf").write_bytes(b"changed")
    assert (stored.path.read_bytes(), stored.sha256, stored.size) == (BIG, hashlib.sha256(BIG).hexdigest(), len(BIG))


def test_uploads_left_open_are_limited(http: FlaskClient) -> None:
    for _ in range(uploads.OPEN_AT_ONCE):
        announce(http)
    answer = http.post("/files/uploads", json={"name": "a.pdf", "size": 5, "place": "stage:7"}, headers=ALICE)
    assert (answer.status_code, answer.json["error"]) == (
        422, "您没传完的文件已有 50 个，请先到原来的页面传完或去掉一些。",
    )  # fmt: skip
    announce(http, who=BOB)
