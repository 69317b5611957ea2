"""Measured on the page: the figures of GB/T 9704-2012, in mm."""

from __future__ import annotations

import io
import re
import subprocess
from itertools import pairwise

import pytest
from markupsafe import Markup
from PIL import Image, ImageChops

from audiovisual.documents import layout
from audiovisual.documents.justify import WRITTEN_FOR, fingerprint, spread_places
from audiovisual.documents.rendering import render_letter
from tests.documents.letters import Line, letter, lines_of
from tests.documents.test_rendering import REFUSAL, SAMPLES

PITCH = layout.PITCH * 25.4 / 72


@pytest.fixture(scope="module")
def full() -> list[Line]:
    """A letter whose second page is nothing but Han characters."""
    return lines_of(render_letter(letter(summary="意" * 1600)))


def picture(pdf: bytes, page: int, dots: int = 200) -> Image.Image:
    """A page as a picture."""
    command = ["pdftoppm", "-r", str(dots), "-f", str(page), "-l", str(page), "-singlefile", "-"]
    return Image.open(io.BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout))


def runs(hits: list[bool], scale: float) -> list[tuple[float, float]]:
    """Where the hits begin and end, run by run, in mm."""
    edges = [place for place, (one, two) in enumerate(pairwise([False, *hits, False])) if one != two]
    return [(first / scale, last / scale) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def test_a_full_page_has_22_rows_of_28_cells_on_the_type_area(full: list[Line]) -> None:
    page = [line for line in full if line.page == 2 and not line.text.startswith("—")]
    assert [len(line.text) for line in page] == [28] * 22
    assert page[0].top == pytest.approx(37, abs=0.1)
    assert page[-1].bottom == pytest.approx(262, abs=0.1)
    for row, line in enumerate(page):
        assert line.top == pytest.approx(37 + row * PITCH, abs=0.05)
        assert (line.left, line.right) == (pytest.approx(28, abs=0.1), pytest.approx(184, abs=0.2))


@pytest.mark.parametrize("name", ["one-item", "refusal", "rare-characters", "passed"])
def test_every_line_of_the_body_stands_on_the_grid(name: str) -> None:
    for line in lines_of(render_letter(SAMPLES[name])):
        if line.bottom - line.top == pytest.approx(16 * 25.4 / 72, abs=0.1) and "〔2026〕1号" not in line.text:
            rows = (line.top - 37) / PITCH
            assert rows == pytest.approx(round(rows), abs=0.02), line


@pytest.mark.parametrize("name", SAMPLES)
def test_lines_that_go_on_end_at_the_right_edge(name: str) -> None:
    """Of two lines of the body in a row, the first ends a paragraph or fills the measure."""
    lines = [line for line in lines_of(render_letter(SAMPLES[name])) if line.bottom - line.top > 5.5]
    for line, following in pairwise(lines):
        if following.left < 28.5 and following.page == line.page and 100 < line.top < 255 and line.right > 170:
            assert line.right == pytest.approx(184.1, abs=0.25), line


def test_mark_red_lines_and_page_number_stand_where_the_norm_wants_them() -> None:
    pdf = render_letter(letter(12))
    scale = 200 / 25.4
    colours = picture(pdf, 1).convert("RGB").split()
    red = ImageChops.subtract(colours[0], colours[1]).point(lambda value: 255 if value > 90 else 0)
    wide, high = red.size
    edges = runs([red.crop((0, y, wide, y + 1)).getbbox() is not None for y in range(high)], scale)
    mark, thick, thin, thin_below, thick_below = edges
    assert mark[0] == pytest.approx(30, abs=0.3)
    assert thick[0] - mark[1] == pytest.approx(4, abs=0.4)
    assert thick[1] - thick[0] > thin[1] - thin[0]
    assert thick_below[1] == pytest.approx(277, abs=0.2)
    assert thick_below[1] - thick_below[0] > thin_below[1] - thin_below[0]
    across = red.crop((0, round(276 * scale), wide, high)).getbbox()
    assert across
    assert (across[0] / scale, across[2] / scale) == (pytest.approx(20, abs=0.2), pytest.approx(190, abs=0.2))
    number = next(line for line in lines_of(pdf) if line.text.startswith("苏广电网函"))
    assert number.top - thin[1] == pytest.approx(16 * 7 / 8 * 25.4 / 72, abs=0.3)
    assert number.right == pytest.approx(184, abs=0.3)

    column = round((28 + 14 * 25.4 / 72 + 1) * scale)
    grey = picture(pdf, 2).convert("L")
    dark = runs([grey.getpixel((column, y)) < 128 for y in range(high)], scale)  # type: ignore[operator]
    assert dark[-1][0] == pytest.approx(269, abs=0.2)


def test_page_one_has_no_number_and_the_others_alternate() -> None:
    numbers = [line for line in lines_of(render_letter(letter(12))) if re.fullmatch(r"—\d+—", line.text)]
    assert [(line.page, line.text) for line in numbers][:2] == [(2, "—2—"), (3, "—3—")]
    assert numbers[0].left == pytest.approx(28 + 4.94, abs=0.2)
    assert numbers[1].right == pytest.approx(184 - 4.94, abs=0.2)


@pytest.mark.parametrize("rows", range(22))
def test_the_signature_never_stands_alone_on_a_page(rows: int) -> None:
    content = letter(
        1 if rows % 2 else 0, summary="意" * (27 + 28 * rows), sealed=rows % 3 == 0, copies=("南京市文化和旅游局",)
    )
    lines = lines_of(render_letter(content))
    closing = next(line for line in lines if line.text == "特此函告。")
    signer = [line for line in lines if line.text == "江苏省广播电视局"][-1]
    assert signer.page == closing.page == lines[-1].page
    above = [line for line in lines if line.page == closing.page and line.top < closing.top]
    assert len(above) > 1 or above[0].left > 30  # at least two lines, or a paragraph of one
    copies = next(line for line in lines if line.text.startswith("抄送"))
    assert copies.page == closing.page
    assert copies.top > max(line.bottom for line in lines if line.text.startswith("（联系人"))
    assert (copies.top + copies.bottom) / 2 == pytest.approx(37 + 21 * PITCH + 8 * 25.4 / 72, abs=0.3)


def test_signature_and_date_keep_their_distance_from_the_right() -> None:
    cell = layout.CELL * 25.4 / 72
    for sealed, signer_right, day_right in ((False, 2.0, 1.0), (True, 3.5, 4.0)):
        lines = lines_of(render_letter(letter(outcome="passed", deadline=None, sealed=sealed)))
        signer = [line for line in lines if line.text == "江苏省广播电视局"][-1]
        day = next(line for line in lines if line.text == "2026年11月22日")
        assert signer.right == pytest.approx(184 - signer_right * cell, abs=0.5)
        assert day.right == pytest.approx(184 - day_right * cell, abs=0.7)


@pytest.mark.parametrize(
    ("signer", "day", "sealed", "edges"),
    [
        ("江苏省广播电视局", "2026年11月22日", False, (10, 8)),
        ("某某局", "2026年11月22日", False, (11, 9)),
        ("江苏省广播电视局", "2026年11月22日", True, (11.5, 11)),
        ("国家广播电视总局网络视听节目管理司", "2026年1月1日", True, (17, 11.5)),
    ],
)
def test_signature_rule_of_the_norm(signer: str, day: str, sealed: bool, edges: tuple[float, float]) -> None:
    assert layout.signature_edges(signer, day, sealed) == edges


@pytest.mark.parametrize("name", [*SAMPLES, "long refusal"])
def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(name: str) -> None:
    content = SAMPLES.get(name) or letter(40, **{**REFUSAL, "reasons": "“甲《乙》（丙）”，丁：戊；己！" * 60})
    for line in lines_of(render_letter(content)):
        assert line.text[0] not in "，。、；：？！）》〉」』】〕”’…％", line
        assert line.text[-1] not in "（《〈「『【〔“‘", line


def test_in_a_narrow_column_the_number_of_a_letter_may_end_a_line_and_only_its_year_stays_whole() -> None:
    assert layout.cell("广电办发〔2022〕128号") == Markup(
        '<span class="run">广电办发<span class="whole">〔2022〕</span><span class="whole">128号</span></span>'
    )


def test_timecodes_years_with_their_serials_and_titles_stay_whole() -> None:
    words = ("00:12:03:10", "2026年", "12月20日", "第25条", "第9项", "120分钟", "《长江夜航》",
             "〔2026〕0001", "〔2024〕35号", "025-83650000")  # fmt: skip
    summary = "\n".join("字" * lead + "，".join(words) * 3 for lead in range(28))
    text = "\n".join(line.text for line in lines_of(render_letter(letter(summary=summary))))
    for word in words:
        assert text.count(word) >= 28 * 3, word


@pytest.mark.parametrize("title", ["长江夜航", "姐姐的守闸手艺", "我在苏州河畔的那些年", "大运河上的三代船工"])
@pytest.mark.parametrize("kind", ["网络剧", "网络纪录片", "微短剧"])
def test_the_opening_fills_its_first_line_without_spreading_it(kind: str, title: str) -> None:
    """What follows the name begins on its line: no hole at the line's end, none between its characters."""
    lines = lines_of(render_letter(letter(project_type=kind, project_title=title)))
    opening = next(line for line in lines if "报送的" in line.text)
    assert opening.right == pytest.approx(184, abs=0.4)
    assert layout.width("".join(opening.text.split())) >= 26 - 26 / 5, opening.text


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("《长江夜航》", ["关于网络剧《长江夜航》审核意见的函"]),
        ("《我在苏州河畔的那些年》", ["关于网络剧《我在苏州河畔的那些年》", "审核意见的函"]),
        ("《大运河上的三代船工与他们的儿女》", ["关于网络剧", "《大运河上的三代船工与他们的儿女》", "审核意见的函"]),
    ],
)
def test_titles_break_between_words(name: str, lines: list[str]) -> None:
    assert layout.title_lines(["关于网络剧", name, "审核意见的函"]) == lines


def test_lines_are_stretched_beside_han_characters_and_never_inside_words() -> None:
    assert spread_places(["第3集00:12，", "The Last——甲"]) == [[0, 1, 2, 7, 8], [3, 7, 9]]


def test_the_justification_was_written_for_the_installed_version() -> None:
    assert fingerprint() == WRITTEN_FOR
