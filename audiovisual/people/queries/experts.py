"""Experts as the office looks for them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import joinedload

from audiovisual.kernel.model import db
from audiovisual.kernel.paging import within
from audiovisual.kernel.sought import holds

from ..models import Expert, RoleGrant, User
from .directory import still_here


def find_experts(speciality: str, type_: str, words: str, page: int, per: int) -> tuple[Sequence[Expert], int, int]:
    """One page of experts still here, by name, how many there are, and the number of that page."""
    holders = select(RoleGrant.user_id).where(RoleGrant.role == "expert")
    rows = select(Expert).join(User, User.id == Expert.user_id).where(User.id.in_(holders), still_here())
    for column, value in ((Expert.specialities, speciality), (Expert.types, type_)):
        if value:
            rows = rows.where(or_(*(cast(column, String).contains(f'"{v}"', autoescape=True) for v in _as_json(value))))
    for word in words.split():
        rows = rows.where(holds(word, User.name, Expert.institution, Expert.title))
    total = db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0
    page = within(page, per, total)
    rows = rows.options(joinedload(Expert.user)).order_by(User.name, User.id).limit(per).offset((page - 1) * per)
    return db.session.scalars(rows).all(), total, page


def _as_json(value: str) -> set[str]:
    """The value as a JSON column may hold it: plain, or with escapes."""
    return {value, value.encode("ascii", "backslashreplace").decode("ascii")}
