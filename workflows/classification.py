"""Which class a title is of and what that asks for, by the rule in force on a day.

Norms: 令16号第2、12–14、50–52条; 广电办发〔2024〕35号, 〔2022〕128号; the amounts stand in `ruleset.classification`.
What the rules do not decide stays undecided: an officer then settles it with a reason, and that is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from .errors import N_, RuleBroken, Sentence, say
from .ruleset import Dated, in_force
from .ruleset.vocabulary import FORMS, SPECIAL_SUBJECTS, TYPES

ONE, TWO, THREE = "one", "two", "three"
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

TRIGGERED = {
    "promoted": N_("平台招商主推（%(source)s）"),
    "front_page": N_("在首页首屏或专题专区推荐（%(source)s）"),
    "member_first": N_("会员优先或付费观看（%(source)s）"),
    "voluntary_major": N_("自愿按重点（一类）申报（%(source)s）"),
}
UNTRIGGERED = {
    "promoted": N_("当时的规则不因平台招商主推改变分类。"),
    "front_page": N_("当时的规则不因首页首屏推荐改变分类。"),
    "member_first": N_("当时的规则不因会员优先或付费观看改变分类。"),
    "voluntary_major": N_("当时的规则没有自愿升档。"),
}


@dataclass(frozen=True)
class Filing:
    """What the class of a title depends on. Money in yuan; None and "" stand for questions not answered yet."""

    type: str
    investment_yuan: int | None = None
    form: str | None = None
    minutes_per_episode: int | float | Decimal | None = None
    special_subjects: frozenset[str] | None = frozenset()
    promoted: bool = False
    front_page: bool = False
    member_first: bool = False
    voluntary_major: bool = False
    interactive: bool = False
    major_subject: bool = False
    foreign_co_production: bool = False
    foreign_staff: bool = False

    @classmethod
    def of(cls, view: Any, foreign_co_production: bool = False) -> Filing:
        """The same, read from anything that has the fields of `filing.FilingView`."""
        names = [name for name in cls.__dataclass_fields__ if name != "foreign_co_production"]
        return cls(**{name: getattr(view, name) for name in names}, foreign_co_production=foreign_co_production)


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
    def major_filing(self) -> bool:
        """重点网络影视剧, 一类."""
        return self.class_code == ONE

    @property
    def licence_name(self) -> str:
        """The Chinese name of what permits it to be shown; empty while undecided."""
        return LICENCES[self.licence] if self.licence else ""


Ruling = tuple[str | None, Sentence]
"""A class and the reason for it; the class is None where the rule leaves it open."""


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
        reason = say("这一类型不分类、不设许可环节（%(source)s）", source=kind["source"])
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
    open_questions = [*_elsewhere(filing), *_definition(filing, kind)]
    rulings = [*_by_subject(filing, kind), *_by_promotion(filing, kind), *_by_money(filing, kind)]
    lifted = [sentence for code, sentence in rulings if code == ONE]
    if not lifted:
        open_questions += [sentence for code, sentence in rulings if code is None]
    reasons = lifted or [sentence for code, sentence in rulings if code is not None]
    code = ONE if lifted else next((code for code, _ in rulings if code is not None), None)
    return _answer(
        filing, rule, kind, None if open_questions else code,
        reasons=reasons, undecided=open_questions, warnings=list(_warnings(filing, kind)),
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


def _elsewhere(filing: Filing) -> Iterator[Sentence]:
    """Regulated outside the rules of classes (令16号第51、52条)."""
    if filing.major_subject:
        yield say("重大革命和重大历史题材另有规定，由经办按立项文件认定（令16号第51条）。")
    if filing.foreign_co_production:
        yield say("与境外合拍另有规定，由经办按合拍批准文件认定（令16号第52条）。")


def _definition(filing: Filing, kind: dict[str, Any]) -> Iterator[Sentence]:
    """A micro-drama's episode stays under twenty minutes (令16号第2条)."""
    limit, minutes = kind.get("minutes_below"), filing.minutes_per_episode
    if limit is not None and minutes is not None and minutes >= limit:
        yield say(
            "单集 %(minutes)s 分钟，不合微短剧单集不足 %(limit)s 分钟的定义（%(source)s），请改报类型或由经办认定。",
            minutes=minutes, limit=limit, source=kind["minutes_source"],
        )  # fmt: skip


