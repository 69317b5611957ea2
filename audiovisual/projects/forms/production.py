"""Forms of the production: plan, start, progress, airing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField
from wtforms.validators import Optional, ValidationError

from audiovisual.kernel.forms import (
    AtMost,
    Form,
    Version,
    WebAddress,
    choice,
    day,
    line,
    paper,
    wan,
    whole,
    whole_number,
)
from audiovisual.kernel.forms import text as area
from audiovisual.kernel.model import shanghai, today
from audiovisual.kernel.text import month
from workflows import typed

from ..operations.production import NODES


class PlanForm(Form):
    """The planned days of the five nodes."""

    script_lock = day(_l("剧本定稿"), required=True)
    shooting_start = day(_l("开机"), required=True)
    shooting_end = day(_l("杀青"), required=True)
    cut_delivery = day(_l("送审"), required=True)
    release = day(_l("上线"), required=True)

    def days(self) -> dict[str, date]:
        """The five days by node."""
        return {kind: self[kind].data for kind in NODES}


class ScheduleForm(PlanForm):
    """The plan, and who is in charge from here on."""

    officer = choice(_l("经办"), [], coerce=lambda value: whole_number(str(value)))


class ChangePlanForm(PlanForm):
    """Days moved, with the reason."""

    version = Version()
    reason = area(_l("调整理由"), required=True, most=2000)


class CorrectDaysForm(Form):
    """Actual days put right, with the reason. Only those the person's side gave are shown."""

    version = Version()
    script_lock = day(_l("剧本定稿"))
    shooting_start = day(_l("开机"))
    shooting_end = day(_l("杀青"))
    reason = area(_l("更正理由"), required=True, most=2000)

    def days(self) -> dict[str, date]:
        """The days by node, of those that are asked for."""
        given = {kind: self._fields[kind] for kind in NODES if kind in self._fields}
        return {kind: field.data for kind, field in given.items() if field.data}


class StartForm(Form):
    """The day shooting began."""

    started_on = day(_l("开机日期"), required=True)


def recent_months(count: int = 6) -> list[tuple[str, str]]:
    """The present month and those before it, as 2026-11 with its name."""
    year, number, found = today().year, today().month, []
    for _unused in range(count):
        found.append(f"{year}-{number:02d}")
        year, number = (year - 1, 12) if number == 1 else (year, number - 1)
    return [(each, month(each)) for each in found]


def months_of(since: datetime | None, reported: Collection[str]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The recent months a title scheduled then may be reported for, and those of them that are not reported yet."""
    first = f"{shanghai(since):%Y-%m}" if since else ""
    months = [month_ for month_ in recent_months() if month_[0] >= first]
    return months, [month_ for month_ in months if month_[0] not in reported]


class _Told(Form):
    """What a month's report says in words and figures."""

    percent = whole(_l("总体进度"), 0, 100, required=True, units=typed.PERCENT)
    text = area(_l("本月做了什么"), required=True, most=4000)
    problems = area(_l("困难和需要协调的事"), most=4000, id="difficulties")
    spent_yuan = wan(_l("累计支出"))
    cast_pay_yuan = wan(_l("累计演员片酬"))
    episodes_done = whole(_l("完成集数"), 0, 999, units=typed.EPISODES)

    def said(self) -> dict[str, Any]:
        """By the names of the columns."""
        names = ("text", "percent", "spent_yuan", "cast_pay_yuan", "episodes_done")
        return {**{name: self[name].data for name in names}, "problems": self.problems.data or ""}


class CorrectReportForm(_Told):
    """A month's report put right, with the reason."""

    version = Version()
    reason = area(_l("更正理由"), required=True, most=2000)


class ReportForm(_Told):
    """A month's progress: words, figures, nodes reached or expected."""

    period = choice(_l("月份"), [], required=True)
    reached_script_lock = day(_l("剧本定稿（实际）"))
    reached_shooting_start = day(_l("开机（实际）"))
    reached_shooting_end = day(_l("杀青（实际）"))
    forecast_shooting_end = day(_l("预计杀青"))
    forecast_cut_delivery = day(_l("预计送审"))
    forecast_release = day(_l("预计上线"))

    def dated(self, prefix: str) -> dict[str, date]:
        """The days given under a prefix, by node."""
        found: dict[str, Any] = {kind: self._fields.get(f"{prefix}_{kind}") for kind in NODES}
        return {kind: field.data for kind, field in found.items() if field is not None and field.data}


class AiringForm(Form):
    """The first airing with its evidence: a link, words, or a file."""

    platform = line(_l("首播平台"), required=True, most=100)
    elsewhere = area(_l("不在拟播出平台首播的原因"), most=1000)
    aired_on = day(_l("首播日期"), required=True)
    licence_number = paper(_l("许可证（备案）号"), most=100)
    url = WebAddress(_l("播出页面网址"), [Optional(), AtMost(500)])
    evidence = area(_l("证据说明"), most=2000)
    file = FileField(_l("截图或文件"))

    def validate_url(self, field: Any) -> None:
        """Only web addresses; anything else could run in a reader's page."""
        if field.data and not field.data.lower().startswith(("http://", "https://")):
            raise ValidationError(_l("网址要以 http:// 或 https:// 开头。"))
