"""Forms of records beside the line: co-reviews, permits, changes, remarks, handing over, recusal."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, RadioField

from audiovisual.kernel.forms import Form, Required, Version, choice, day, line, paper, tick, whole_number
from audiovisual.kernel.forms import text as area
from audiovisual.people.forms.fields import phone

from .. import labels
from ..models import PERMITS


def _id(value: Any) -> int | None:
    return whole_number(str(value))


class CoReviewForm(Form):
    """A question to another department."""

    department = line(_l("征求哪个部门"), required=True, most=100)
    question = area(_l("请协审什么"), required=True, most=4000)


class CoReviewAnswerForm(Form):
    """What the department answered, in words or as its paper."""

    verdict = RadioField(
        _l("结论"), [Required()], choices=[(code, _l(label)) for code, label in labels.VERDICTS.items()]
    )
    answered_on = day(_l("答复日期"), required=True)
    opinion = area(_l("意见"), most=8000)
    file = FileField(_l("书面意见"))


class PermitForm(Form):
    """A filing number or licence with its validity."""

    kind = choice(_l("种类"), [(code, _l(label)) for code, label in PERMITS.items()], required=True)
    number = paper(_l("编号"), required=True, most=100)
    issued_on = day(_l("发出日期"), required=True)
    valid_until = day(_l("有效期至"))
    note = line(_l("备注"), most=500)
    file = FileField(_l("证件扫描件"))


class CorrectPermitForm(PermitForm):
    """The same put right, with the reason."""

    version = Version()
    reason = area(_l("更正理由"), required=True, most=2000)


class ContactForm(Form):
    """Who is called about a title."""

    version = Version()
    contact_name = line(_l("联系人"), required=True, most=60)
    contact_phone = phone(_l("联系电话"))


class ChangeForm(Form):
    """A change of title, house or number of episodes."""

    kind = RadioField(
        _l("变更什么"), [Required()], choices=[(code, _l(label)) for code, label in labels.CHANGES.items()]
    )
    after = line(_l("变更为"), required=True, most=120)
    reason = area(_l("变更理由"), required=True, most=2000)


class HandOverForm(Form):
    """Who takes the title over, and why."""

    version = Version()
    officer = choice(_l("移交给"), [], required=True, coerce=_id)
    reason = area(_l("移交理由"), required=True, most=1000)


class DeskForm(HandOverForm):
    """Whose desk goes to whom."""

    old = choice(_l("移交人"), [], required=True, coerce=_id)


class RecusalForm(Form):
    """Why the person takes no further part."""

    reason = area(_l("回避理由"), required=True, most=1000)


class RemarkForm(Form):
    """A remark on the timeline."""

    text = area(_l("留言"), required=True, most=2000)
    public = tick(_l("制作机构也能看到"))
    upto = HiddenField()
    """The last question that was read: an answer settles no later one."""
