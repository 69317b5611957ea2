"""What a letter in the making says about whose turn its project is (`projects.panels.STANDING`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ScalarSelect, case, func, select

from audiovisual.projects import panels

from .models import Document


def letter(project_id: Any) -> ScalarSelect[Any]:
    """ "failed" where the sealed letter could not be made, "issuing" while it is made."""
    how = case((Document.failure.is_not(None), "failed"), else_="issuing")
    sealed = Document.project_id == project_id, Document.state == "issuing"
    return select(func.max(how)).where(*sealed).scalar_subquery()


panels.standing("letter", letter)
