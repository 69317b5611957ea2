"""How figures and days are written on a title's page: money with its unit, months over a new year, what is left."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from flask_babel import force_locale

from audiovisual.kernel.text import amount
from audiovisual.projects.plan import plan_of


def node(kind: str, planned: date) -> SimpleNamespace:
    return SimpleNamespace(kind=kind, planned_on=planned, actual_on=None, forecast_on=None)


def months(*days: date) -> list[str]:
    plan = plan_of([node(kind, day) for kind, day in zip(("shooting", "airing"), days, strict=True)])
    return [words for words, _place in plan["months"]]


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
        assert months(date(2026, 3, 15), date(2026, 6, 2)) == ["4月", "5月", "6月"]
        over = ["2026年11月", "12月", "2027年1月", "2月"]
        assert months(date(2026, 10, 15), date(2027, 2, 2)) == over
        with force_locale("en"):
            assert months(date(2026, 10, 15), date(2027, 2, 2)) == ["Nov 2026", "Dec", "Jan 2027", "Feb"]
