"""Forms of the review's pages; rows of opinions are read by `typed`, without form machinery."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import FileField, ValidationError

from audiovisual.kernel.forms import Form, day, line, text
from audiovisual.kernel.model import today
from workflows.cuts import Partial


class CutForm(Form):
    """A delivered cut: its files come through the upload widget under `cut`; a note goes with them.

    Where episodes are missing, `lacks` is the box that says which (it is shown once that is known) and `partial_note` what
    becomes of them.
    """

    cut = FileField(_l("样片文件"))
    lacks = line(_l("先送这些集"))
    partial_note = text(_l("缺的各集怎样安排"), most=500)
    note = text(_l("送审说明"), most=2000)
    lacking: str = ""

    def refuse(self, error: Any) -> None:
        """That episodes are missing stands beside the files; the box for it names those that are missing now."""
        if error.field == "lacks":
            self.lacking = error.sentence.params["which"]
        super().refuse(error)

    def _field_of(self, error: Any) -> Any:
        return self.cut if error.field == "lacks" else super()._field_of(error)

    @property
    def partial(self) -> Partial:
        """What was said of missing episodes."""
        return Partial(self.lacks.data or "", self.partial_note.data or "")


class RoundForm(Form):
    """A new round: by when the opinions are to be signed; left empty, the clock of expert reading decides."""

    due_on = day(_l("交意见期限"))

    def validate_due_on(self, field: Any) -> None:
        """Not in the past."""
        if field.data is not None and field.data < today():
            raise ValidationError(gettext("期限已经过去，请另选一天。"))


class FreezeForm(Form):
    """Opening the opinions before all have signed asks for a reason."""

    reason = text(_l("提前公开的理由"), most=2000)


class SignForm(Form):
    """The signature: where parts of the opinion speak against each other, a word about it."""

    explanation = text(_l("说明"), most=1000)


class AnswerForm(Form):
    """Why an expert declines or asks to be recused, or an officer releases him or ends the round."""

    reason = text(_l("理由"), required=True, most=2000)
