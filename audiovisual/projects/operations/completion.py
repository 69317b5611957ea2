"""Completion (补正): the house corrects exactly what was asked for and answers the rest, then hands the filing back.

While it works, corrected fields lie with the notice (`Completion.corrections`) and the filing stays as it was submitted.
Handed back, they become the filing: old and new stay with each item, a new paper takes the place of the old one, which
stays as a version, and the class is judged again by the rule of the day it was submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from audiovisual.kernel import audit, scanning, sensitive
from audiovisual.kernel.database import operation
from audiovisual.kernel.events import note
from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.lifecycle import apply
from audiovisual.kernel.model import db, utcnow
from audiovisual.kernel.text import listed, pack
from audiovisual.kernel.withheld import Apart
from workflows import completion as rules
from workflows.access import Actor
from workflows.classification import classify
from workflows.errors import N_, NotAllowed, RuleBroken, WrongState, say
from workflows.filing import Lack

from ..classes import as_detail, class_of, filing_of, judged_by
from ..models import Attachment, Completion, CompletionItem, FormerTitle, Project
from ..shown import in_short, keys_of
from .filed import SEVERAL, fill, kept, lacks

ROWS = ("credits", "co_producers")


class Corrected:
    """A filing as it would be with what its house corrected so far; read as a project is, never written."""

    def __init__(self, notice: Completion) -> None:
        self._project: Project = notice.project
        self._values = values_of(notice)
        self._papers = [
            (kind, item.file) for item in notice.items if item.file and (kind := rules.paper_of(item.field))
        ]

    def __getattr__(self, name: str) -> Any:
        if name not in self._values:
            return getattr(self._project, name)
        value = self._values[name]
        return [SimpleNamespace(**row) for row in value] if name in ROWS else value

    @property
    def attachments(self) -> list[Any]:
        """The papers it would have."""
        new = [SimpleNamespace(kind=kind, removed_at=None, file=file, name=file.name) for kind, file in self._papers]
        return [*self._project.attachments, *new]


def corrected(notice: Completion) -> Project:
    """The filing as it would be, for whatever reads a project."""
    return Corrected(notice)  # type: ignore[return-value]


def values_of(notice: Completion) -> dict[str, Any]:
    """What was corrected so far and differs from the filing, by field."""
    typed = rules.unpack(notice.corrections or {})
    return {name: value for name, value in typed.items() if value != kept(notice.project, name)}


def changed(item: CompletionItem) -> bool:
    """Whether the house corrected a field the item opens."""
    return not values_of(item.completion).keys().isdisjoint(rules.columns_of(item.field))


@operation
def correct(notice: Completion, actor: Actor, values: Mapping[str, Any]) -> None:
    """Keep corrected fields with the notice. Refuses (NotAllowed) a field that was not asked for."""
    _open(notice, actor)
    if values.keys() - rules.opened(item.field for item in notice.items):
        raise NotAllowed(say("只能改补正通知里列出的内容，其余的不能动。"))
    if not values:
        return
    notice.corrections = {**(notice.corrections or {}), **rules.pack(values)}
    for item in notice.items:
        if not values.keys().isdisjoint(rules.columns_of(item.field)):
            _mark(item, actor)
    db.session.flush()
    audit.record("project.correct", notice, actor, values=rules.pack(values))


@operation
def answer_item(item: CompletionItem, actor: Actor, answer: str, stored: StoredFile | None) -> CompletionItem:
    """Answer one item of a completion notice, in words or with a file or both; emptied, it is unanswered again."""
    _open(item.completion, actor)
    bare = not answer.strip() and stored is None and item.file_id is None and not changed(item)
    if bare and not item.answer:
        raise RuleBroken(say("请写明补正情况，或上传材料。"), "answer")
    item.answer = answer
    if stored is not None:
        item.file = stored
    _mark(item, actor)
    db.session.flush()
    audit.record("project.answer_item", item, actor, answer=answer, file_id=item.file_id)
    return item


@operation
def clear_item(item: CompletionItem, actor: Actor) -> None:
    """Take the file of an answer away; the words stay. With nothing left the item is unanswered again."""
    _open(item.completion, actor)
    if item.file is None:
        return
    audit.record("project.clear_item", item, actor, file_id=item.file_id)
    item.file = None
    _mark(item, actor)


def _mark(item: CompletionItem, actor: Actor) -> None:
    """An item is answered by a corrected field, by a file, or in words."""
    answered = bool(item.answer.strip() or item.file is not None or changed(item))
    item.answered_at, item.answered_by_id = (utcnow(), actor.id) if answered else (None, None)


def _open(notice: Completion, actor: Actor) -> None:
    project = notice.project
    if actor.organisation_id != project.house_id:
        raise NotAllowed(say("只有申报机构自己能补正。"))
    if project.state != "completing" or notice.completed_at is not None:
        raise WrongState(say("现在不在补正期。"))


def wrong_with(notice: Completion) -> list[Lack]:
    """What the rules of a filing say against the corrected fields; of fields that were not asked for, nothing."""
    mine = set(values_of(notice))
    open_parts = {item.field for item in notice.items if mine & set(rules.columns_of(item.field))}
    columns = rules.opened(open_parts)
    found = corrected(notice)
    return [lack for lack in lacks(found, class_of(found)) if lack.field in columns] if mine else []


def lacking_after(notice: Completion) -> list[Lack]:
    """What the filing would lack with the corrections though nobody asked for it: told, not refused."""
    before = {(lack.field, lack.item) for lack in lacks(notice.project)}
    found = corrected(notice)
    own = {(lack.field, lack.item) for lack in wrong_with(notice)}
    return [
        lack for lack in lacks(found, class_of(found))
        if (lack.field, lack.item) not in before | own and lack.field != "pledged"
    ]  # fmt: skip


@operation
def complete(project: Project, actor: Actor) -> None:
    """Hand the filing back: the clock goes on, and what was corrected becomes the filing.

    Refuses (RuleBroken) an item without an answer, and corrected fields the rules of a filing refuse.
    """
    notice = project.completion
    for lack in wrong_with(notice) if notice is not None else ():
        raise RuleBroken(lack.sentence, lack.field)
    for item in notice.items if notice is not None else ():
        if item.file is not None:
            scanning.refuse_infected(item.file, f"file-{item.id}")
    apply(project, "complete", actor)
    if notice is not None:
        notice.completed_at = utcnow()
        _carry_out(notice, actor)


def _carry_out(notice: Completion, actor: Actor) -> None:
    """Each item keeps what was and what is; then the filing is written, and judged again."""
    project, values = notice.project, values_of(notice)
    for item in notice.items:
        columns = [name for name in rules.columns_of(item.field) if name in values]
        if columns:
            item.before = rules.pack({name: kept(project, name) for name in columns})
            item.after = rules.pack({name: values[name] for name in columns})
            _tell(item, actor)
        elif item.file is not None and (kind := rules.paper_of(item.field)):
            _new_version(project, item, kind, actor)
    if not values:
        return
    if values.get("title"):
        db.session.add(FormerTitle(project_id=project.id, title=project.title, title_key=project.title_key))
    fill(project, values)
    db.session.flush()
    db.session.expire(project, ["former_titles"])
    _judge_again(project, actor)


def _new_version(project: Project, item: CompletionItem, kind: str, actor: Actor) -> None:
    """The file of an answer as the paper of its kind; the one before stays, with the day it was replaced."""
    old = [each for each in project.attachments if each.kind == kind and each.removed_at is None]
    if any(each.file.sha256 == item.file.sha256 and each.name == item.file.name for each in old):
        return
    replaced = [] if kind in SEVERAL else old
    for each in replaced:
        each.removed_at = utcnow()
    new = Attachment(
        kind=kind, file_id=item.file_id, file=item.file, name=item.file.name,
        added_by_id=item.answered_by_id or actor.id,
    )  # fmt: skip
    project.attachments.append(new)
    db.session.flush()
    item.before = {"papers": [{"id": each.id, "name": each.name} for each in replaced]}
    item.after = {"papers": [{"id": new.id, "name": new.name}]}
    _tell(item, actor)
    audit.record("project.attach", new, actor, kind=kind, name=new.name, sha256=new.file.sha256)


def _tell(item: CompletionItem, actor: Actor) -> None:
    """Old and new of an item, on the timeline. Values are kept in Chinese, as all facts are."""
    with force_locale("zh"):
        before, after = in_a_line(item.before), in_a_line(item.after)
    words = N_("补正了%(label)s：%(before)s → %(after)s")
    note(item.completion, "corrected", actor, words, public_text=words,
         label=rules.FIELDS[item.field], before=_apart(item, before), after=_apart(item, after))  # fmt: skip


def _apart(item: CompletionItem, told: str) -> str | Apart:
    """What the timeline tells of an item; of a sensitive one the audit chain holds a print alone."""
    columns = (name for name in rules.columns_of(item.field) if sensitive.is_apart("project", name))
    column = next(columns, None)
    return Apart(told, f"project.{column}") if column else told


def in_a_line(values: Mapping[str, Any] | None) -> str:
    """What a part of the filing said or says, on one line."""
    values = values or {}
    if "papers" in values:
        return listed(paper["name"] for paper in values["papers"]) or _("没有")
    plain = rules.unpack(values)
    return _("；").join(in_short(key, plain) for key in keys_of(plain))


def _judge_again(project: Project, actor: Actor) -> None:
    """The class by the rule and the day it was judged by before; an officer's own decision stands while its question does."""
    day, rule = judged_by(project)
    before, detail = project.class_code, project.class_detail or {}
    found = classify(filing_of(project), day, rule)
    if project.class_decided_by_id and [pack(one) for one in found.undecided] == detail.get("undecided"):
        return
    project.class_code, project.class_detail = found.class_code, as_detail(found)
    project.class_decided_by_id = project.class_reason = None
    if found.class_code != before:
        words = N_("按补正后的内容，类别由%(kind)s变为%(label)s")
        note(project, "class_changed", actor, words, public_text=words, tells=("officer",),
             kind=detail.get("label") or N_("未定"), label=found.label or N_("未定"))  # fmt: skip
