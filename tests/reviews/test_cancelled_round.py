"""A round that is cancelled: everybody who sits on it is told once, who has signed too, and nobody who left it before."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import Message, User
from audiovisual.reviews.models import Round
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make


def test_all_who_sit_on_it_are_told_once_and_nobody_else(app: Any, login: Any) -> None:
    officer = make.user("officer")
    round_, (signer, reader, gone) = make.reading(officer)
    signed, _reading, left = round_.assignments
    make.written(signed)
    with unit_of_work():
        opinions.sign(signed, make.actor_of(signer))
        panels.release(left, make.actor_of(officer), "时间不合适。")
    ids, task, round_id, by = [signer.id, reader.id, gone.id], signed.id, round_.id, make.actor_of(officer)
    work_off()  # the worker leaves the session
    before = db.session.scalar(select(func.max(Message.id)))
    with unit_of_work():
        panels.cancel(db.session.get_one(Round, round_id), by, "样片放不了。")
    work_off()
    told = select(Message.user_id, Message.subject).where(Message.id > before).order_by(Message.user_id)
    line = "不用再看：《%(title)s》这一轮审看已取消"
    assert [tuple(row) for row in db.session.execute(told)] == [(ids[0], line), (ids[1], line)]
    client = login(db.session.get_one(User, ids[0]))
    assert "本轮已取消" in client.get("/reviews/tasks").text
    assert "您签名的意见不公开，也不进结论。" in client.get(f"/reviews/tasks/{task}").text
    page = login(db.session.get_one(User, by.id)).get(f"/reviews/{round_id}").text
    assert "已取消" in page and "公开之前不公开" not in page
