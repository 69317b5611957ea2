"""One small check for each group of fields of a filing: it yields the field and the sentence that says what to mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from .errors import Sentence, say
from .filing_view import FilingView, length_of_text
from .ruleset.vocabulary import AI_USES, CREDIT_ROLES, ERAS, FORMS, MAJOR_ERA, SPECIAL_SUBJECTS, TYPES, theme_exists
from .typed import telephone_refusal

Said = tuple[str, Sentence]


def blank(text: str | None) -> bool:
    """Whether nothing was written: None, empty, or white space only."""
    return not (text or "").strip()


def title(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    """A title, without book marks and within its length; asked of a changed title too."""
    if blank(view.title):
        yield "title", say("请填写片名。")
    elif re.search("[《》〈〉]", view.title):
        yield "title", say("片名不加书名号，请删去“《》”。")
    elif len(view.title.strip()) > rule["title_at_most"]:
        yield "title", say("片名最多 %(n)s 个字。", n=rule["title_at_most"])


def _type(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.type not in TYPES:
        yield "type", say("请选择类型。")
    if view.form not in FORMS and (view.form or view.type == "micro_drama"):
        yield "form", say("请选择主创形式：真人或 AI 生成。")


def size(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    """Episodes and their length; asked of a changed number of episodes too."""
    most, longest = rule["episodes_at_most"], rule["minutes_at_most"]
    if view.episodes is None or not 1 <= view.episodes <= most:
        yield "episodes", say("请填写集数，1 到 %(n)s 集。", n=most)
    elif view.type == "web_film" and view.episodes != 1:
        yield "episodes", say("网络电影的集数填 1；分集的请按网络剧申报。")
    if view.minutes_per_episode is None or not 0 < view.minutes_per_episode <= longest:
        yield "minutes_per_episode", say("请填写单集时长，不超过 %(n)s 分钟。", n=longest)


def _theme(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.theme_era not in ERAS:
        yield "theme_era", say("请选择题材年代。")
    elif not theme_exists(view.theme_era or "", view.theme_topic or ""):
        yield "theme_topic", say("请选择“%(era)s”之下的题材。", era=say(ERAS[view.theme_era or ""]))
    if view.theme_era in ERAS and (view.theme_era == MAJOR_ERA) != bool(view.major_subject):
        yield "major_subject", say("题材年代与“是否重大革命和历史题材”的回答不一致，请核对。")


def _special(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.special_subjects is None:
        yield "special_subjects", say("请逐项回答是否涉及九类特殊题材；都不涉及也要勾选“均不涉及”。")
    elif view.special_subjects - SPECIAL_SUBJECTS.keys():
        yield "special_subjects", say("特殊题材只有九类，请重新选择。")


def _source(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if blank(view.source_kind):
        yield "source_kind", say("请选择故事来源：原创或改编。")
    elif view.source_kind != "original":
        if blank(view.source_work):
            yield "source_work", say("改编作品请写明原著名称和作者。")
        if blank(view.rights_note):
            yield "rights_note", say("改编作品请写明授权人和授权期限。")


def _texts(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    least, length = rule["synopsis_at_least"], length_of_text(view.synopsis)
    if length < least:
        yield "synopsis", say("内容概要还差 %(n)s 字（至少 %(least)s 字）。", n=least - length, least=least)
    least, length = rule["theme_at_least"], length_of_text(view.theme_statement)
    if length < least:
        yield "theme_statement", say("思想内涵还差 %(n)s 字（至少 %(least)s 字）。", n=least - length, least=least)


def _ai(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.ai_use not in AI_USES:
        yield "ai_use", say("请回答是否使用 AI 生成内容。")
    elif view.form == "ai" and view.ai_use == "none":
        yield "ai_use", say("主创形式是 AI 生成，这里却答未使用，请核对。")
    elif view.ai_use != "none" and blank(view.ai_note):
        yield "ai_note", say("请写明哪些部分由 AI 生成、用什么工具、怎样标识。")


def _investment(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.investment_yuan is None or view.investment_yuan <= 0:
        yield "investment_yuan", say("请填写投资额（万元）。")
    elif view.investment_yuan > rule["investment_at_most"]:
        yield "investment_yuan", say("投资额过大，请核对单位是不是万元。")


def _platforms(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if not any(name.strip() for name in view.platforms):
        yield "platforms", say("请填写拟播出平台，至少一家。")


def _plan(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if blank(view.shooting_place):
        yield "shooting_place", say("请填写拍摄（制作）地。")
    asked = {
        "shooting_start": say("请填写开机（开始制作）日期。"),
        "shooting_end": say("请填写杀青（制作完成）日期。"),
        "release_on": say("请填写拟播出日期。"),
    }
    first, last = today.year - rule["years_back"], today.year + rule["years_ahead"]
    for field, sentence in asked.items():
        day: date | None = getattr(view, field)
        if day is None:
            yield field, sentence
        elif not first <= day.year <= last:
            yield field, say("年份应在 %(first)s 到 %(last)s 之间，请核对。", first=first, last=last)
    if view.shooting_start and view.shooting_end and view.shooting_end < view.shooting_start:
        yield "shooting_end", say("杀青日期早于开机日期，请核对。")
    if view.shooting_end and view.release_on and view.release_on < view.shooting_end:
        yield "release_on", say("拟播出日期早于杀青日期，请核对。")


def _elsewhere(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if view.submitted_elsewhere is None:
        yield "submitted_elsewhere", say("请回答是否曾在其他省（区、市）送审。")
    elif view.submitted_elsewhere and blank(view.elsewhere_detail):
        yield "elsewhere_detail", say("请写明曾在哪个省、何时送审、结果如何。")


def _firsts(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    asked = {
        "first_created": say("申报“江苏首创”请附说明或证据。"),
        "first_reviewed": say("申报“江苏初审”请附说明或证据。"),
        "first_released": say("申报“江苏首发”请附说明或证据。"),
    }
    for field, sentence in asked.items():
        if getattr(view, field) and blank(getattr(view, f"{field}_evidence")):
            yield f"{field}_evidence", sentence


def _contact(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if blank(view.contact_name):
        yield "contact_name", say("请填写联系人。")
    if telephone_refusal(view.contact_phone or ""):
        yield "contact_phone", say("请填写联系电话，手机号或带区号的座机号。")


def _house(view: FilingView, rule: Mapping[str, Any], today: date) -> Iterator[Said]:
    if blank(view.house_licence_number):
        yield "house_licence_number", say("机构资料里没有制作经营许可证号，请先到机构页补填。")
    elif view.house_licence_expires_on is None:
        yield "house_licence_expires_on", say("机构资料里没有许可证有效期，请先到机构页补填。")
    elif view.house_licence_expires_on < today:
        yield "house_licence_expires_on", say("制作经营许可证已过有效期，请先到机构页更新。")


CHECKS: tuple[Callable[[FilingView, Mapping[str, Any], date], Iterator[Said]], ...] = (
    title, _type, size, _platforms, _contact, _house, _theme, _special, _source, _texts, _ai,
    _investment, _plan, _elsewhere, _firsts,
)  # fmt: skip
"""In the order of the page."""

CREW_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "web_series": (("writer",), ("director",), ("producer",), ("lead_actor",)),
    "web_film": (("writer",), ("director",), ("producer",), ("lead_actor",)),
    "micro_drama": (("writer",), ("director",), ("producer",), ("lead_actor",)),
    "animation": (("writer",), ("director", "animation_director"), ("producer",)),
    "documentary": (("writer",), ("director",), ("producer",)),
}
"""Who must be named: one of each group. Nobody plays a lead in a documentary, an animation, or an AI micro-drama."""


def crew(view: FilingView) -> Iterator[tuple[str, Sentence]]:
    """The role for which nobody is named, and the sentence that asks for it."""
    named = {role for role, name in view.credits if name.strip()}
    for group in CREW_OF.get(view.type, CREW_OF["web_series"]):
        if group == ("lead_actor",) and view.form == "ai":
            continue
        if not named & set(group):
            yield group[0], say("请填写%(role)s。", role=say(CREDIT_ROLES[group[0]]))
