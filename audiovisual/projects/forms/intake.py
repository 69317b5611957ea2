"""Forms from acceptance to admission: completion, class, screening, the head's word."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, RadioField
from wtforms.validators import ValidationError

from audiovisual.kernel.forms import Form, Required, Version, choice, text, whole
from workflows import typed

from .. import labels


class ItemForm(Form):
    """One item of a completion notice: the part it points at, and what is wanted. Its token is the whole form's."""

    class Meta(Form.Meta):
        csrf = False

    field = choice(_l("涉及"), [(code, _l(label)) for code, label in labels.FIELDS.items()])
    demand = text(_l("要补什么"), most=500)


class CompletionForm(Form):
    """Everything that is missing, asked for once."""

    items = FieldList(FormField(ItemForm), label=_l("补正事项"), min_entries=1, max_entries=30)
    reason = text(_l("再次告知的理由"), most=2000)

    def validate_items(self, field: FieldList) -> None:
        """At least one item, and none that points at a part without saying what is wanted."""
        given = [entry.form for entry in field if entry.form.demand.data or entry.form.field.data]
        if not given:
            raise ValidationError(_("请逐项写明要补正的材料。"))
        for form in given:
            if not form.demand.data:
                form.demand.errors = [_("请写明要补什么。")]
                raise ValidationError(_("有一项只选了位置，没有写要补什么。"))

    def rows(self) -> list[dict[str, str]]:
        """The items that were filled in."""
        return [
            {"field": entry.form.field.data or "", "demand": entry.form.demand.data}
            for entry in self.items if entry.form.demand.data
        ]  # fmt: skip


class ClassForm(Form):
    """What the rules leave open, with the reason."""

    version = Version()
    class_code = RadioField(_l("认定为"), [Required()])
    reason = text(_l("理由"), required=True, most=2000)


class ScreeningForm(Form):
    """Recommendation with the comment that goes to the head; the criteria are added by `screening_form`."""

    recommendation = RadioField(
        _l("建议"), [Required()], choices=[(code, _l(label)) for code, label in labels.RECOMMENDATIONS.items()]
    )
    comment = text(_l("综合意见"), required=True, most=4000)
    against = text(_l("分数与建议不一致的理由"), most=2000)
    criteria: list[dict[str, Any]]

    def scores(self) -> list[dict[str, Any]]:
        """What was filled in, as the operation wants it."""
        return [
            {"code": c["code"], "score": self[f"score_{c['code']}"].data, "reason": self[f"reason_{c['code']}"].data or ""}
            for c in self.criteria
        ]  # fmt: skip


def screening_form(rule: dict[str, Any], before: Any = None) -> ScreeningForm:
    """The form for the four criteria of the rule in force; it begins with what was proposed before, if it came back."""
    least, most = rule["scale"]
    fields: dict[str, Any] = {"criteria": rule["criteria"]}
    for criterion in rule["criteria"]:
        fields[f"score_{criterion['code']}"] = whole(
            _l(criterion["label"]), least, most, required=True, units=typed.POINTS
        )
        fields[f"reason_{criterion['code']}"] = text(_l("理由"), required=True, most=1000, of=_l(criterion["label"]))
    return type("ScreeningFormByRule", (ScreeningForm,), fields)(data=_begun(before) if before else None)


def _begun(before: Any) -> dict[str, Any]:
    """What a screening that came back says, by field."""
    begun = {"recommendation": before.recommendation, "comment": before.comment, "against": before.against}
    for row in before.scores:
        begun |= {f"score_{row['code']}": row["score"], f"reason_{row['code']}": row["reason"]}
    return begun


class VerdictForm(Form):
    """The head's word on a proposal."""

    decision = RadioField(
        _l("审定"), [Required()],
        choices=[("screen", _l("同意入库")), ("send_back", _l("退回再审")), ("reject", _l("不予入库"))],
    )  # fmt: skip
    reason = text(_l("意见"), most=2000)

    def validate_reason(self, field: Any) -> None:
        """Whoever does not agree says why."""
        if self.decision.data in ("send_back", "reject") and not field.data:
            raise ValidationError(_("请写明理由。"))
