"""Forms that clean what they read (see `workflows.typed`): a length for every text, numbers that fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask import flash, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto, _is_submitted
from markupsafe import Markup
from werkzeug.exceptions import UnsupportedMediaType
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.fields.choices import SelectFieldBase
from wtforms.validators import InputRequired, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import HiddenInput, TextInput

from workflows import typed
from workflows.errors import RuleBroken, WorkflowError

from . import problems
from .model import db
from .sought import meant
from .text import translated

LINE = 200
TEXT = 20_000
YEARS = (1980, 2100)


def clean(value: str | None) -> str | None:
    """A text of several lines as it is kept: `workflows.typed.prose`; None stays None."""
    return None if value is None else typed.prose(value)


def clean_line(value: str | None) -> str | None:
    """A single line as it is kept, and as it is looked for: `workflows.typed.one_line`; None stays None."""
    return None if value is None else typed.one_line(value)


def sought(raw: str | None, most: int = 100) -> str:
    """The words of a search, cleaned. Of more than it can use the beginning counts, and the page says so."""
    words = meant(clean_line(raw) or "")
    if len(words) > most:
        flash(gettext("查找的词最多 %(most)s 字，只按前 %(most)s 字查了。", most=most), "warning")
    return words[:most]


def clean_code(value: str | None) -> str | None:
    """A code or a number of a paper as it is kept, in half width: `workflows.typed.code`; None stays None."""
    return None if value is None else typed.code(value)


def _as_sent(value: str | None) -> str | None:
    """A password or a hidden field: nothing taken out but control signs and blanks around, so that both stay what they were."""
    if value is None or value.isprintable():
        return value and unicodedata.normalize("NFC", value).strip()
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = "".join(
        c for c in value if c in "\n\t" or not (ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000)
    )
    return unicodedata.normalize("NFC", value).strip()


def cleaner_of(kind: type[Field]) -> Callable[[str | None], str | None] | None:
    """How a kind of field cleans what came: by its own `cleaner`, else as a text, as a single line, or hardly at all."""
    if own := getattr(kind, "cleaner", None):
        return own  # type: ignore[no-any-return]
    if issubclass(kind, (PasswordField, HiddenField)):
        return _as_sent
    if issubclass(kind, TextAreaField):
        return clean
    return clean_line if issubclass(kind, StringField) else None


def whole_number(raw: str | None, most: int = 2**31 - 1) -> int | None:
    """A whole number from 0 to `most` out of an address or a hidden field; None for whatever else stands there.

    Ids, versions and pages are read here, so that no number is made that the database could not hold.
    """
    if not raw or len(raw) > 10 or not raw.isascii() or not raw.isdigit():
        return None
    number = int(raw)
    return number if number <= most else None


class Form(FlaskForm):
    """Base of every form. CSRF is checked by the application for every unsafe request, and here again."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            if cleaner := cleaner_of(unbound_field.field_class):
                options["filters"] = [cleaner]
            if pairs := unbound_field.kwargs.get("choices"):  # done once, for the next form finds them made
                unbound_field.kwargs["choices"] = [SelectChoice.from_input(pair) for pair in pairs]
            return super().bind_field(form, unbound_field, options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What a form reads: the body of a form. One in JSON is refused (415), whatever stands in it."""
            if formdata is _Auto and _is_submitted() and request.is_json:
                raise UnsupportedMediaType()
            return super().wrap_formdata(form, formdata)

        def render_field(self, field: Field, render_kw: dict[str, Any]) -> Any:
            if most := getattr(field.flags, "most", None):
                render_kw.setdefault("data-most", most)
            return super().render_field(field, render_kw)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whether everything passes; a form that does not is told of at the head of its page."""
        passed: bool = super().validate(*args, **kwargs)
        if not passed and not self._prefix:  # a row of a list is told of with its list
            problems.remember(self)
        return passed

    def refuse(self, error: WorkflowError) -> None:
        """Put a rule's sentence beside the field it names, or above the form."""
        problems.remember(self)
        field = self._field_of(error)
        if field is not None and hasattr(field, "errors"):
            field.errors = [*field.errors, translated(error.sentence)]
        else:
            self.form_errors.append(translated(error.sentence))

    def _field_of(self, error: WorkflowError) -> Any:
        """The field a refusal names; None where it names none of this form."""
        return self._fields.get((error.field or "").split(".")[0])

    def refuse_too(self, broken: Iterable[RuleBroken]) -> None:
        """Tell further broken rules, but of no field of which something is said already."""
        for error in broken:
            field = self._field_of(error)
            said = field.errors if field is not None else translated(error.sentence) in self.form_errors
            if not said:
                self.refuse(error)


Rules = Callable[[], Iterable[RuleBroken]]
"""The rules a form does not keep, out of those fields that could be read; a field that could not is None."""


def rightly(form: Form, rules: Rules | None = None) -> bool:
    """Whether every field is right. Where one is not, the rules that are broken are told with it, not after it."""
    right: bool = form.validate()
    if not right and rules is not None:
        with _unread(form):
            form.refuse_too(rules())
    return right


@contextmanager
def _unread(form: Form) -> Iterator[None]:
    """While rules are asked, what is no number, no day or no choice of ours is None to them; the page shows what was sent."""
    wrong = [field for field in form if field.errors and not isinstance(field, FieldList | FormField)]
    given = [(each, each.data) for each in wrong if isinstance(each, SelectFieldBase) or not isinstance(each.data, str)]
    for field, _data in given:
        field.data = None
    try:
        yield
    finally:
        for field, data in given:
            field.data = data


def settled(form: Form, act: Callable[[], Any], rules: Rules | None = None) -> bool:
    """Whether the form was sent, is right, and the act went through; all that is wrong is told at once."""
    return bool(form.is_submitted()) and rightly(form, rules) and attempt(form, act, rules)


def attempt(form: Form, act: Callable[[], Any], rules: Rules | None = None) -> bool:
    """Do it, or put each broken rule's sentence beside the field it names; other refusals have pages of their own.

    `rules`: those the act would have come to after the one it refused by.
    """
    try:
        act()
    except RuleBroken as refusal:
        if refusal.status != 422:
            raise
        db.session.rollback()
        for broken in refusal.each:
            form.refuse(broken)
        if rules is not None:
            form.refuse_too(rules())
        return False
    return True


class Required(InputRequired):
    """Something other than blanks must be there.

    `of`: what the field belongs to, where a page has several of one name: the reason of which criterion.
    """

    def __init__(self, of: Any = None) -> None:
        super().__init__()
        self.field_flags = {"required": True, **({"of": of} if of else {})}

    def __call__(self, form: Any, field: Field) -> None:
        if field.process_errors:
            raise StopValidation()  # something was there, and what is wrong with it is said already
        if field.data is None or field.data == [] or (isinstance(field.data, str) and not field.data.strip()):
            field.errors = []  # an empty choice was called no valid one before it came here
            raise StopValidation(_empty(str(field.label.text), field.flags.of))


def _empty(name: str, of: Any) -> str:
    if of:
        return gettext("“%(of)s”的%(name)s不能空着。", of=str(of), name=name)
    return gettext("“%(name)s”不能空着。", name=name)


class AtMost:
    """A text of at most so many characters, said in one sentence with how many there are.

    The page counts the same (`counter.js`); the field takes more, so that nothing that is pasted is cut off unsaid.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"most": most}

    def __call__(self, form: Any, field: Field) -> None:
        count = len(field.data or "")
        if count > self.most:
            raise ValidationError(gettext("最多 %(most)s 字，现在 %(count)s 字。", most=self.most, count=count))


class Between(NumberRange):
    """A number within limits, said with both."""

    def __call__(self, form: Any, field: Field) -> None:
        value = field.data
        if value is not None and not (self.min <= value <= self.max):
            raise ValidationError(gettext("应在 %(least)s 到 %(most)s 之间。", least=self.min, most=self.max))


def line(label: Any, *, required: bool = False, most: int = LINE, **kwargs: Any) -> StringField:
    """A single line of text."""
    return StringField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


def text(label: Any, *, required: bool = False, most: int = TEXT, of: Any = None, **kwargs: Any) -> TextAreaField:
    """A text of several lines. `of`: as `Required` reads it."""
    return TextAreaField(label, [Required(of) if required else Optional(), AtMost(most)], **kwargs)


class CodeField(StringField):
    """A code: its digits and letters are kept in half width, however they were typed."""

    cleaner = staticmethod(clean_code)


class PaperField(StringField):
    """The number of a permit or document (（苏）网微剧审字（2026）第001号): its brackets stay as Chinese numbers have them."""

    @staticmethod
    def cleaner(value: str | None) -> str | None:
        """`workflows.typed.number_of_paper`."""
        return None if value is None else typed.number_of_paper(value)


class TitleField(StringField):
    """The name of a title (片名): book marks around the whole of it are not part of it."""

    @staticmethod
    def cleaner(value: str | None) -> str | None:
        """`workflows.typed.title`."""
        return None if value is None else typed.title(value)


class WebAddress(StringField):
    """The address of a page."""

    @staticmethod
    def cleaner(value: str | None) -> str | None:
        """`workflows.typed.web_address`."""
        return None if value is None else typed.web_address(value)


def name_of_title(label: Any, *, required: bool = False, most: int = LINE, **kwargs: Any) -> TitleField:
    """The name of a title on a single line."""
    return TitleField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


def code(label: Any, *, required: bool = False, most: int = LINE, **kwargs: Any) -> CodeField:
    """A code on a single line."""
    return CodeField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


def paper(label: Any, *, required: bool = False, most: int = LINE, **kwargs: Any) -> PaperField:
    """The number of a permit or document."""
    return PaperField(label, [Required() if required else Optional(), AtMost(most)], **kwargs)


def _read(reader: Callable[[str], Any], valuelist: list[str]) -> Any:
    """What was typed, by one of the readers of `workflows.typed`; None for nothing. Refuses in the reader's language."""
    try:
        return reader(valuelist[0]) if valuelist else None
    except typed.NotRead as refusal:
        raise ValueError(translated(refusal.sentence)) from None


class Figure(TextInput):
    """Figures are typed into plain fields: a field for numbers alone forgets what is no number, a pasted 1,000 too."""

    def __init__(self, keys: str) -> None:
        super().__init__()
        self.keys = keys

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        """The field; a telephone shows the keys for figures."""
        return super().__call__(field, **{"inputmode": self.keys, "autocomplete": "off", **kwargs})


class _Whole(IntegerField):
    widget = Figure("numeric")
    units: tuple[str, ...] = ()

    def __init__(self, *args: Any, units: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.units = units

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        self.data = _read(lambda raw: typed.whole(raw, self.units), valuelist)


def whole(label: Any, least: int, most: int, *, required: bool = False, **kwargs: Any) -> IntegerField:
    """A whole number within limits; numbers beyond 2⁶³ never reach the database. `units`: what may be typed after it."""
    return _Whole(label, [Required() if required else Optional(), Between(least, most)], **kwargs)


class Version(IntegerField):
    """The version of the row a page was drawn from: None where the page names none, and nonsense matches no version."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """What came back; -1 for what is no number."""
        number = whole_number(valuelist[0]) if valuelist else None
        self.data = -1 if valuelist and number is None else number


class WanField(DecimalField):
    """Money typed in 万元 and kept as whole yuan in `.data` (463.5 → 4635000)."""

    widget = Figure("decimal")

    def _value(self) -> str:
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data / 10000:.4f}".rstrip("0").rstrip(".")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        self.data = _read(typed.yuan, valuelist)


def wan(label: Any, *, required: bool = False, most_wan: int = 1_000_000, **kwargs: Any) -> WanField:
    """Money in 万元, 0 to a limit; `.data` is whole yuan."""

    def limits(form: Any, field: Field) -> None:
        if field.data is not None and not (0 <= field.data <= most_wan * 10000):
            raise ValidationError(gettext("应在 0 到 %(most)s 万元之间。", most=f"{most_wan:,}"))

    return WanField(label, [Required() if required else Optional(), limits], **kwargs)


class _Day(DateField):
    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        self.data = _read(typed.day, valuelist)


def _plausible(form: Any, field: Field) -> None:
    value: date | None = field.data
    if value is not None and not YEARS[0] <= value.year <= YEARS[1]:
        raise ValidationError(gettext("年份应在 %(first)s 到 %(last)s 之间。", first=YEARS[0], last=YEARS[1]))


def day(label: Any, *, required: bool = False, **kwargs: Any) -> DateField:
    """A day between 1980 and 2100, typed or picked."""
    return _Day(label, [Required() if required else Optional(), _plausible], **kwargs)


def _bare(value: Any) -> Any:
    """A code without blanks around it; numbers and None stay what they are."""
    return value.strip() if isinstance(value, str) else value


def choice(label: Any, choices: Any, *, required: bool = False, **kwargs: Any) -> SelectField:
    """One of a list; "" stands for not chosen, and so do blanks: `Optional` would let them pass unasked."""
    return SelectField(
        label,
        [Required() if required else Optional()],
        choices=[SelectChoice("", _l("请选择")), *map(SelectChoice.from_input, choices)],
        filters=[_bare],
        **kwargs,
    )


def tick(label: Any, **kwargs: Any) -> BooleanField:
    """A box to tick. A program may send it by a word: those that say no leave it empty."""
    return BooleanField(label, false_values=(False, "", "false", "False", "0", "off", "no", "n"), **kwargs)


class ReasonForm(Form):
    """A reason to go with an act."""

    reason = text(_l("理由"), most=2000)
