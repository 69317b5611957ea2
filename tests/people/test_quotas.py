"""What is announced is reserved, and nobody fills the disk: a stranger's house, one that was refused, a person alone."""

from __future__ import annotations

import shutil
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from audiovisual.kernel import files, room, uploads
from audiovisual.kernel.bodies import Incoming
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.room import DiskFull
from tests import factories as make
from workflows.errors import RuleBroken

MIB = 1 << 20
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n"


def announced(person: Any, size: int) -> Any:
    """A file of that size, announced by the person."""
    with unit_of_work():
        return uploads.begin("剧本.pdf", size, make.actor_of(person), "document")


@pytest.mark.usefixtures("app")
def test_a_house_that_is_not_admitted_keeps_little() -> None:
    person = make.user("producer", house=make.house(state="applied", decided_at=None))
    announced(person, 90 * MIB)
    with pytest.raises(RuleBroken, match="贵单位存放的文件最多"):
        announced(person, 20 * MIB)


@pytest.mark.usefixtures("app")
def test_a_house_that_was_refused_sends_no_more() -> None:
    person = make.user("producer", house=make.house(state="refused", refusal="材料不实。"))
    with pytest.raises(RuleBroken, match="入驻申请没有通过"):
        announced(person, 1)


@pytest.mark.usefixtures("app")
def test_the_quota_is_the_house_s_and_counts_what_lies_here_and_what_was_announced(app: Any) -> None:
    house = make.house()
    one, other = make.producer(house), make.producer(house)
    app.config["HOUSE_BYTES"] = 100 * MIB
    make.stored(one, b"x" * (10 * MIB))
    make.stored(other, b"x" * (10 * MIB))  # the same content takes no room again
    announced(other, 85 * MIB)
    with pytest.raises(RuleBroken, match="最多 100 MB，已用 95 MB"):
        announced(one, 6 * MIB)
    announced(one, 5 * MIB)
    announced(make.producer(), 90 * MIB)  # another house has its own


@pytest.mark.usefixtures("app")
def test_a_whole_file_of_a_form_counts_as_well(app: Any, login: Any) -> None:
    person = make.producer()
    draft = make.draft(person)
    app.config["HOUSE_BYTES"] = 10
    answer = login(person).post(
        f"/projects/{draft.id}/edit", data={"paper_pledge": (BytesIO(PDF), "承诺书.pdf"), "do": "save"},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert "贵单位存放的文件最多" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("app")
def test_room_that_was_announced_is_given_away(login: Any) -> None:
    """What would fit alone is refused before a byte is sent, while what somebody else announced is on its way."""
    officer, other = make.user("officer"), make.user("officer")
    announced(officer, 90 * MIB)
    free = shutil.disk_usage(files.incoming()).free
    row = uploads.Upload(
        token="t" * 32, owner_id=other.id, name="样片.mp4", size=free - room.RESERVE - 100 * MIB,
        expires_at=utcnow() + timedelta(days=1),
    )  # fmt: skip
    with unit_of_work():
        db.session.add(row)
    with pytest.raises(DiskFull):
        announced(officer, 90 * MIB)
    producer = make.producer()
    draft = make.draft(producer)
    asked = {"paper_pledge": (BytesIO(PDF + b"0" * 90 * MIB), "承诺书.pdf"), "do": "save"}
    answer = login(producer).post(f"/projects/{draft.id}/edit", data=asked, content_type="multipart/form-data")
    assert (answer.status_code, "磁盘已满" in answer.get_data(as_text=True)) == (507, True)
    with unit_of_work():
        uploads.discard(row)
    announced(officer, 90 * MIB)


@pytest.mark.usefixtures("app")
def test_a_file_that_comes_whole_asks_for_room_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a form sends in chunks declares no size; others write to the same disk meanwhile."""
    free = shutil.disk_usage(files.incoming()).free
    monkeypatch.setattr(room, "RESERVE", free - 64 * MIB)
    before = set(files.incoming().iterdir())
    file = Incoming("样片.mp4")
    with pytest.raises(DiskFull):
        for _ in range(200):
            file.write(bytes(MIB))
    assert 4 * MIB <= file.size < 128 * MIB
    assert set(files.incoming().iterdir()) == before


@pytest.mark.usefixtures("app")
def test_the_largest_file_a_setting_allows_has_a_row() -> None:
    most = 3_000_000_000  # beyond what four bytes count
    with unit_of_work() as session:
        kept = files.StoredFile(
            sha256="a" * 64, size=most, name="样片.mp4", media_type="video/mp4", key="a", uploaded_by_id=1
        )
        sent = uploads.Upload(
            token="t" * 32, owner_id=make.user("officer").id, name="样片.mp4", size=most, received=most,
            expires_at=utcnow() + timedelta(days=1),
        )  # fmt: skip
        session.add_all((kept, sent))
    assert (kept.size, sent.size, sent.received) == (most, most, most)
