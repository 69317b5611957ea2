"""Clocks: working days against chinesecalendar, pauses, three lines, lights."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.clock import (
    Calendar,
    Left,
    Pause,
    StepRule,
    add_calendar_days,
    add_working_days,
    amber_from,
    deadlines,
    left_of,
    left_until,
    step_rule,
    used_days,
    working_days_between,
)
from workflows.ruleset import ROWS, rule_on

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
EVERY_DAY = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
OFFICIAL = Calendar.of(((day, chinese_calendar.is_workday(day)) for day in EVERY_DAY), date(2027, 1, 1))
CLOCKS = rule_on(ROWS, "clocks", date(2026, 11, 22)).value
"""The clocks in force on the day of the golden examples."""

days = st.dates(FIRST, date(2026, 6, 30))
lengths = st.integers(1, 60)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def rule(days, unit="working", pauses=("completion",), roll_over=False):
    return StepRule("step", "步骤", unit, days, None, None, frozenset(pauses), roll_over, "")


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [("02-12", 5, "02-26"), ("04-29", 5, "05-09"), ("09-18", 10, "10-09"), ("11-22", 20, "12-18")],
)
def test_golden_examples_in_working_days(start, n, due):
    assert add_working_days(day(start), n, OFFICIAL) == day(due)


def test_golden_example_in_calendar_days():
    assert add_calendar_days(day("09-11"), 20, OFFICIAL) == day("10-01")
    assert add_calendar_days(day("09-11"), 20, OFFICIAL, roll_over=True) == day("10-08")


def test_every_start_day_from_2004_to_mid_2026_and_every_length_up_to_60_agrees_with_chinesecalendar():
    worked = [each for each in EVERY_DAY if chinese_calendar.is_workday(each)]
    following, wrong = 0, []
    for start in EVERY_DAY[: EVERY_DAY.index(date(2026, 7, 1))]:
        while worked[following] <= start:
            following += 1
        for n, due in enumerate(worked[following : following + 60], 1):
            if add_working_days(start, n, OFFICIAL) != due:
                wrong.append((start, n))
    assert wrong == []


def test_the_calendar_calls_the_same_days_working_as_chinesecalendar():
    assert [each for each in EVERY_DAY if OFFICIAL.is_working(each) != chinese_calendar.is_workday(each)] == []


@given(days, lengths)
def test_adding_and_counting_undo_each_other(start, n):
    due = add_working_days(start, n, OFFICIAL)
    assert working_days_between(start, due, OFFICIAL) == n
    assert working_days_between(due, start, OFFICIAL) == -n
    assert OFFICIAL.is_working(due)


@given(days, st.integers(0, 60), st.integers(0, 60))
def test_two_stretches_are_one(start, first, second):
    halfway = add_working_days(start, first, OFFICIAL)
    assert add_working_days(halfway, second, OFFICIAL) == add_working_days(start, first + second, OFFICIAL)


def test_nothing_added_is_the_start_itself_and_backwards_is_refused():
    assert add_working_days(day("10-01"), 0, OFFICIAL) == day("10-01")
    with pytest.raises(ValueError):
        add_working_days(day("10-01"), -1, OFFICIAL)


def test_only_deadlines_beyond_the_announced_holidays_are_provisional():
    near = deadlines(rule(5), day("11-22"), [], OFFICIAL)
    far = deadlines(rule(40), day("11-22"), [], OFFICIAL)
    plain_days = deadlines(rule(50, "calendar"), day("11-22"), [], OFFICIAL)
    assert (near.provisional, far.provisional, plain_days.provisional) == (False, True, False)
    assert plain_days.statutory.due == date(2027, 1, 11)


def test_rolling_over_a_holiday_makes_a_calendar_deadline_rest_on_the_calendar():
    clock = deadlines(rule(50, "calendar", roll_over=True), day("11-20"), [], OFFICIAL)
    assert (clock.statutory.due, clock.provisional) == (date(2027, 1, 11), True)


def test_a_pause_frees_the_days_after_its_first_up_to_its_last():
    # asked Monday the 9th, answered Thursday the 12th: three working days more
    clock = deadlines(rule(5), day("11-05"), [Pause("completion", day("11-09"), day("11-12"))], OFFICIAL)
    assert clock.statutory.due == day("11-17")


def test_a_pause_the_rule_does_not_name_changes_nothing():
    clock = deadlines(rule(5), day("11-05"), [Pause("rectification", day("11-09"), day("11-12"))], OFFICIAL)
    assert (clock.statutory.due, clock.pauses) == (day("11-12"), ())


def test_overlapping_pauses_count_once():
    both = [Pause("completion", day("11-09"), day("11-12")), Pause("completion", day("11-10"), day("11-11"))]
    assert deadlines(rule(5), day("11-05"), both, OFFICIAL).statutory.due == day("11-17")


def test_an_open_pause_leaves_no_last_day():
    clock = deadlines(rule(5), day("11-05"), [Pause("completion", day("11-09"))], OFFICIAL)
    assert (clock.statutory.due, clock.paused_since) == (None, day("11-09"))
    assert left_of(clock, "statutory", day("11-20"), OFFICIAL) is None
    assert amber_from(clock, "statutory", OFFICIAL) is None


@pytest.mark.parametrize(("today", "over"), [("11-13", 1), ("11-16", 1), ("11-20", 1), ("11-23", 2)])
def test_a_pause_after_the_last_day_neither_heals_being_late_nor_makes_later(today, over):
    # due on Thursday the 12th, asked on Friday, answered on the Friday after: Monday the 23rd is the second day over
    clock = deadlines(rule(5), day("11-05"), [Pause("completion", day("11-13"), day("11-20"))], OFFICIAL)
    assert clock.statutory.due == day("11-12")
    assert left_of(clock, "statutory", day(today), OFFICIAL) == Left("red", -over, "working")


def test_asking_on_the_last_day_is_in_time():
    asked = Pause("completion", day("11-12"))
    waiting = deadlines(rule(5), day("11-05"), [asked], OFFICIAL)
    answered = deadlines(rule(5), day("11-05"), [Pause("completion", day("11-12"), day("11-22"))], OFFICIAL)
    assert waiting.statutory.due is None
    assert answered.statutory.due == day("11-22")


def test_a_pause_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError):
        Pause("completion", day("11-12"), day("11-11"))


pauses = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 30)).map(lambda p: (p[0], p[0] + p[1])), max_size=4
)  # fmt: skip


@given(days, lengths, pauses, st.sampled_from(["working", "calendar"]))
def test_deadlines_agree_with_counting_day_by_day(start, n, spans, unit):
    stops = [Pause("completion", start + timedelta(a), start + timedelta(b)) for a, b in spans]
    clock = deadlines(rule(n, unit), start, stops, OFFICIAL)
    at, used = start, 0
    while used < n:
        at += timedelta(1)
        free = any(stop.start < at <= stop.end for stop in stops)
        used += not free and (unit == "calendar" or OFFICIAL.is_working(at))
    # a pause asked for on the very last day may move it further, never nearer
    later = max([at, *(stop.end for stop in clock.pauses if stop.start <= at)])
    assert at <= clock.statutory.due <= later
    assert used_days(clock, at, OFFICIAL) == n
    assert used_days(clock, clock.statutory.due, OFFICIAL) == n


@given(days, lengths, st.integers(0, 60), st.integers(0, 40))
def test_a_pause_never_shortens_a_clock(start, n, begins, lasts):
    stop = Pause("completion", start + timedelta(begins), start + timedelta(begins + lasts))
    without = deadlines(rule(n), start, [], OFFICIAL).statutory.due
    assert deadlines(rule(n), start, [stop], OFFICIAL).statutory.due >= without


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("11-23", Left("green", 9, "working")),
        ("11-30", Left("green", 4, "working")),
        ("12-01", Left("amber", 3, "working")),
        ("12-04", Left("amber", 0, "working")),
        ("12-05", Left("red", -1, "working")),
        ("12-07", Left("red", -1, "working")),
    ],
)
def test_what_is_left_turns_amber_at_thirty_per_cent_and_red_the_day_after(today, expected):
    clock = deadlines(rule(10), day("11-20"), [], OFFICIAL)
    assert clock.statutory.due == day("12-04")
    assert left_of(clock, "statutory", day(today), OFFICIAL) == expected


def test_a_clock_of_plain_days_is_counted_in_plain_days():
    clock = deadlines(rule(30, "calendar"), day("11-01"), [], OFFICIAL)
    told = [left_of(clock, "statutory", day(at), OFFICIAL) for at in ("11-02", "11-21", "11-22", "12-01", "12-03")]
    assert [(left.colour, left.days, left.unit) for left in told] == [
        ("green", 29, "calendar"), ("green", 10, "calendar"), ("amber", 9, "calendar"), ("amber", 0, "calendar"),
        ("red", -2, "calendar"),
    ]  # fmt: skip


def test_a_last_day_on_a_sunday_is_not_today_on_the_saturday_before():
    assert left_until(day("11-22"), day("11-21"), "working", OFFICIAL) == Left("green", 1, "calendar")
    assert left_until(day("11-22"), day("11-22"), "working", OFFICIAL) == Left("amber", 0, "working")


@given(days, lengths, pauses, st.integers(0, 90), st.sampled_from(["working", "calendar"]))
def test_what_is_left_by_the_day_and_by_counting_is_the_same(start, n, spans, after, unit):
    """A list knows the last day and the days stood after it, a bar knows the days used: they say the same."""
    stops = [Pause("completion", start + timedelta(a), start + timedelta(b)) for a, b in spans if b <= after]
    clock, today = deadlines(rule(n, unit), start, stops, OFFICIAL), start + timedelta(after)
    left, used = left_of(clock, "statutory", today, OFFICIAL), used_days(clock, today, OFFICIAL)
    if today > clock.statutory.due:
        assert left.days == min(n - used, -1)
    elif left.unit == unit:
        assert left.days == n - used


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Left("green", 9, "working"), "还有 9 个工作日"),
        (Left("green", 30, "calendar"), "还有 30 天"),
        (Left("amber", 0, "working"), "今天到期"),
        (Left("red", -3, "working"), "超 3 个工作日"),
        (Left("red", -3, "calendar"), "超 3 天"),
    ],
)
def test_what_is_left_in_words(shown, text):
    assert shown.text == text


def test_a_line_the_step_does_not_have_leaves_nothing():
    assert left_of(deadlines(rule(5), day("11-05"), [], OFFICIAL), "promised", day("11-06"), OFFICIAL) is None


@pytest.mark.parametrize(
    ("step", "unit", "statutory", "promised"),
    [
        ("acceptance", "working", 5, 5),
        ("first_review", "working", 20, 20),
        ("first_review_examination", "working", 10, 10),
        ("first_review_decision", "working", 10, 10),
        ("delivery", "working", 10, 10),
        ("cut_review", "calendar", 50, 30),
        ("micro_one_review", "calendar", 20, 20),
        ("micro_one_expert", "calendar", 10, 10),
        ("appeal_decision", "calendar", 50, 50),
    ],
)
def test_lengths_in_force_are_those_of_the_norms(step, unit, statutory, promised):
    found = step_rule(CLOCKS, step)
    assert (found.unit, found.statutory, found.promised) == (unit, statutory, promised)


def test_a_finished_cut_has_its_three_lines():
    clock = deadlines(step_rule(CLOCKS, "cut_review"), day("09-11"), [], OFFICIAL)
    assert [line.due for line in clock.lines] == [day("10-31"), day("10-11"), day("10-06")]


def test_expert_time_stops_the_clock_only_where_the_rule_deducts_it():
    assert "expert" in step_rule(CLOCKS, "cut_review").pauses
    assert "expert" not in step_rule(CLOCKS, "micro_one_review").pauses


def test_the_green_channel_is_shorter_and_never_touches_the_statutory_line():
    for name in CLOCKS["steps"]:
        usual, urgent = step_rule(CLOCKS, name), step_rule(CLOCKS, name, urgent=True)
        assert urgent.statutory == usual.statutory
        for line in ("promised", "internal"):
            assert (getattr(urgent, line) or 0) <= (getattr(usual, line) or 0)


def test_inner_lines_are_never_wider_than_outer_ones():
    for row in ROWS:
        for name in row.value["steps"] if row.kind == "clocks" else ():
            for urgent in (False, True):
                found = step_rule(row.value, name, urgent)
                given = [n for n in (found.statutory, found.promised, found.internal) if n is not None]
                assert given == sorted(given, reverse=True), name


def test_class_one_micro_dramas_have_their_clock_since_order_16_only():
    before = rule_on(ROWS, "clocks", date(2026, 8, 31)).value
    with pytest.raises(KeyError):
        step_rule(before, "micro_one_review")
