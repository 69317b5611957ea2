"""Details, invitations, roles, stand-ins, experts' profiles, the bureau's particulars."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import Optional

from audiovisual.kernel.forms import Form, Required, Version, choice, code, day, line, text, whole
from audiovisual.kernel.text import translated
from workflows.access import ROLES
from workflows.errors import N_
from workflows.ruleset.vocabulary import ERAS, TYPES

from ..particulars import PARTICULARS, PATTERNS
from ..queries.directory import theme_label
from . import fields as made

SPECIALITIES = (
    N_("政治导向"), N_("艺术"), N_("法律与规范"), N_("未成年人"), N_("制作"), N_("历史"), N_("民族宗教"), N_("科学"), N_("医疗"),
    N_("金融"), N_("公安司法"), N_("音乐版权"), N_("市场"),
)  # fmt: skip


class DetailsForm(Form):
    """What a person keeps about himself."""

    name = line(_l("姓名"), required=True, most=40, render_kw={"autocomplete": "name"})
    email = made.email(required=False)
    phone = made.phone(required=False)
    position = line(_l("职务"), most=40)
    version = Version()


class InviteForm(Form):
    """Whom to invite, and for what."""

    name = line(_l("姓名"), required=True, most=40, render_kw={"autocomplete": "off"})
    email = made.email()
    roles = made.Boxes(_l("岗位"), [Required()])

    def __init__(self, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.roles.choices = [(role, translated(ROLES[role])) for role in roles]
        if len(roles) == 1 and not self.is_submitted():
            self.roles.data = list(roles)


class GrantForm(Form):
    """One more role."""

    role = choice(_l("岗位"), [], required=True)

    def __init__(self, roles: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [("", translated("请选择")), *((role, translated(ROLES[role])) for role in roles)]


class ExportForm(Form):
    """By what writing a person asked for their data."""

    writing = line(_l("书面申请"), required=True, most=100, render_kw={"autocomplete": "off"})


class DelegationForm(Form):
    """Which role, to whom, from when to when, and why."""

    role = choice(_l("委托的岗位"), [], required=True)
    deputy_id = choice(_l("代理人"), [], required=True)
    starts_on = day(_l("从哪天起"), required=True)
    ends_on = day(_l("到哪天止"), required=True)
    reason = line(_l("事由"), required=True, most=100)

    def __init__(self, roles: list[str], people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        first = ("", translated("请选择"))
        self.role.choices = [first, *((role, translated(ROLES[role])) for role in roles)]
        self.deputy_id.choices = [first, *((str(number), name) for number, name in people)]
        if len(roles) == 1 and not self.is_submitted():
            self.role.data = roles[0]


class ProfileForm(Form):
    """An expert's profile. Lists are typed line by line."""

    title = line(_l("职称"), required=True, most=40)
    institution = line(_l("工作单位"), required=True, most=80)
    city = line(_l("所在城市"), most=20)
    specialities = made.Boxes(_l("审看专长"), [Required()])
    types = made.Boxes(_l("可审看的类型"), [Optional()])
    themes = made.Boxes(_l("熟悉的时代题材"), [Optional()])
    past_employers = text(_l("近五年工作过或任职的单位"), most=2000)
    relatives = text(_l("近亲属的姓名和任职单位"), most=2000)
    biography = text(_l("简介"), most=2000)
    max_load = whole(_l("同时最多承担几部"), 1, 30, required=True)
    version = Version()

    def __init__(self, *args: Any, known: tuple[list[str], list[str]] = ([], []), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        specialities, themes = known
        self.specialities.choices = [(s, translated(s)) for s in dict.fromkeys((*SPECIALITIES, *specialities))]
        self.types.choices = [(code, translated(label)) for code, label in TYPES.items()]
        self.themes.choices = [(t, theme_label(t)) for t in dict.fromkeys((*ERAS, *themes))]

    def fields(self) -> dict[str, Any]:
        """What was typed, as columns of Expert."""
        kept = {key: self[key].data or "" for key in ("title", "institution", "city", "biography")}
        kept |= {key: list(self[key].data or ()) for key in ("specialities", "types", "themes")}
        kept |= {key: lines(self[key].data) for key in ("past_employers", "relatives")}
        return {**kept, "max_load": self.max_load.data}


def lines(typed: str | None) -> list[str]:
    """The lines of a text that hold something, each once."""
    return list(dict.fromkeys(part.strip() for part in (typed or "").splitlines() if part.strip()))


class TrainingForm(Form):
    """Until when an expert's training holds."""

    version = Version()
    training_until = day(_l("培训有效期至"))


class ParticularsForm(Form):
    """The bureau's particulars and number patterns; fields are made from the table."""

    version = Version()


for _particular in PARTICULARS:
    _label = _l(_particular.label)
    _required = _particular.key in ("bureau_name", "office_name")
    _kinds: dict[str, Callable[..., Field]] = {
        "contact_email": partial(made.email, required=False),
        "contact_phone": partial(made.phone, required=False, several=True),
        "postcode": partial(code, most=_particular.most),
    }
    _kind = _kinds.get(_particular.key, partial(line, required=_required, most=_particular.most))
    setattr(ParticularsForm, _particular.key, _kind(_label))
for _key, _label in PATTERNS.items():
    setattr(ParticularsForm, f"pattern_{_key}", line(_l(_label), required=True, most=60))
