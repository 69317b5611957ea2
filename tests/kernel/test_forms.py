"""Forms: one sentence for one mistake, and choices as the library wants them."""

import warnings

from werkzeug.datastructures import MultiDict
from wtforms import RadioField

from audiovisual.kernel.forms import Form, Required, choice, day, tick, whole


class Trip(Form):
    """A form of each kind that can be typed wrongly."""

    starts_on = day("从哪天起", required=True)
    people = whole("人数", 1, 9, required=True)
    kind = choice("类型", [("web", "网络剧")], required=True)


def test_what_is_typed_wrongly_is_not_also_called_missing(app):
    with app.test_request_context():
        form = Trip(MultiDict({"starts_on": "明天", "people": "许多", "kind": "web"}))
        assert not form.validate()
        assert form.errors == {"starts_on": ["请填日期，如 2026-11-22。"], "people": ["请填整数，如 24。"]}
        form = Trip(MultiDict({"kind": "web"}))
        assert not form.validate()
        assert form.errors == {"starts_on": ["“从哪天起”不能空着。"], "people": ["“人数”不能空着。"]}


def test_a_box_that_is_sent_by_a_word_for_no_is_empty(app):
    class Asked(Form):
        public = tick("公开")

    with app.test_request_context():
        ticked = {
            word: Asked(MultiDict({"public": word})).public.data for word in ("y", "on", "1", "0", "off", "no", "")
        }
    assert ticked == {"y": True, "on": True, "1": True, "0": False, "off": False, "no": False, "": False}


def test_no_form_warns_of_its_choices(app):
    with app.test_request_context(), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [option.value for option in Trip().kind.iter_choices()] == ["", "web"]
        assert [option.value for option in Trip().kind.iter_choices()] == ["", "web"]


def test_an_empty_choice_is_told_in_one_sentence(app):
    class Picked(Form):
        officer = choice("移交给", [("1", "乔敏")], required=True)
        decision = RadioField("审定", [Required()], choices=[("screen", "同意入库")])

    with app.test_request_context("/", method="POST", data={"officer": ""}):
        form = Picked()
        assert not form.validate()
        assert form.errors == {"officer": ["“移交给”不能空着。"], "decision": ["“审定”不能空着。"]}
