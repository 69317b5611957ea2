"""The form of a filing: everything a house fills in. Nothing is required here, a draft may stop anywhere.

What is typed wrongly is said beside its field; `given` hands out what is right, so that it can be kept all the same.
What a complete filing needs is asked by `workflows.filing.missing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
)
from wtforms import Form as PlainForm
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput

from audiovisual.kernel.forms import (
    AtMost,
    Form,
    choice,
    clean_line,
    day,
    line,
    name_of_title,
    text,
    tick,
    wan,
    whole,
)
from audiovisual.kernel.text import translated
from audiovisual.people.forms.fields import Telephone
from workflows import typed, uscc
from workflows.ruleset.vocabulary import (
    AI_USES,
    CREDIT_ROLES,
    ERAS,
    FORMS,
    MAJOR_ERA,
    PROMOTIONS,
    SOURCE_KINDS,
    SPECIAL_SUBJECTS,
    THEMES,
    TYPES,
)  # fmt: skip

from .models import Project

MOST_PEOPLE, MOST_COMPANIES, BLANK_ROWS = 60, 20, 2
NONE_OF_NINE = "none"
FIRST_ROLES = ("writer", "director", "producer", "lead_actor")
"""Rows that stand ready while nobody is named for them."""

LINES = ("title", "platforms", "contact_name", "contact_phone", "source_work", "shooting_place")
TEXTS = (
    "rights_note", "synopsis", "theme_statement", "ai_note", "elsewhere_detail", "first_created_evidence",
    "first_reviewed_evidence", "first_released_evidence",
)  # fmt: skip
VALUES = (
    "episodes", "minutes_per_episode", "investment_yuan", "cast_pay_yuan", "lead_pay_yuan", "shooting_start",
    "shooting_end", "release_on",
)  # fmt: skip
CODES = ("type", "form", "source_kind", "ai_use")
TICKS = (
    "interactive", "foreign_staff", "foreign_co_production", *PROMOTIONS, "first_created", "first_reviewed", "first_released", "pledged",
)  # fmt: skip
TITLE_MOST = 60


class CreditForm(PlainForm):
    """A person of the crew; a row without a name is no row."""

    role = choice(_l("职务"), [(code, _l(label)) for code, label in CREDIT_ROLES.items()])
    name = StringField(_l("姓名"), [Optional(), AtMost(60)], filters=[clean_line])
    note = HiddenField(filters=[clean_line], validators=[AtMost(200)])
    NEEDED = ("role", "name")


def _code(value: str | None) -> str | None:
    return None if value is None else uscc.normalised(clean_line(value))


class CompanyForm(PlainForm):
    """A co-producing company."""

    name = StringField(_l("机构名称"), [Optional(), AtMost(100)], filters=[clean_line])
    uscc = StringField(_l("统一社会信用代码"), [Optional(), AtMost(40)], filters=[_code])
    NEEDED = ("name",)

    def validate_uscc(self, field: StringField) -> None:
        """A code is checked where one is given (GB 32100)."""
        if refusal := uscc.refusal(field.data):
            raise ValidationError(translated(refusal))


def _themes() -> dict[str, list[tuple[str, str]]]:
    """Era by era: the value is 当代/都市, because topics of several eras share a name."""
    groups = {
        _(era): [
            (f"{era}/{topic}", _(topic) if era == MAJOR_ERA else f"{_(era)} · {_(topic)}") for topic in THEMES[era]
        ]
        for era in ERAS
    }
    return {_("请选择"): [("", _("请选择"))], **groups}


def _radio(label: Any, choices: dict[str, str]) -> RadioField:
    return RadioField(label, [Optional()], choices=[(code, _l(name)) for code, name in choices.items()])


class StartForm(Form):
    """What a draft begins with."""

    title = name_of_title(_l("片名"), required=True, most=TITLE_MOST)
    type = choice(_l("类型"), [(code, _l(label)) for code, label in TYPES.items()], required=True)


class FilingForm(Form):
    """The whole filing on one page."""

    boxes = HiddenField()
    title = name_of_title(_l("片名"), most=TITLE_MOST)
    type = choice(_l("类型"), [(code, _l(label)) for code, label in TYPES.items()])
    form = _radio(_l("主创形式"), FORMS)
    episodes = whole(_l("集数"), 1, 9999, units=typed.EPISODES)
    minutes_per_episode = whole(_l("单集时长"), 1, 9999, units=typed.MINUTES)
    platforms = line(_l("拟播出平台"), most=300)
    contact_name = line(_l("联系人"), most=60)
    contact_phone = Telephone(_l("联系电话"), [Optional(), AtMost(40)])
    interactive = tick(_l("互动剧（观众选择影响情节）"))
    theme = choice(_l("题材"), [])
    special_subjects = SelectMultipleField(
        _l("特殊题材九类"), option_widget=CheckboxInput(),
        choices=[*((code, _l(label)) for code, label in SPECIAL_SUBJECTS.items()), (NONE_OF_NINE, _l("均不涉及"))],
    )  # fmt: skip
    source_kind = _radio(_l("故事来源"), SOURCE_KINDS)
    source_work = line(_l("原著名称和作者"), most=200)
    rights_note = text(_l("授权情况"), most=2000)
    synopsis = text(_l("内容概要"))
    theme_statement = text(_l("思想内涵"), most=6000)
    ai_use = _radio(_l("是否使用 AI 生成内容"), AI_USES)
    ai_note = text(_l("AI 使用说明"), most=2000)
    credits = FieldList(FormField(CreditForm), label=_l("主创人员"), max_entries=MOST_PEOPLE)
    co_producers = FieldList(FormField(CompanyForm), label=_l("联合制作机构"), max_entries=MOST_COMPANIES)
    foreign_staff = tick(_l("有境外人员参与制作"))
    foreign_co_production = tick(_l("与境外机构合拍"))
    investment_yuan = wan(_l("投资额"))
    cast_pay_yuan = wan(_l("演员总片酬"))
    lead_pay_yuan = wan(_l("其中主要演员片酬"))
    shooting_place = line(_l("拍摄（制作）地"), most=200)
    shooting_start = day(_l("开机（开始制作）"))
    shooting_end = day(_l("杀青（制作完成）"))
    release_on = day(_l("拟播出日期"))
    promoted = tick(_l(PROMOTIONS["promoted"]))
    front_page = tick(_l(PROMOTIONS["front_page"]))
    member_first = tick(_l(PROMOTIONS["member_first"]))
    voluntary_major = tick(_l(PROMOTIONS["voluntary_major"]))
    submitted_elsewhere = RadioField(
        _l("是否曾在其他省（区、市）送审"), [Optional()], choices=[("no", _l("没有")), ("yes", _l("送审过"))]
    )
    elsewhere_detail = text(_l("送审经过"), most=2000)
    first_created = tick(_l("江苏首创"))
    first_created_evidence = text(_l("首创的说明或证据"), most=2000)
    first_reviewed = tick(_l("江苏初审"))
    first_reviewed_evidence = text(_l("初审的说明或证据"), most=2000)
    first_released = tick(_l("江苏首发"))
    first_released_evidence = text(_l("首发的说明或证据"), most=2000)
    pledged = tick(_l("本机构作出上述承诺"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.theme.choices = _themes()

    def validate_special_subjects(self, field: SelectMultipleField) -> None:
        """None of the nine, or some of them, not both."""
        if NONE_OF_NINE in (field.data or []) and len(field.data) > 1:
            raise ValidationError(_("勾了“均不涉及”，就不要再勾其他几类。"))

    def validate_credits(self, field: FieldList) -> None:
        """A name stands with what the person does."""
        lacking = [entry.form for entry in field if entry.form.name.data and not entry.form.role.data]
        for row in lacking:
            row.role.errors = [*row.role.errors, _("请选择职务。")]
        if lacking:
            raise ValidationError(_("有人没有选职务。"))

    def validate_co_producers(self, field: FieldList) -> None:
        """A code stands with the company's name: alone it would be no row, and be lost."""
        lacking = [entry.form for entry in field if entry.form.uscc.data and not entry.form.name.data]
        for row in lacking:
            row.name.errors = [*row.name.errors, _("请写机构名称；不要这一家，就把代码也清空。")]
        if lacking:
            raise ValidationError(_("有一家没有写机构名称。"))

    def add_blank_rows(self) -> FilingForm:
        """Rows to write in, for a page without script."""
        for rows, most in ((self.credits, MOST_PEOPLE), (self.co_producers, MOST_COMPANIES)):
            blank = sum(1 for entry in rows if not entry.form.name.data)
            for _each in range(min(BLANK_ROWS - blank, most - len(rows))):
                rows.append_entry()
        return self

    def given(self, project: Project) -> dict[str, Any]:
        """What was typed and is right, by the names of a project's columns. What did not come is left out.

        In rows that repeat, what is wrong leaves standing what the project has there.
        """
        found: dict[str, Any] = {}
        for names, empty in (((*LINES, *TEXTS), ""), (VALUES, None), (CODES, None)):
            for name in names:
                field = self[name]
                if field.raw_data and not field.errors:
                    found[name] = empty if field.data in (None, "") else field.data
        if found.get("form", "") is None:
            del found["form"]
        return {**found, **self._theme(), **self._boxes(), **self._rows(project)}

    def _theme(self) -> dict[str, Any]:
        if not self.theme.raw_data or self.theme.errors:
            return {}
        era, _slash, topic = (self.theme.data or "").partition("/")
        return {"theme_era": era or None, "theme_topic": topic or None, "major_subject": era == MAJOR_ERA}

    def _boxes(self) -> dict[str, Any]:
        """Boxes that are not ticked do not come: `boxes` says that the page with all of them was sent."""
        if not self.boxes.data:
            return {}
        found: dict[str, Any] = {name: self[name].data for name in TICKS}
        if not self.submitted_elsewhere.errors:
            found["submitted_elsewhere"] = {"yes": True, "no": False}.get(self.submitted_elsewhere.data or "")
        if not self.special_subjects.errors:
            ticked = set(self.special_subjects.data or [])
            found["special_subjects"] = [code for code in SPECIAL_SUBJECTS if code in ticked] if ticked else None
        return found

    def _rows(self, project: Project) -> dict[str, Any]:
        return {
            rows.name: _right_rows(rows, getattr(project, rows.name) if _is_wrong(rows) else ())
            for rows in (self.credits, self.co_producers)
            if any(entry.form.name.raw_data for entry in rows)
        }


