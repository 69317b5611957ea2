"""What a house does with its own filing: draft, save, submit, answer completion, withdraw, file anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from audiovisual.kernel import audit, findable, merging
from audiovisual.kernel.database import operation
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.merging import Merged
from audiovisual.kernel.model import db, today, utcnow
from audiovisual.kernel.numbers import take
from audiovisual.kernel.rules import rule_on
from audiovisual.people import daily
from audiovisual.people.models import House
from workflows.access import Actor
from workflows.engine import check
from workflows.errors import NotAllowed, RuleBroken, WrongState, say
from workflows.filing import ATTACHMENTS
from workflows.ruleset.numbers import number

from ..classes import keep_class
from ..clocks import hold
from ..models import Attachment, CoProducer, Credit, Project
from ..queries.drafts import begun_just_now
from .completion import answer_item, clear_item, complete
from .filed import FIELDS, SEVERAL, all_kept, fill, kept, lacks, view_of

__all__ = [
    "EDITABLE", "FIELDS", "SEVERAL", "all_kept", "answer_item", "attach", "begin", "clear_item", "complete", "create",
    "detach", "discard", "kept", "lacks", "merged", "next_number", "refile", "save", "submit", "view_of", "withdraw",
]  # fmt: skip

EDITABLE = ("draft",)


@operation
def create(actor: Actor, **fields: Any) -> Project:
    """A new draft of the actor's house, with whatever was filled in already."""
    if actor.organisation_id is None:
        raise NotAllowed(say("您的账号没有挂在制作机构名下，不能申报。"))
    project = Project(house_id=actor.organisation_id, created_by_id=actor.id, state="draft")
    db.session.add(project)
    fill(project, fields)
    hold(project, "producer", actor.id)
    db.session.flush()
    audit.record("project.create", project, actor, title=project.title)
    return project


@operation
def begin(actor: Actor, title: str, type_: str) -> Project:
    """A new draft with its title and type, and the house's contact. Pressed twice, even at once, it is one draft."""
    house = db.session.get(House, actor.organisation_id, with_for_update=True) if actor.organisation_id else None
    before = begun_just_now(actor, title, type_)  # asked under the lock: the second press meets what the first made
    if before is not None:
        return before
    daily.take("draft", actor, field="title")
    contact = {"contact_name": house.contact_name, "contact_phone": house.contact_phone} if house else {}
    return create(actor, title=title, type=type_, **contact)


@operation
def save(project: Project, actor: Actor, version: int, base: merging.Prints | None = None, **fields: Any) -> Merged:
    """Write what was typed into a draft. `version` is the one the person saw, `base` what they read in each field.

    Where another window saved meanwhile, what only one of the two changed stands; a field that both changed is a lost
    race, and nothing is written. What is the same already (a second press of the button) is neither.
    """
    _own_draft(project, actor)
    found = merged(project, fields, base, fresh=project.version == version)
    if found.conflicts:
        raise WrongState(say("这份草稿刚被同事改过，请对照两边的内容再存。"))
    if found.mine:
        findable.later(project)
        fill(project, found.mine)
        project.updated_at, project.saved_by_id = utcnow(), actor.id
        db.session.flush()
    return found


def merged(project: Project, fields: dict[str, Any], base: merging.Prints | None, fresh: bool) -> Merged:
    """What becomes of the typed fields beside those of the bank."""
    return merging.merge(fields, {name: kept(project, name) for name in fields}, base, fresh)


def _own_draft(project: Project, actor: Actor) -> None:
    if actor.organisation_id != project.house_id or "producer" not in actor.roles:
        raise NotAllowed(say("只有申报机构自己能改。"))
    if project.state not in EDITABLE:
        raise WrongState(say("已经提交，不能再改；要改请等补正，或撤回后重新申报。"))


