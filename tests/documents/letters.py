"""Letters for the tests, and what can be measured on their PDFs."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import date
from typing import Any

from audiovisual.documents.letter import LetterContent, LetterItem

MM = 25.4 / 72

POINTS = (
    ("主角驾车时未系安全带，且在高速公路应急车道长时间停留，画面未作任何说明，容易对未成年观众形成不当示范。", "删去该镜头，或补拍系安全带的画面。", "《微短剧发展管理办法》第25条第9项", "删减"),
    ("人物对白中“南京城1948年的档案编号ZX-17”与字幕不一致，字幕写作“1949年”。", "字幕改为与对白一致。", "《微短剧发展管理办法》第26条第2项", "修改"),
    ("派出所民警着装不规范，肩章与胸徽佩戴位置有误，臂章字样不清。", "按人民警察着装规定修改，确无法补拍的，用画面处理方式遮挡。", "《网络短视频内容审核标准细则（2021）》第95条", "修改"),
    ("未成年人吸烟镜头持续约12秒，并有特写。", "修改至不出现吸烟动作。", "《未成年人节目管理规定》第9条", "删减"),
)  # fmt: skip


def item(index: int, must: bool = True, **changes: Any) -> LetterItem:
    """The index-th of an endless row of points."""
    problem, demand, basis, measure = POINTS[index % 4]
    given: dict[str, Any] = {
        "problem": problem, "demand": demand, "basis": basis, "measure": measure, "must": must,
        "episode": 1 + index % 24, "start": f"00:{index % 60:02d}:03:10", "end": f"00:{index % 60:02d}:20:05",
    }  # fmt: skip
    return LetterItem(**{**given, **changes})


def letter(count: int = 0, **changes: Any) -> LetterContent:
    """A letter with so many items, every third of them a suggestion."""
    given: dict[str, Any] = {
        "number": "苏广电网函〔2026〕1号", "day": date(2026, 11, 22), "issuer": "江苏省广播电视局",
        "recipient": "南京江声影视文化传播有限公司", "project_type": "网络剧", "project_title": "长江夜航",
        "project_number": "苏网种〔2026〕0001号", "episodes": 24, "cut": 2, "outcome": "pass_after_changes",
        "norms": ("《电视剧内容管理规定》", "《广播电视管理条例》"), "deadline": date(2026, 12, 20),
        "summary": "该剧以长江航运三代人的命运为主线，立意积极，人物真实可信，江苏地域特色鲜明，具备较好的社会价值和艺术基础。\n"
                   "全剧节奏前松后紧，第5集至第8集支线偏多；个别情节的专业细节与行业规范不符，须在播出前修改。",
        "items": tuple(item(index, index % 3 != 1) for index in range(count)), "office": "网络视听节目管理处",
        "contact": "周敏", "phone": "025-83650000",
    }  # fmt: skip
    return LetterContent(**{**given, **changes})


@dataclass(frozen=True)
class Line:
    """A line of text on a page; edges in mm from the paper's left and upper edge, of the em boxes."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    text: str


def poppler(program: str, pdf: bytes, *options: str) -> str:
    """What a poppler program prints about the PDF."""
    done = subprocess.run([program, *options, "-", *(["-"] if program == "pdftotext" else [])], input=pdf,
                          capture_output=True, check=True)  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def text_of(pdf: bytes) -> str:
    """All text, without spaces and line ends, as a reader finds it when searching."""
    return re.sub(r"\s", "", poppler("pdftotext", pdf))


def printed_lines(pdf: bytes) -> str:
    """The text line by line, a rule between pages; spaces left out, as readers see some in stretched lines."""
    pages = poppler("pdftotext", pdf).rstrip("\f").split("\f")
    lines = [[line for line in re.sub(r"[^\S\n]", "", page).split("\n") if line] for page in pages]
    return "\n――――\n".join("\n".join(page) for page in lines) + "\n"


def lines_of(pdf: bytes) -> list[Line]:
    """The lines of all pages."""
    found = []
    pages = poppler("pdftotext", pdf, "-bbox-layout").split("<page ")[1:]
    for number, page in enumerate(pages, 1):
        for match in re.finditer(r"<line (.*?)>(.*?)</line>", page, re.DOTALL):
            left, top, right, bottom = (float(value) * MM for value in re.findall(r'"([\d.]+)"', match[1]))
            found.append(Line(number, left, top, right, bottom, "".join(re.findall(r">([^<]*)</word>", match[2]))))
    return found


def fonts_of(pdf: bytes) -> list[str]:
    """Names of the embedded fonts, without their subset tags; a font that is not embedded is marked."""
    rows = [row.split() for row in poppler("pdffonts", pdf).splitlines()[2:]]
    return sorted(
        row[0].split("+")[1] if "+" in row[0] and row[-5] == "yes" else f"{row[0]} not embedded" for row in rows
    )
