"""What is asked of a list: the words of its search box as they are meant, and columns that hold them.

A name, a number or an address is asked for by what was on the clipboard: with the word that stood before it, in quotation
marks, with the stop after it, in full width, a telephone with or without its blanks, a credit code in groups.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import ColumnElement, func, or_

from workflows import uscc
from workflows.typed import half_width

_CALLED = re.compile(
    r"^(编号|文号|备案号|节目编号|许可证号|片名|单位|单位名称|机构|制作机构|姓名|联系人|登录名|统一社会信用代码|信用代码"
    r"|电话|联系电话|手机|邮箱)\s*[:：]\s*"
)
_AROUND = " .,;:。，；：、“”‘’\"'《》〈〉「」『』"
_BRACKETS = re.compile(r"\s*([〔〕])\s*")
_NUMBER = re.compile(r"\+?[0-9()-]{6,}")


def meant(words: str) -> str:
    """The words without what a page or a letter writes before and around them."""
    words = uscc.joined(_BRACKETS.sub(r"\1", _CALLED.sub("", words)))
    return " ".join(filter(None, (word.strip(_AROUND) for word in words.split())))


def holds(word: str, *columns: Any) -> ColumnElement[bool]:
    """Whether one of the columns holds the word, in whatever width its letters and brackets are written."""
    half = half_width(word).lower()
    found = [column.contains(word, autoescape=True) for column in columns]
    found += [func.lower(_half_brackets(column)).contains(half, autoescape=True) for column in columns]
    if _NUMBER.fullmatch(half):
        bare = half.replace("-", "")
        found += [_bare(column).contains(bare, autoescape=True) for column in columns]
    return or_(*found)


def _half_brackets(column: Any) -> Any:
    return func.replace(func.replace(column, "（", "("), "）", ")")


def _bare(column: Any) -> Any:
    """A number without its blanks and hyphens."""
    return func.replace(func.replace(column, " ", ""), "-", "")
