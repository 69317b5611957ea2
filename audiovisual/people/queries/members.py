"""Everyone, for the administrator."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, not_, or_, select
from sqlalchemy.orm import joinedload

from audiovisual.kernel.audit import AuditRow
from audiovisual.kernel.model import db

from ..models import RoleGrant, User
from .directory import still_here


def find_people(role: str, words: str, gone: bool, page: int, per: int) -> tuple[Sequence[User], int]:
    """One page of people by name, with how many there are; `gone` shows those who left instead."""
    rows = select(User).where(not_(still_here()) if gone else still_here())
    if role:
        rows = rows.where(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == role)))
    for word in words.split()[:5]:
        columns = (User.name, User.login, User.email, User.phone)
        rows = rows.where(or_(*(column.contains(word, autoescape=True) for column in columns)))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    rows = rows.options(joinedload(User.house)).order_by(User.name, User.id).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total


def traces_of(user_id: int) -> Sequence[AuditRow]:
    """What was done to the person's account, the latest 20 rows."""
    about = (AuditRow.subject_type == "user") & (AuditRow.subject_id == user_id)
    return db.session.scalars(select(AuditRow).where(about).order_by(AuditRow.seq.desc()).limit(20)).all()
