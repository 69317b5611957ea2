"""Forms of the review's pages; rows of opinions are read by `typed`, without form machinery."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from audiovisual.kernel.forms import Form, day, text
from audiovisual.kernel.model import today


class CutForm(Form):
    """A delivered cut: its files come through the upload widget under `cut`; a note goes with them."""

    note = text(_l("送审说明"), most=2000)
    cut_errors: list[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cut_errors = []

    def refuse(self, error: Any) -> None:
        """Sentences about the files stand beside the upload, all others where forms put them."""
        if error.field == "cut":
            self.cut_errors.append(error.sentence)
        else:
            super().refuse(error)


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
