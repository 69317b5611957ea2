"""The house delivers a version of the cut: the first time from production, later with its changes made."""

from __future__ import annotations

from sqlalchemy import func, select

from audiovisual.kernel import audit, outbox, scanning
from audiovisual.kernel.database import operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.projects.models import Project
from audiovisual.projects.operations.production import reach
from workflows.access import Actor
from workflows.cuts import NOTHING_SAID, Partial, missing
from workflows.engine import check
from workflows.errors import RuleBroken, say

from ..models import Change, Cut, CutPart
from ..queries import answered_round
from . import places


@operation
def deliver(
    project: Project, actor: Actor, parts: dict[int, StoredFile], note: str = "", partial: Partial = NOTHING_SAID
) -> Cut:
    """Deliver the first cut. `parts`: episode → file, 0 for one file of the whole.

    Refuses none, unknown episodes, and episodes that are missing without a word.
    """
    _plausible(project, parts)
    apply(project, "deliver", actor, cut=parts, lacks=partial.lacks, partial_note=partial.note, kept=_kept(parts))
    project.delivered_at = project.delivered_at or utcnow()
    reach(project, "cut_delivery", today())
    return _cut(project, actor, parts, note, partial)


@operation
def resubmit(
    project: Project, actor: Actor, parts: dict[int, StoredFile] | None = None, note: str = "",
    partial: Partial = NOTHING_SAID,
) -> Cut | None:  # fmt: skip
    """Hand the changes back, with a new cut where the outcome asks for one."""
    _plausible(project, parts or {}, may_lack=True)
    _without_virus(project)
    if check(project.machine, project, "resubmit", actor) is None:
        places.hold(project, parts or {})
    kept = _kept(parts or {})
    apply(project, "resubmit", actor, cut=parts, lacks=partial.lacks, partial_note=partial.note, kept=kept)
    return _cut(project, actor, parts, note, partial) if parts else None


def _without_virus(project: Project) -> None:
    """Refuse to hand back evidence in which a virus was found; what the bureau judged already stays as it is."""
    round_ = answered_round(project.id)
    asked = select(Change).where(Change.round_id == (round_.id if round_ else 0), Change.state == "answered")
    for change in db.session.scalars(asked.order_by(Change.ordinal)):
        if change.answers and (evidence := change.answers[-1].file) is not None:
            scanning.refuse_infected(evidence, "cut")


def _kept(parts: dict[int, StoredFile]) -> dict[str, object]:
    return {"files": {str(episode): stored.sha256 for episode, stored in parts.items()}}


def _plausible(project: Project, parts: dict[int, StoredFile], may_lack: bool = False) -> None:
    if not parts and not may_lack:
        raise RuleBroken(say("请上传送审样片。"), "cut")
    beyond = [episode for episode in parts if not 0 <= episode <= (project.episodes or 1)]
    if beyond:
        raise RuleBroken(say("没有第 %(n)s 集，这部片共 %(all)s 集。", n=beyond[0], all=project.episodes), "cut")


def _cut(project: Project, actor: Actor, parts: dict[int, StoredFile], note: str, partial: Partial) -> Cut:
    last = db.session.scalar(select(func.max(Cut.ordinal)).where(Cut.project_id == project.id)) or 0
    cut = Cut(
        project_id=project.id, ordinal=last + 1, episodes=project.episodes or 1, note=note, delivered_by_id=actor.id
    )
    cut.partial_note = partial.note.strip() if missing(parts, cut.episodes) else ""
    cut.parts = [CutPart(episode=episode, file_id=stored.id) for episode, stored in sorted(parts.items())]
    db.session.add(cut)
    db.session.flush()
    for part in cut.parts:
        outbox.enqueue("probe_cut", part=part.id)
    audit.record("project.cut", cut, actor, ordinal=cut.ordinal, files=_kept(parts)["files"])
    return cut