def _is_wrong(rows: FieldList) -> bool:
    """Whether any cell is: only then is what is stored asked for."""
    return any(cell.errors for entry in rows for cell in entry.form)


def _right_rows(rows: FieldList, stored: Sequence[Any]) -> list[dict[str, str]]:
    """Rows as they are to be stored: a cell with something wrong stays as it is stored, a new row that lacks a name or
    a role is left out."""
    typed = {entry.form.name.data for entry in rows}
    found = []
    for place, entry in enumerate(rows):
        before = _stored_row(stored, place, entry.form.name.data, typed)
        cells = entry.form._fields.items()
        right = {key: getattr(before, key, "") if cell.errors else cell.data or "" for key, cell in cells}
        if all(right[key] for key in entry.form.NEEDED):
            found.append(right)
    return found


def _stored_row(stored: Sequence[Any], place: int, name: str | None, typed: set[str | None]) -> Any:
    """The stored row that a typed one was drawn from: of the same name, at its place first; else the one at its place,
    unless that one was typed elsewhere."""
    here = stored[place] if place < len(stored) else None
    if here is None or here.name != name:
        same = next((row for row in stored if row.name == name), None)
        return same or (here if here is not None and here.name not in typed else None)
    return here


def form_of(project: Project) -> FilingForm:
    """The form with what the bank holds."""
    plain = {name: getattr(project, name) for name in (*LINES, *TEXTS, *VALUES, *CODES, *TICKS)}
    subjects = project.special_subjects
    people = [{"role": c.role, "name": c.name, "note": c.note} for c in project.credits]
    named = {c.role for c in project.credits}
    people += [{"role": role, "name": "", "note": ""} for role in FIRST_ROLES if role not in named]
    return FilingForm(
        formdata=None,
        data={
            **plain, "boxes": "1",
            "theme": f"{project.theme_era}/{project.theme_topic}" if project.theme_era and project.theme_topic else "",
            "special_subjects": None if subjects is None else subjects or [NONE_OF_NINE],
            "submitted_elsewhere": {True: "yes", False: "no"}.get(project.submitted_elsewhere),
            "credits": people,
            "co_producers": [{"name": c.name, "uscc": c.uscc} for c in project.co_producers],
        }
    )  # fmt: skip