def _by_subject(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    effect = kind.get("special")
    if effect is None:
        return
    if filing.special_subjects is None:
        yield None, say("还没有回答是否涉及特殊题材，无法得出分类。")
        return
    for subject in _in_order(filing.special_subjects):
        label = say(SPECIAL_SUBJECTS[subject])
        if effect == "one":
            yield ONE, say("涉及特殊题材：%(subject)s（%(source)s）", subject=label, source=kind["special_source"])
        else:
            yield None, say("涉及特殊题材（%(subject)s）是否列为重点，当时的规则没有写明，由经办认定。", subject=label)


def _by_promotion(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    for flag, source in kind["triggers"].items():
        if getattr(filing, flag):
            yield ONE, say(TRIGGERED[flag], source=source)
    for flag in kind.get("doubtful", ()):
        if getattr(filing, flag):
            yield None, say("会员优先或付费观看是否列为重点（一类），现行文件没有写明，由经办认定。")


def _by_money(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    if kind["amounts"] is None:
        yield None, say("当时的规则没有写明这一类型的投资额标准，由经办认定。")
    elif filing.investment_yuan is None or filing.investment_yuan < 0:
        yield None, say("还没有填写投资额，无法得出分类。")
    elif filing.form is not None and filing.form in kind["amounts"]:
        yield _step(filing.investment_yuan, filing.form, kind)
    else:
        yield from _whatever_form(filing.investment_yuan, kind)


def _whatever_form(amount: int, kind: dict[str, Any]) -> Iterator[Ruling]:
    """Thresholds that do not depend on the form; or a form not stated, which matters only where the forms differ."""
    rulings = [_step(amount, form, kind) for form in kind["amounts"]]
    if len({code for code, _ in rulings}) > 1:
        yield None, say("真人与 AI 的投资额标准不同，请先填写主创形式。")
    else:
        yield rulings[0]


def _step(amount: int, form: str, kind: dict[str, Any]) -> Ruling:
    """The highest step the amount reaches (exceeds, where the rule says so), and the sentence for it."""
    strict = kind.get("strict", False)
    steps = kind["amounts"][form]
    # the lowest step has no threshold of its own
    reached = [step for step in steps[:-1] if (amount > step[1] if strict else amount >= step[1])]
    what = say("%(form)s投资额", form=say(FORMS[form])) if form in FORMS else say("投资额")
    params = {"what": what, "amount": wan(amount), "source": kind["source"]}
    if not reached:
        below = N_("%(what)s %(amount)s 万元，没有超过 %(limit)s 万元（%(source)s）") if strict else N_(
            "%(what)s %(amount)s 万元，不足 %(limit)s 万元（%(source)s）"
        )  # fmt: skip
        return steps[-1][0], say(below, limit=wan(steps[-2][1]), **params)
    code, limit = reached[0]
    above = N_("%(what)s %(amount)s 万元，超过 %(limit)s 万元（%(source)s）") if strict else N_(
        "%(what)s %(amount)s 万元，达到 %(limit)s 万元（%(source)s）"
    )  # fmt: skip
    return code, say(above, limit=wan(limit), **params)


def _co_reviews(filing: Filing, rule: Dated, kind: dict[str, Any]) -> tuple[CoReview, ...]:
    """Whose opinion each special subject asks for (广电办发〔2022〕128号; 令16号第14条 where needed)."""
    manner = kind.get("opinions")
    if manner is None:
        return ()
    departments = rule.value["departments"]
    return tuple(
        CoReview(subject, departments[subject], manner == "required", kind["opinions_source"])
        for subject in _in_order(filing.special_subjects or frozenset())
    )


def _warnings(filing: Filing, kind: dict[str, Any]) -> Iterator[Sentence]:
    known = {*kind["triggers"], *kind.get("doubtful", ())}
    yield from (say(text) for flag, text in UNTRIGGERED.items() if getattr(filing, flag) and flag not in known)
    if filing.interactive and filing.type == "micro_drama" and not kind.get("interactive_by_form"):
        yield say("当时的规则没有单列互动微短剧，按一般微短剧认定。")
    if kind.get("opinions") == "when_needed" and filing.special_subjects:
        yield say(
            "特殊题材确有必要时征求有关部门意见，由经办决定是否送协审（%(source)s）。", source=kind["opinions_source"]
        )
    if filing.foreign_staff:
        yield say("有境外人员参与制作，送审时须附批准文件。")
    minutes = filing.minutes_per_episode
    if filing.type == "web_series" and minutes is not None and 0 < minutes < 20:
        yield say("单集不足 20 分钟，请核对是否应按%(type)s申报。", type=say(TYPES["micro_drama"]))


def _in_order(subjects: frozenset[str]) -> list[str]:
    return [subject for subject in SPECIAL_SUBJECTS if subject in subjects]


def wan(yuan: int) -> str:
    """Yuan as 万元 in digits, exact: 3000000 → "300", 2999999 → "299.9999"."""
    return f"{(Decimal(yuan) / 10_000).normalize():f}"
