"""What each part of a classification rule says about a filing: one small judge per part, each giving its reason.

A judge yields (class, sentence); a class of None means that the rule leaves it open. `kind` is what the rule in force
holds for the type of the filing, in the shape `ruleset.classification` describes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .errors import N_, Sentence, say
from .ruleset.vocabulary import FORMS, SPECIAL_SUBJECTS, TYPES

ONE = "one"

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


Ruling = tuple[str | None, Sentence]
"""A class and the reason for it; the class is None where the rule leaves it open."""


def regulated_elsewhere(filing: Filing) -> Iterator[Sentence]:
    """Regulated outside the rules of classes (令16号第51、52条)."""
    if filing.major_subject:
        yield say("重大革命和重大历史题材另有规定，由经办按立项文件认定（令16号第51条）。")
    if filing.foreign_co_production:
        yield say("与境外合拍另有规定，由经办按合拍批准文件认定（令16号第52条）。")


def by_definition(filing: Filing, kind: dict[str, Any]) -> Iterator[Sentence]:
    """A micro-drama's episode stays under twenty minutes (令16号第2条)."""
    limit, minutes = kind.get("minutes_below"), filing.minutes_per_episode
    if limit is not None and minutes is not None and minutes >= limit:
        yield say(
            "单集 %(minutes)s 分钟，不合微短剧单集不足 %(limit)s 分钟的定义（%(source)s），请改报类型或由经办认定。",
            minutes=minutes, limit=limit, source=within(kind["minutes_source"]),
        )  # fmt: skip


def by_subject(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    """Special subjects (特殊题材九类): they make class one, leave it open, or have no effect, by the rule of the day."""
    effect = kind.get("special")
    if effect is None:
        return
    if filing.special_subjects is None:
        yield None, say("还没有回答是否涉及特殊题材，无法得出分类。")
        return
    for subject in in_order(filing.special_subjects):
        label = say(SPECIAL_SUBJECTS[subject])
        if effect == "one":
            yield (
                ONE,
                say("涉及特殊题材：%(subject)s（%(source)s）", subject=label, source=within(kind["special_source"])),
            )
        else:
            yield None, say("涉及特殊题材（%(subject)s）是否列为重点，当时的规则没有写明，由经办认定。", subject=label)


def by_promotion(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    """How the title is to be promoted or was handed in, whatever it costs."""
    for flag, source in kind["triggers"].items():
        if getattr(filing, flag):
            yield ONE, say(TRIGGERED[flag], source=within(source))
    for flag in kind.get("doubtful", ()):
        if getattr(filing, flag):
            yield None, say("会员优先或付费观看是否列为重点（一类），现行文件没有写明，由经办认定。")


def by_money(filing: Filing, kind: dict[str, Any]) -> Iterator[Ruling]:
    """The step its investment reaches; open where the rule names no amount or the filing none."""
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
    params = {"what": what, "amount": wan(amount), "source": within(kind["source"])}
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


def warnings_for(filing: Filing, kind: dict[str, Any]) -> Iterator[Sentence]:
    """What does not change the class but should be known with it."""
    known = {*kind["triggers"], *kind.get("doubtful", ())}
    yield from (say(text) for flag, text in UNTRIGGERED.items() if getattr(filing, flag) and flag not in known)
    if filing.interactive and filing.type == "micro_drama" and not kind.get("interactive_by_form"):
        yield say("当时的规则没有单列互动微短剧，按一般微短剧认定。")
    if kind.get("opinions") == "when_needed" and filing.special_subjects:
        yield say(
            "特殊题材确有必要时征求有关部门意见，由经办决定是否送协审（%(source)s）。",
            source=within(kind["opinions_source"]),
        )
    if filing.foreign_staff:
        yield say("有境外人员参与制作，送审时须附批准文件。")
    minutes = filing.minutes_per_episode
    if filing.type == "web_series" and minutes is not None and 0 < minutes < 20:
        yield say("单集不足 20 分钟，请核对是否应按%(type)s申报。", type=say(TYPES["micro_drama"]))


def in_order(subjects: frozenset[str]) -> list[str]:
    """The subjects in the order of the nine heads."""
    return [subject for subject in SPECIAL_SUBJECTS if subject in subjects]


def within(source: str) -> str:
    """A source as it stands in brackets: its own become commas, 《通知》（2026年1月1日） → 《通知》，2026年1月1日."""
    return source.replace("（", "，").replace("）", "")


def wan(yuan: int) -> str:
    """Yuan as 万元 in digits, exact: 3000000 → "300", 2999999 → "299.9999"."""
    return f"{(Decimal(yuan) / 10_000).normalize():f}"
