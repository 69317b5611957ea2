"""The words a password must not be made of: those of the bank, of the bureau, and of a person's house."""

from __future__ import annotations

from sqlalchemy import select

from audiovisual.kernel.model import db

from ..models import House
from .particulars import settings

BANK = ("种子库", "seedbank", "网络视听", "网络视听项目种子库", "audiovisual", "jsgd", "jsgdj")


def own_words(house_id: int | None = None) -> tuple[str, ...]:
    """All of them, as they are written; in one statement where there is a house."""
    told = settings()
    words = (*BANK, told["bureau_name"], told["office_name"])
    if house_id is None:
        return words
    house = db.session.execute(select(House.name, House.short_name).where(House.id == house_id)).first()
    return (*words, *(word for word in house or () if word))
