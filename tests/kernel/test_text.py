"""Sentences of the rules in the reader's language: days as people write them."""

import pytest
from flask_babel import force_locale

from audiovisual.kernel.text import translated
from workflows.errors import say

LAPSED = "制作经营许可证已于 %(day)s 到期"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", "制作经营许可证已于 2026年11月28日 到期"),
        ("en", "28 Nov 2026"),
    ],
)
def test_a_day_of_a_rule_reads_as_people_write_days(app, language, words):
    with app.test_request_context(), force_locale(language):
        assert words in translated(say(LAPSED, day="2026-11-28"))


def test_what_is_no_day_stays_as_it_is(app):
    with app.test_request_context():
        assert "到时另行通知" in translated(say(LAPSED, day="到时另行通知"))
