"""How many bytes a person may keep here: a house all its people together, little until it is admitted; others each alone."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import ColumnElement, func, select

from audiovisual.kernel import room
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import db
from audiovisual.kernel.room import Quota
from audiovisual.kernel.uploads import Upload
from workflows.access import Actor

from .models import House, User

MOST = {"applied": "APPLICANT_BYTES", "admitted": "HOUSE_BYTES"}
"""The setting that counts for a house in that state; a refused house keeps what it sent and sends no more."""


def quota_of(actor: Actor) -> Quota:
    """The person's quota with what is used of it: stored files, and what was announced and is on its way."""
    house = db.session.get(House, actor.organisation_id) if actor.organisation_id is not None else None
    if house is None:
        return Quota(
            current_app.config["PERSON_BYTES"],
            _used(StoredFile.uploaded_by_id == actor.id, Upload.owner_id == actor.id),
        )
    people = select(User.id).where(User.house_id == house.id)
    most = current_app.config[MOST[house.state]] if house.state in MOST else 0
    return Quota(most, _used(StoredFile.uploaded_by_id.in_(people), Upload.owner_id.in_(people)))


def _used(stored: ColumnElement[bool], announced: ColumnElement[bool]) -> int:
    """Bytes of stored files, each content once, and of uploads on their way."""
    contents = (
        select(StoredFile.sha256, func.max(StoredFile.size).label("size")).where(stored).group_by(StoredFile.sha256)
    )
    kept = db.session.scalar(select(func.sum(contents.subquery().c.size)))
    coming = db.session.scalar(select(func.sum(Upload.size)).where(announced, Upload.state == "open"))
    return int(kept or 0) + int(coming or 0)


room.set_quota(quota_of)
