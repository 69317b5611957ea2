"""Timecodes and frames, there and back, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.errors import RuleBroken
from workflows.timecode import parse_span, parse_timecode, seconds_of, timecode

PAL, NTSC, FILM, FAST = Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(60000, 1001)


@pytest.mark.parametrize(
    ("frame", "rate", "start", "drop", "code"),
    [(0, PAL, 0, False, "00:00:00:00"), (30, PAL, 0, False, "00:00:01:05"), (90_000, PAL, 0, False, "01:00:00:00"),
     (5, PAL, 90_000, False, "01:00:00:05"), (24, FILM, 0, False, "00:00:01:00"), (1800, NTSC, 0, False, "00:01:00:00"),
     (1799, NTSC, 0, True, "00:00:59;29"), (1800, NTSC, 0, True, "00:01:00;02"), (17_982, NTSC, 0, True, "00:10:00;00"),
     (107_892, NTSC, 0, True, "01:00:00;00"), (3600, FAST, 0, True, "00:01:00;04"), (86_400 * 25, PAL, 0, False, "00:00:00:00")],
)  # fmt: skip
def test_a_frame_has_its_timecode(frame: int, rate: Fraction, start: int, drop: bool, code: str) -> None:
    assert timecode(frame, rate, start=start, drop=drop) == code


@given(
    st.integers(0, 1_900_000), st.sampled_from([PAL, NTSC, FILM, Fraction(24), Fraction(50)]), st.integers(0, 100_000)
)
def test_there_and_back(frame: int, rate: Fraction, start: int) -> None:
    assert parse_timecode(timecode(frame, rate, start=start), rate, start=start) == frame


@given(st.integers(0, 2_000_000), st.sampled_from([NTSC, FAST]))
def test_there_and_back_with_dropped_numbers(frame: int, rate: Fraction) -> None:
    assert parse_timecode(timecode(frame, rate, drop=True), rate, drop=True) == frame


@pytest.mark.parametrize(
    "text",
    [
        "00:12:05:10",
        "0:12:5:10",
        "００：１２：０５：１０",
        " 00:12:05:10 ",
        "00120510",
        "00 : 12 : 05 : 10",
        "\u202d00:12:05:10\u202c",
        "00:1\u00ad2:05:10",
        "00：12：05：10",
        "00:12:05:10\u200b",
        "00:12:05:１０",
    ],
)
def test_people_type_it_in_several_ways(text: str) -> None:
    assert parse_timecode(text, PAL) == (12 * 60 + 5) * 25 + 10


@pytest.mark.parametrize(
    "text", ["00:03:10", "0:3:10", "3:10", "03:10", "000310", "００：０３：１０", "3∶10", " 00:03:10 "]
)
def test_without_frames_it_is_the_first_of_that_second(text: str) -> None:
    assert parse_timecode(text, PAL) == 190 * 25


def test_minutes_alone_may_pass_an_hour_and_a_second_begins_with_the_first_number_it_has() -> None:
    assert parse_timecode("75:30", PAL) == parse_timecode("01:15:30", PAL) == 4530 * 25
    assert parse_timecode("00:01:00", NTSC, drop=True) == 1800
    assert parse_timecode("00:10:00", NTSC, drop=True) == 17_982


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"), ("12:05:", "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"),
     ("-1:00:00:00", "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"), ("00:00:00:0٣", "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"),
     ("9" * 5000, "时间码请写成 时:分:秒 或 时:分:秒:帧，如 00:12:05:10。"), ("00:60:00:00", "时间码的时最大 23，分、秒最大 59。"),
     ("00:00:60:00", "时间码的时最大 23，分、秒最大 59。"), ("24:00:00:00", "时间码的时最大 23，分、秒最大 59。"),
     ("00:00:01:25", "每秒 25 帧，帧号最大 24。"), ("00:00:04:00", "时间码超出片长：片长 00:00:04:00，最后一帧是 00:00:03:24。")],
)  # fmt: skip
def test_what_is_no_place_in_the_cut_is_refused_beside_its_field(text: str, sentence: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_timecode(text, PAL, length=100, field="tc_in")
    assert (refused.value.sentence, refused.value.field) == (sentence, "tc_in")


def test_the_last_frame_is_still_in_the_cut() -> None:
    assert parse_timecode("00:00:03:24", PAL, length=100) == 99


def test_a_place_before_the_start_is_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_timecode("00:59:59:24", PAL, start=90_000)
    assert refused.value.sentence == "时间码早于片头（01:00:00:00）。"


def test_a_dropped_number_is_no_place() -> None:
    for text in ("00:01:00;00", "00:01:00:01", "00:09:00;00"):
        with pytest.raises(RuleBroken):
            parse_timecode(text, NTSC, drop=True)
    assert parse_timecode("00:10:00;00", NTSC, drop=True) == 17_982


def test_in_and_out_are_read_together() -> None:
    assert parse_span("00:00:01:00", "00:00:02:00", PAL) == (25, 50)
    assert parse_span("00:00:01:00", "00:00:01:00", PAL) == (25, 25)
    assert parse_span("00:00:01:00", " ", PAL) == (25, None)
    with pytest.raises(RuleBroken) as refused:
        parse_span("00:00:02:00", "00:00:01:24", PAL)
    assert (refused.value.sentence, refused.value.field) == ("出点早于入点。", "tc_out")


def test_a_player_is_sent_into_the_middle_of_a_frame() -> None:
    assert seconds_of(0, PAL) == 0.02
    assert seconds_of(1, NTSC) == pytest.approx(0.05005)