@operation
def attach(project: Project, actor: Actor, kind: str, stored: StoredFile, name: str | None = None) -> Attachment:
    """Add a file of one kind of material to a draft, or to a title asked for completion.

    It takes the place of the one before, which stays with the day it was removed; kinds in `SEVERAL` gather. The same
    bytes under the same name are there already (a second press of the button).
    """
    if kind not in ATTACHMENTS:
        raise RuleBroken(say("没有这一种材料。"), "kind")
    if actor.organisation_id != project.house_id:
        raise NotAllowed(say("只有申报机构自己能上传。"))
    if project.state not in (*EDITABLE, "completing"):
        raise WrongState(say("现在不能再传申报材料。"))
    name = name or stored.name
    present = [each for each in project.attachments if each.kind == kind and each.removed_at is None]
    for each in present:
        if each.file.sha256 == stored.sha256 and each.name == name:
            return each
        if kind not in SEVERAL:
            each.removed_at = utcnow()
    if project.state in EDITABLE:
        findable.later(project)
    attachment = Attachment(kind=kind, file_id=stored.id, file=stored, name=name, added_by_id=actor.id)
    project.attachments.append(attachment)
    project.updated_at = utcnow()
    db.session.flush()
    audit.record("project.attach", attachment, actor, kind=kind, name=attachment.name, sha256=stored.sha256)
    return attachment


@operation
def detach(attachment: Attachment, actor: Actor) -> None:
    """Take a file out of a draft; the row stays with the day it was removed."""
    _own_draft(attachment.project, actor)
    if attachment.removed_at is not None:
        return
    findable.later(attachment.project)
    attachment.removed_at = attachment.project.updated_at = utcnow()
    audit.record("project.detach", attachment, actor, kind=attachment.kind, name=attachment.name)


@operation
def submit(project: Project, actor: Actor) -> Project:
    """Submit a complete filing: it gets its number, its class by today's rule, and its first clock."""
    found = lacks(project)
    refusal = check(project.machine, project, "submit", actor, {"lacks": found})
    if refusal is not None:
        raise refusal
    project.number = next_number()
    project.submitted_at = utcnow()
    keep_class(project)
    apply(project, "submit", actor, lacks=found, kept={"number": project.number})
    return project


def next_number() -> str:
    """The next number of the bank by the pattern in force (苏网种〔2026〕0001)."""
    year = today().year
    pattern = rule_on("numbers").value["project"]
    return number(pattern, year, take("project", year))


@operation
def discard(project: Project, actor: Actor) -> None:
    """Throw a draft away. The row stays, out of everybody's sight but the house's."""
    apply(project, "discard", actor)


@operation
def withdraw(project: Project, actor: Actor, reason: str) -> None:
    """Take the title back. Rounds and drafts of letters end with it (`reviews`, `documents` listen)."""
    apply(project, "withdraw", actor, reason)


@operation
def refile(project: Project, actor: Actor, reason: str) -> Project:
    """A changed story is a new filing (令16号16条): the old title ends, a new draft begins with its fields."""
    apply(project, "refile", actor, reason)
    fresh = Project(
        house_id=project.house_id, created_by_id=actor.id, predecessor_id=project.id, state="draft",
        title_key=project.title_key, **{name: getattr(project, name) for name in FIELDS if name != "pledged"},
    )  # fmt: skip
    fresh.credits = [Credit(ordinal=c.ordinal, role=c.role, name=c.name, note=c.note) for c in project.credits]
    fresh.co_producers = [CoProducer(ordinal=c.ordinal, name=c.name, uscc=c.uscc) for c in project.co_producers]
    db.session.add(fresh)
    hold(fresh, "producer", actor.id)
    db.session.flush()
    for old in db.session.scalars(select(Attachment).where(Attachment.project_id == project.id)):
        if old.removed_at is None:
            db.session.add(Attachment(project_id=fresh.id, kind=old.kind, file_id=old.file_id, name=old.name, added_by_id=actor.id))  # fmt: skip
    audit.record("project.create", fresh, actor, title=fresh.title, predecessor=project.number)
    return fresh
