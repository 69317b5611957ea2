"""What a rendered review letter contains, and what it never lets in."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from audiovisual.documents import fonts
from audiovisual.documents.fonts import MissingGlyph
from audiovisual.documents.letter import APPEAL, LetterContent
from audiovisual.documents.rendering import PROJECT, letter_html, render_letter
from tests.documents.letters import fonts_of, item, letter, lines_of, poppler, printed_lines, text_of

GOLDEN = Path(__file__).parent / "golden"
USUAL = {"Letter-Digits", "Letter-Fang", "Letter-Hei", "Letter-Number", "Letter-Title"}
REFUSAL = {
    "outcome": "refused",
    "deadline": None,
    "reasons": "以演绎真实案件为名，大量展示犯罪手段和侦查细节，多处情节渲染暴力血腥。\n特殊题材未取得主管部门书面意见，经补正仍未提交。",
    "remedies": APPEAL,
}
SAMPLES = {
    "one-item": letter(1),
    "three-items-sealed-copied": letter(3, sealed=True, copies=("南京市文化和旅游局",)),
    "twelve-items": letter(12),
    "forty-items-again": letter(40, outcome="re_review", sealed=True, copies=("南京市文化和旅游局",)),
    "refusal": letter(**REFUSAL),
    "passed": letter(outcome="passed", deadline=None, note="此件不公开"),
    "rare-characters": letter(
        1, project_title="喆㛃与𬭎䶮的The Last Ferry", recipient="堃喆影视（苏州）有限公司", contact="𬭎䶮"
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_text_of_a_letter_is_the_golden_one(name: str) -> None:
    """After a wanted change: run with SEEDBANK_GOLDEN=write, and read the difference before you commit it."""
    golden = GOLDEN / f"{name}.txt"
    text = printed_lines(render_letter(SAMPLES[name]))
    if os.environ.get("SEEDBANK_GOLDEN") == "write":
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def test_number_date_and_every_item_stand_in_the_text_in_order() -> None:
    text = text_of(render_letter(letter(12)))
    places = [text.index(wanted) for wanted in ("〔2026〕1号", "你公司报送", "2026年11月22日", "审核意见条目表序号")]
    assert places == sorted(places)
    starts = [one.start for one in letter(12).items]
    found = [text.index(f"{start}—", places[-1]) for start in starts]
    assert found == sorted(found)


def test_a_demand_that_only_names_its_kind_is_not_said_twice() -> None:
    text = text_of(render_letter(letter(items=(item(0, demand="删减", measure="删减"),))))
    assert "处理要求：删减。四、" in text


ALSO = ((1, "00:20:00:00", "00:20:05:00"), (3, "00:01:00:00", ""), (None, "", ""))
"""Further places of a point: with an end, without one, the whole title."""


@pytest.mark.parametrize("count", [1, 12], ids=["in the letter", "in the annex"])
def test_a_point_that_stands_in_several_places_names_each(count: int) -> None:
    items = (item(0, also=ALSO), *(item(index) for index in range(1, count)))
    text = "".join(text_of(render_letter(letter(0, items=items))).split())
    if count == 1:
        first = "第1集00:00:03:10—00:00:20:05、第1集00:20:00:00—00:20:05:00、第3集00:01:00:00、全片"
        assert first in text
    else:
        table = text.partition("审核意见条目表")[2]
        assert all(word in table for word in ("多处", "00:20:00:00", "00:20:05:00", "第3集", "00:01:00:00", "全片"))


def test_a_letter_made_before_points_had_several_places_is_read(app: Flask) -> None:
    data = letter(2).to_data()
    for one in data["items"]:
        del one["also"]
    assert LetterContent.from_data(data) == letter(2)


def test_what_must_change_comes_first() -> None:
    weights = [one.weight for one in letter(12).items]
    assert weights == ["必改"] * 8 + ["建议"] * 4


def test_only_the_expected_fonts_are_embedded() -> None:
    assert set(fonts_of(render_letter(letter(12)))) == USUAL
    assert set(fonts_of(render_letter(SAMPLES["rare-characters"]))) == USUAL | {"Letter-Rare"}


def test_a_character_without_a_glyph_is_refused_by_name() -> None:
    with pytest.raises(MissingGlyph) as refused:
        render_letter(letter(1, summary="画面出现表情😀。"))
    assert refused.value.characters == ["😀"]
    assert "“😀”（U+1F600）" in refused.value.sentence


def test_rare_characters_of_names_have_glyphs() -> None:
    assert fonts.missing_glyphs("㛃𬭎䶮堃喆〔〕—…①é") == set()


def test_missing_font_files_are_named(app: Flask, tmp_path: Path) -> None:
    """The folder is a setting like the others: of the environment or of instance/config.py."""
    assert fonts.missing_fonts() == []
    app.config["FONTS"] = str(tmp_path)
    assert "FandolFang-Regular.otf" in fonts.missing_fonts()


HOSTILE = (
    '<img src="file:///etc/passwd">',
    '<link rel="attachment" href="file:///etc/passwd">',
    "</p><script>alert(1)</script>",
    "{{ letter.number }}{% raw %}",
    "<style>@import url(http://127.0.0.1/x.css)</style>",
    "&lt;b&gt; ' \" \\",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_people_stays_text(hostile: str) -> None:
    content = letter(
        2, summary=hostile, project_title=hostile, recipient=hostile, contact=hostile, note=hostile, copies=(hostile,),
        norms=(hostile,), items=tuple(item(n, problem=hostile, basis=hostile, demand=hostile, measure=hostile) for n in range(5)),
    )  # fmt: skip
    pdf = render_letter(content)
    assert text_of(pdf).count("".join(hostile.split())) >= 7
    assert "root:" not in text_of(pdf)
    assert b"EmbeddedFile" not in pdf
    assert "<img" not in letter_html(content)


def test_even_markup_that_got_in_fetches_nothing() -> None:
    from audiovisual.documents import rendering

    evil = '<p>前</p><img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/passwd"><p>后</p>'
    pdf = rendering._pdf(evil, rendering._measures(letter()), (), letter())
    assert b"EmbeddedFile" not in pdf
    assert text_of(pdf) == "前后"


def test_controls_and_direction_marks_never_reach_the_paper() -> None:
    text = text_of(render_letter(letter(summary="正常\u202e反向\x00\u200b结束")))
    assert "正常反向结束" in text


@pytest.mark.slow
def test_the_same_letter_gives_the_same_bytes_in_another_process() -> None:
    content = SAMPLES["rare-characters"]
    program = (
        "import sys, hashlib; from audiovisual.documents.letter import LetterContent;"
        "from audiovisual.documents.rendering import render_letter;"
        "print(hashlib.sha256(render_letter(LetterContent.from_json(sys.stdin.buffer.read().decode()))).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", program], input=content.to_json().encode(), capture_output=True,
                           check=True, cwd=PROJECT)  # fmt: skip
    render_letter(letter(12))
    assert hashlib.sha256(render_letter(content)).hexdigest() == other.stdout.decode().strip()


def test_letters_made_at_once_do_not_disturb_each_other() -> None:
    contents = [letter(count) for count in (1, 4, 2, 6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(render_letter, contents))
    assert together == [render_letter(content) for content in contents]


def test_json_gives_the_same_letter_back() -> None:
    for content in SAMPLES.values():
        assert LetterContent.from_json(content.to_json()) == content
        assert LetterContent.from_data(content.to_data()) == content


def test_the_pdf_says_language_title_and_day_and_is_tagged() -> None:
    pdf = render_letter(letter(1))
    information = poppler("pdfinfo", pdf)
    assert "关于网络剧《长江夜航》审核意见的函" in information
    assert "Tagged:          yes" in information
    assert "Nov 22" in information
    assert '<html lang="zh-CN">' in letter_html(letter(1))


@pytest.mark.parametrize("count", [4, 12, 40])
def test_every_page_of_the_table_repeats_its_head(count: int) -> None:
    lines = lines_of(render_letter(letter(count)))
    signed = max(line.page for line in lines if line.text == "江苏省广播电视局")
    heads = {line.page for line in lines if "处理要求" in line.text}
    assert heads == set(range(signed + 1, lines[-1].page + 1))


def test_very_long_texts_stay_on_the_paper() -> None:
    content = letter(
        project_title="W" * 60,
        recipient="很长的公司名" * 20 + "有限公司",
        summary="意见" * 3000,
        items=(item(0, problem="长" * 3000, demand="x" * 300 + "https://example.org/a/very/long/path"), item(1)),
        copies=("某某市文化和旅游局",) * 12,
    )
    lines = lines_of(render_letter(content))
    assert max(line.right for line in lines if line.top > 50) < 184.6
    assert max(line.bottom for line in lines if not line.text.startswith("—")) < 262.6
    assert sum(line.text.count("长") for line in lines) >= 3000


def test_a_letter_lacking_what_it_needs_is_refused() -> None:
    from workflows.errors import RuleBroken

    for changes in (
        {"outcome": "refused", "reasons": "理由"},
        {"deadline": None},
        {"outcome": "great"},
        {"recipient": " "},
    ):
        with pytest.raises(RuleBroken):
            letter(1, **changes)


def test_dates_have_no_leading_zeros() -> None:
    assert "2026年1月2日" in text_of(render_letter(letter(day=date(2026, 1, 2))))
