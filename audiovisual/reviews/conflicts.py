"""Who may not judge a title: conflicts of interest (利益冲突), each with its reason.

Found from the expert's institution, past employers and relatives against the house, its former names, the co-producers
and the crew; and declared ones. Names are compared without brackets, blanks and the company's legal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from audiovisual.kernel.model import db, today
from audiovisual.people.models import Expert, User
from audiovisual.projects.models import Project
from workflows.errors import Sentence, say

from .models import Conflict

_FORMS = re.compile(r"(有限责任公司|股份有限公司|有限公司|集团|工作室|\(.*?\)|\s)")


Judge = Callable[[Expert, Project, Sequence[Conflict]], list[Sentence]]


def core(name: str) -> str:
    """The distinctive part of a company's name: NFKC, without brackets, blanks and legal form."""
    return _FORMS.sub("", unicodedata.normalize("NFKC", name or "")).lower()


def parties(project: Project) -> dict[str, str]:
    """Companies with an interest in a title, by the core of their names."""
    names = [project.house.name, project.house.short_name, *re.split(r"[、,，;；\n]", project.house.former_names or "")]
    names += [producer.name for producer in project.co_producers]
    return {core(name): name for name in names if len(core(name)) >= 2}


def reasons_against(expert: Expert, project: Project, declared: Sequence[Conflict]) -> list[Sentence]:
    """Every reason this expert may not judge this title."""
    found = interests(expert, project, declared)
    if expert.training_until is not None and expert.training_until < today():
        found.append(say("审看培训已过期"))
    return found


def interests(expert: Expert, project: Project, declared: Sequence[Conflict]) -> list[Sentence]:
    """What makes this expert partial: he may not begin, nor finish where it came to light in between."""
    companies, people = parties(project), {credit.name for credit in project.credits}
    found: list[Sentence] = []
    if core(expert.institution) in companies:
        found.append(say("现在就职于%(company)s", company=expert.institution))
    pasts = [past for past in expert.past_employers if core(past) in companies]
    found += [say("曾任职于%(company)s", company=past) for past in pasts]
    if expert.user.name in people:
        found.append(say("与主创同名：%(name)s，请核实", name=expert.user.name))
    found += [say("亲属%(name)s在主创名单里", name=relative) for relative in expert.relatives if relative in people]
    return found + [_declared(conflict) for conflict in declared if _holds(conflict, project, companies)]


def _holds(conflict: Conflict, project: Project, companies: dict[str, str]) -> bool:
    if (conflict.valid_from and conflict.valid_from > today()) or (conflict.valid_to and conflict.valid_to < today()):
        return False
    return conflict.project_id == project.id or (bool(conflict.company) and core(conflict.company) in companies)


def _declared(conflict: Conflict) -> Sentence:
    return say("登记过利益冲突：%(note)s", note=conflict.note or conflict.company)


def conflict_of(user_id: int, project: Project) -> list[Sentence]:
    """Why this person may not judge this title; empty when he may."""
    return against([user_id], project).get(user_id, [])


def against(user_ids: Sequence[int], project: Project, judge: Judge = reasons_against) -> dict[int, list[Sentence]]:
    """Those of these people who may not judge this title, each with why, asked anew: houses and posts change."""
    if not user_ids:
        return {}
    experts: dict[int, Expert] = {}
    declared: dict[int, list[Conflict]] = {}
    known = select(Expert, Conflict).outerjoin(Conflict, Conflict.expert_id == Expert.user_id)
    known = known.where(Expert.user_id.in_(user_ids)).options(joinedload(Expert.user).lazyload(User.grants))
    for expert, conflict in db.session.execute(known):
        experts[expert.user_id] = expert
        declared.setdefault(expert.user_id, []).extend([conflict] if conflict else [])
    found = {id_: judge(expert, project, declared[id_]) for id_, expert in experts.items()}
    found |= {id_: [say("不在专家库里")] for id_ in user_ids if id_ not in experts}
    return {id_: reasons for id_, reasons in found.items() if reasons}
