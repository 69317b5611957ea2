"""Which class a title is of and what that asks for, by the rule in force on a day.

Norms: 令16号第2、12–14、50–52条; 广电办发〔2024〕35号, 〔2022〕128号; the amounts stand in `ruleset.classification`.
What the rules do not decide stays undecided: an officer then settles it with a reason, and that is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from .errors import N_, RuleBroken, Sentence, say
from .ruleset import Dated, in_force
from .ruleset.vocabulary import SPECIAL_SUBJECTS
from .rulings import (
    ONE,
    Filing,
    by_definition,
    by_money,
    by_promotion,
    by_subject,
    in_order,
    regulated_elsewhere,
    wan,
    warnings_for,
    within,
)

__all__ = [
    "LICENCES",
    "ONE",
    "THREE",
    "TWO",
    "UNCLASSED",
    "Classification",
    "CoReview",
    "Decided",
    "Filing",
    "classify",
    "settle",
    "wan",
]

TWO, THREE = "two", "three"
UNCLASSED = "none"
"""A type without classes and licence (网络纪录片)."""

LICENCES: dict[str, str] = {
    "series_licence": N_("网络剧片发行许可证"),
    "micro_licence": N_("微短剧发行许可证"),
    "approval": N_("批准文件"),
    "programme_number": N_("播出单位节目编号"),
    "record_number": N_("省局登记备案号"),
    "platform_record": N_("平台登记备案号"),
    "filing_numbers": N_("规划备案号和上线备案号"),
    "registration": N_("重点网络原创节目登记"),
    "none": N_("不需许可"),
}


@dataclass(frozen=True)
class CoReview:
    """Whose written opinion (协审) a special subject needs; not `required` means the bureau asks where needed."""

    subject: str
    department: str
    required: bool
    source: str


@dataclass(frozen=True)
class Decided:
    """What an officer settled where the rules are silent: which class, why, who, when."""

    class_code: str
    reason: str
    officer: str
    day: date


@dataclass(frozen=True)
class Classification:
    """The answer. `class_code` is None exactly while `undecided` is not empty and no officer has decided."""

    type: str
    class_code: str | None
    label: str
    licence: str | None
    plan_filing: str | None
    source: str
    valid_from: date
    period: str
    co_reviews: tuple[CoReview, ...] = ()
    reasons: tuple[Sentence, ...] = ()
    undecided: tuple[Sentence, ...] = ()
    warnings: tuple[Sentence, ...] = ()
    decided: Decided | None = None

    @property
    def licence_name(self) -> str:
        """The Chinese name of what permits it to be shown; empty while undecided."""
        return LICENCES[self.licence] if self.licence else ""


def classify(filing: Filing, day: date, rule: Dated) -> Classification:
    """The class of `filing` by `rule`, with every reason and its source.

    `day` is the day the title is judged under (its submission); a kept rule is used again with that same day.
    Refuses (ValueError) a rule not in force that day and a special subject that is none of the nine.
    """
    if not in_force(rule, day):
        raise ValueError(f"the rule of {rule.valid_from} was not in force on {day}")
    strangers = (filing.special_subjects or frozenset()) - SPECIAL_SUBJECTS.keys()
    if strangers:
        raise ValueError(f"no special subjects: {sorted(strangers)}")
    kind = rule.value["types"].get(filing.type)
    if kind is None:
        return _answer(filing, rule, {}, None, undecided=[say("规则没有写到这一类型，由经办认定。")])
    if not kind.get("classed", True):
        reason = say("这一类型不分类、不设许可环节（%(source)s）", source=within(kind["source"]))
        return _answer(filing, rule, kind, UNCLASSED, reasons=[reason])
    return _weigh(filing, rule, kind)


def settle(found: Classification, decided: Decided, rule: Dated) -> Classification:
    """`found` with what an officer decided where the rules are silent.

    Refuses (RuleBroken) when the rules had decided, without a reason, and a class the type does not have.
    """
    if not found.undecided:
        raise RuleBroken(say("规则已经得出分类，不需另行认定。"), "class_code")
    if not decided.reason.strip():
        raise RuleBroken(say("请写明认定理由。"), "reason")
    kind = rule.value["types"].get(found.type, {})
    if decided.class_code not in kind.get("labels", {}):
        raise RuleBroken(say("这一类型没有所选的分类。"), "class_code")
    return replace(found, class_code=decided.class_code, decided=decided, **_consequences(kind, decided.class_code))


def _weigh(filing: Filing, rule: Dated, kind: dict[str, Any]) -> Classification:
    """Elsewhere regulated, then what makes class one at any price, then what is open, then the money."""
    open_questions = [*regulated_elsewhere(filing), *by_definition(filing, kind)]
    rulings = [*by_subject(filing, kind), *by_promotion(filing, kind), *by_money(filing, kind)]
    lifted = [sentence for code, sentence in rulings if code == ONE]
    if not lifted:
        open_questions += [sentence for code, sentence in rulings if code is None]
    reasons = lifted or [sentence for code, sentence in rulings if code is not None]
    code = ONE if lifted else next((code for code, _ in rulings if code is not None), None)
    return _answer(
        filing, rule, kind, None if open_questions else code,
        reasons=reasons, undecided=open_questions, warnings=list(warnings_for(filing, kind)),
    )  # fmt: skip


def _answer(
    filing: Filing, rule: Dated, kind: dict[str, Any], code: str | None, *,
    reasons: list[Sentence] | None = None, undecided: list[Sentence] | None = None,
    warnings: list[Sentence] | None = None,
) -> Classification:  # fmt: skip
    return Classification(
        type=filing.type, class_code=code, source=rule.source, valid_from=rule.valid_from,
        period=rule.value["period"], co_reviews=_co_reviews(filing, rule, kind),
        reasons=tuple(reasons or ()), undecided=tuple(undecided or ()), warnings=tuple(warnings or ()),
        **_consequences(kind, code),
    )  # fmt: skip


def _consequences(kind: dict[str, Any], code: str | None) -> dict[str, Any]:
    """Label, licence and whether a plan must be filed before shooting, for one class of a type."""
    if code is None:
        return {"label": N_("待认定"), "licence": None, "plan_filing": None}
    if code == UNCLASSED:
        return {"label": N_("不分类"), "licence": kind["licence"], "plan_filing": "none"}
    return {"label": kind["labels"][code], "licence": kind["licences"][code], "plan_filing": kind["plan_filing"][code]}


def _co_reviews(filing: Filing, rule: Dated, kind: dict[str, Any]) -> tuple[CoReview, ...]:
    """Whose opinion each special subject asks for (广电办发〔2022〕128号; 令16号第14条 where needed)."""
    manner = kind.get("opinions")
    if manner is None:
        return ()
    departments = rule.value["departments"]
    return tuple(
        CoReview(subject, departments[subject], manner == "required", kind["opinions_source"])
        for subject in in_order(filing.special_subjects or frozenset())
    )
