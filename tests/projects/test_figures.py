"""How figures and days are written on a title's page: money with its unit, months over a new year, what is left."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from flask_babel import force_locale

from audiovisual.kernel.text import amount
from audiovisual.projects.plan import plan_of


def node(kind: str, planned: date) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, planned_on=planned, actual_on=None, forecast_on=None)


def months(*days: date) -> list[str]:
    plan = plan_of([node(kind, day) for kind, day in zip(("shooting", "airing"), days, strict=True)])
    return [words for words, _place in plan["months"] if words]


@pytest.fixture(autouse=True)
def kinds(monkeypatch):
    from audiovisual.projects import plan

    monkeypatch.setattr(plan, "NODES", {"shooting": "开机", "airing": "播出"})


def test_an_amount_is_written_as_the_reader_counts(app):
    with app.test_request_context():
        assert (amount(3_300_000), amount(4_635_000), amount(None)) == ("330 万元", "463.5 万元", "")
        with force_locale("en"):
            assert (amount(3_300_000), amount(930_000), amount(9_301_000)) == (
                "CNY 3.3 million",
                "CNY 930,000",
                "CNY 9.301 million",
            )


def test_a_plan_over_a_new_year_names_its_years(app):
    with app.test_request_context():
        assert months(date(2026, 3, 15), date(2026, 6, 2)) == ["4月", "5月"]
        assert months(date(2026, 10, 15), date(2027, 2, 2)) == ["2026年11月", "2027年1月"]
        with force_locale("en"):
            assert months(date(2026, 10, 15), date(2027, 2, 2)) == ["Nov 2026", "Jan 2027"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_of_months_neither_overlap_nor_leave_the_chart(app, language):
    """Whatever the plan's length, where the chart is narrowest (204 pixels) as well."""
    with app.test_request_context(), force_locale(language):
        for first, length in (
            (day, length) for day in range(0, 365, 13) for length in (20, 60, 95, 170, 260, 400, 900)
        ):
            start = date(2026, 1, 1) + timedelta(days=first)
            plan = plan_of([node("shooting", start), node("airing", start + timedelta(days=length))])
            named = [(place * 2.04, words) for words, place in plan["months"] if words]
            ends = [place + sum(12 if ord(letter) > 255 else 6.8 for letter in words) for place, words in named]
            assert all(end <= 204 for end in ends), (start, length, named)
            assert all(end < place for end, (place, _words) in zip(ends, named[1:], strict=False)), (start, length)
