"""What search may find of official documents: number, title and what the letter says; the house once it is served."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from audiovisual.kernel import findable
from audiovisual.kernel.findable import Finding
from audiovisual.projects.models import Project

from .models import Document


def finding_of(document: Document) -> Finding:
    """A letter as it is found; before it is served only who decided it and the bureau, without those recused."""
    served = document.served_at is not None
    return Finding(
        kind="document", id=document.id, project_id=document.project_id, number=document.number or "", title=document.title,
        names="", text=text_of(document.content), url=f"/documents/{document.id}",
        audience="staff house" if served else f"owner:{document.decided_by_id or 0}", house_id=document.project.house_id,
        state=document.machine.state(document.state).label,
    )  # fmt: skip


def text_of(content: dict[str, Any]) -> str:
    """Everything the letter says of its own: overall opinion, reasons, and each row."""
    rows = [f"{row['problem']} {row['basis']} {row['demand']}" for row in content.get("items", ())]
    return "\n".join(filter(None, [content.get("summary", ""), content.get("reasons", ""), *rows]))


def every() -> Select[tuple[Document]]:
    """All documents, for a rebuild."""
    return select(Document)


findable.repeats(Project, ("house_id",), lambda id_: every().where(Document.project_id == id_), at_once=True)
findable.register("document", Document, finding_of, every)
