"""Whether a line that somebody wrote names a company or a person.

People write “2021—2023年 南京三江影视有限公司 制片主任”, two companies on a line, a wife with where she works. So a name
is looked for *inside* the line, both folded as search folds; brackets, blanks and the company's legal form may be there
or not. `Mention.CERTAIN` is a tie, `Mention.PERHAPS` is one to be asked about: 张伟 in 张伟民, 三江影视 in 苏州三江影视.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache, partial

from .folding import FOLDING
from .naming_words import DOUBLE_SURNAMES, PLACES, TRADE


class Mention(IntEnum):
    """How sure it is that a line names somebody."""

    NONE = 0
    PERHAPS = 1
    CERTAIN = 2


_PARTS = re.compile(r"[,、;。:!?|/\\\n\r\t]+")
"""What ends one statement of a line and begins the next, folded."""
_BRACKETED = re.compile(r"[(\[〔【「『《<][^)\]〕】」』》>]*[)\]〕】」』》>]")
_LEGAL = re.compile(
    r"(股份有限责任公司|有限责任公司|股份有限公司|有限公司|股份公司|公司|co(ltd|limited)|ltd|limited|inc|llc)$"
)
_HOLDING = re.compile(r"(集团|工作室)$")
_FORMERLY = re.compile(r"^(\d{2,4}年?)?(曾用名称?|曾用|原名|原称|原|旧称|前身)(为|是)?")
_YEARS = re.compile(r"(\d+|年|月|日|至今|至|到|起|现在|曾经|曾|现|原)+")

_PLACE = "|".join(PLACES)
_AT_A_PLACE = re.compile(rf"({_PLACE})[市省]?$")
_OF_A_PLACE = re.compile(rf"({_PLACE})")
_TRADES = re.compile(rf"({TRADE})+$")
_COMMON = re.compile(rf"({_PLACE}|市|省|{TRADE})+")
"""Made of nothing but places and trades: 江苏影视 is in too many names to tell whose it is."""
_MEDIUM = re.compile(r"(视频|影视|短剧|剧场|网|tv|app)$")
"""What a platform is, behind its own name: 腾讯视频, 芒果tv, 荔枝网."""
_AT_WORK = re.compile(r"(任|职|于|在|为|是)$")
_FORM_FOLLOWS = re.compile(r"有限|股份|公司|集团|分公司|子公司|旗下|co(ltd)?|ltd|limited|inc")
_LONGER_COMPANY = re.compile(r".{1,6}?(有限|公司|集团|股份)")
_OTHER_BODY = re.compile(
    r".{0,5}(学院|大学|学校|中学|小学|协会|学会|研究院|研究所|研究会|研究中心|出版社|医院|银行|法院|图书馆|博物馆|宾馆|酒店)"
)

_BEFORE_A_PERSON = re.compile(
    r"(父亲?|母亲?|爸爸?|妈妈?|配偶|妻子?|丈夫|夫人?|老公|老婆|爱人|儿子?|女儿?|子女?|兄长?|弟弟?|哥哥?|姐姐?|妹妹?|侄子?|"
    r"侄女|外甥女?|叔叔?|伯父?|舅舅?|姑姑?|姨妈?|女婿|儿媳|嫂子?|姐夫|妹夫|朋友|老师|导师|学生|同学|同事|公公|婆婆|"
    r"是|叫|为|名|系|与|和|及|跟|导演|编剧|制片人?|演员|主演|监制|出品人|\d)$"
)
_AFTER_A_PERSON = re.compile(
    r"的|是|任|在|于|系|与|及|曾|担任|从事|就职|供职|工作|导演|编剧|制片|监制|演员|主演|出品|摄影|剪辑|作曲|配音|先生|女士|"
    r"老师|同志|夫妇|\d"
)


@dataclass(frozen=True)
class Flat:
    """A phrase as it is compared: letters, digits and characters alone, and where something stood between them."""

    text: str
    edges: frozenset[int]


def _folded(text: str) -> str:
    return (text or "").translate(FOLDING)


def _flat(folded: str) -> Flat:
    kept: list[str] = []
    edges = {0}
    for character in folded:
        if character.isalnum():
            kept.append(character)
        elif unicodedata.category(character) != "Cf":  # marks nobody sees part nothing
            edges.add(len(kept))
    return Flat("".join(kept), frozenset({*edges, len(kept)}))


@lru_cache(maxsize=20_000)
def _phrases(line: str) -> tuple[Flat, ...]:
    parts = (_flat(part) for part in _PARTS.split(_folded(line)))
    return tuple(part for part in parts if part.text)


def key(name: str) -> str:
    """What makes two names the same company or person: folded, without blanks, brackets and marks."""
    return _flat(_folded(name)).text


def core(name: str) -> str:
    """A company's name as it is likened to others: without the place before it and its legal form."""
    bare = _LEGAL.sub("", key(name))
    place = _OF_A_PLACE.match(bare)
    return (bare[place.end() :].lstrip("市省") if place else bare) or bare


_OF_THE_PROVINCE = re.compile(r"^(中国共产党|中共)?(江苏)?省?委?(?=..)")


def asks_department(asked: str, wanted: str) -> bool:
    """Whether who was asked is the department that has to be asked: 江苏省公安厅, 公安厅 and 省公安厅治安总队 are 省公安厅."""
    given, needed = (_OF_THE_PROVINCE.sub("", key(name)) for name in (asked, wanted))
    return bool(needed) and given.startswith(needed)


def departments_lacking(wanted: Iterable[str], asked: Iterable[str]) -> list[str]:
    """Of the departments that have to be asked, those that nobody has asked."""
    known = list(asked)
    return [department for department in wanted if not any(asks_department(one, department) for one in known)]


_YEAR_BRACKETS = re.compile(r"[〔(（\[【](\d{4})[〕)）\]】]")


def spellings(number: str) -> set[str]:
    """The ways the number of a paper is written: with one kind of bracket around its year or another."""
    return {
        number,
        *(_YEAR_BRACKETS.sub(rf"{left}\1{right}", number) for left, right in ("〔〕", "()", "（）", "[]", "【】")),
    }


def names_within(text: str) -> list[str]:
    """The single names of a field that may hold several companies or platforms (曾用名, 拟播出平台).

    Two lines pasted into a field of one line stand beside each other with a blank (腾讯视频 爱奇艺): each is a name, and
    so is the whole, for a blank may stand inside a name too (南京 三江影视有限公司).
    """
    found = []
    for one in _statements(text):
        each = [part for part in _BLANK_BESIDE_CHINESE.split(one) if _tells_whose(part)]
        found += [one, *(each if len(each) > 1 or each != [one] else [])]
    return list(dict.fromkeys(found))


def _statements(text: str) -> list[str]:
    """The parts of a field between its commas, stops and lines."""
    return [found for part in _PARTS.split((text or "").translate(_MARKS)) if (found := part.strip())]


def _tells_whose(part: str) -> bool:
    """Whether a part of a name is one by itself: not a place, a trade or a legal form alone."""
    bare = _LEGAL.sub("", key(part))
    return len(bare) >= 2 and not _COMMON.fullmatch(bare)


_BLANK_BESIDE_CHINESE = re.compile(r"(?<=[\u3400-\u9fff）)])\s+|\s+(?=[\u3400-\u9fff])")


_MARKS = str.maketrans("，；：！？／", ",;:!?/")


def company_in(line: str, name: str) -> Mention:
    """Whether the line names this company (full name, short or former): with or without 有限公司, brackets, blanks."""
    found = _best(line, _company_needles(name), _company_at) or _best(line, _without_place(name), _perhaps_at)
    return found or _best(line, _called(name), partial(_called_at, name))


def platform_in(line: str, platform: str) -> Mention:
    """Whether the line names a platform (爱奇艺, 腾讯视频), by its own name or by that of the company behind it.

    北京爱奇艺科技有限公司 and 深圳市腾讯计算机系统有限公司 are to be asked about: who owns what is not known here.
    """
    return company_in(line, platform) or _best(line, _brands(platform), _brand_at)


def person_in(line: str, name: str) -> Mention:
    """Whether the line names this person. A longer name that holds it (张伟 in 张伟民) is to be asked about.

    `name` may hold more than one person, and what they do: 张伟 李娜, 张伟和李娜, 李娜（饰林夏）.
    """
    return _best(line, _persons(name), _person_at)


def _best(line: str, needles: Iterable[str], judge: Callable[[Flat, str, int], Mention]) -> Mention:
    best = Mention.NONE
    for phrase in _phrases(line):
        for needle in needles:
            for place in _places(phrase, needle):
                best = max(best, judge(phrase, needle, place))
                if best is Mention.CERTAIN:
                    return best
    return best


def _places(phrase: Flat, needle: str) -> list[int]:
    """Where the needle stands in the phrase, not cutting through a Latin word or a number."""
    if len(needle) < 2:
        return []
    found, place = [], phrase.text.find(needle)
    while place >= 0:
        if not (_cuts(phrase, place) or _cuts(phrase, place + len(needle))):
            found.append(place)
        place = phrase.text.find(needle, place + 1)
    return found


def _cuts(phrase: Flat, place: int) -> bool:
    if place in phrase.edges:
        return False
    before, after = phrase.text[place - 1], phrase.text[place]
    return (_latin(before) and _latin(after)) or (before.isdigit() and after.isdigit())


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


@lru_cache(maxsize=4_000)
def _company_needles(name: str) -> tuple[str, ...]:
    """What a company may be written as: its whole name; without the legal form; without 集团; without its brackets."""
    folded = _folded(name)
    wholes = [_flat(folded).text, _flat(_BRACKETED.sub("", folded)).text]
    wholes += [_FORMERLY.sub("", whole) for whole in wholes]
    cores = [_LEGAL.sub("", whole) for whole in wholes]
    stems = [_HOLDING.sub("", core) for core in cores]
    return tuple(dict.fromkeys(needle for needle in (*wholes, *cores, *stems) if len(needle) >= 2))


@lru_cache(maxsize=4_000)
def _without_place(name: str) -> tuple[str, ...]:
    """The name as people shorten it: 三江影视文化 for 南京三江影视文化有限公司."""
    cores = (_LEGAL.sub("", needle) for needle in _company_needles(name))
    shorter = dict.fromkeys(re.sub(rf"^({_PLACE})[市省]?", "", core) for core in cores)
    return tuple(one for one in shorter if len(one) >= 4 and not _COMMON.fullmatch(one))


@lru_cache(maxsize=4_000)
def _called(name: str) -> tuple[str, ...]:
    """What is a company's own in its name, as people call it: 半山灯 for 南京半山灯影视文化有限公司."""
    cores = (re.sub(rf"^({_PLACE})[市省]?", "", _LEGAL.sub("", needle)) for needle in _company_needles(name))
    shorter = dict.fromkeys(_TRADES.sub("", core) for core in cores)
    return tuple(one for one in shorter if len(one) >= 2 and not _COMMON.fullmatch(one))


def _called_at(name: str, phrase: Flat, needle: str, place: int) -> Mention:
    """What people call a company is asked about where it stands by itself, or after the place the company is at."""
    left = _YEARS.sub("", phrase.text[:place])
    at_home = not left or (_AT_A_PLACE.fullmatch(left) is not None and left.rstrip("市省") in name)
    closed = place + len(needle) in phrase.edges
    return Mention.PERHAPS if closed and at_home else Mention.NONE


@lru_cache(maxsize=4_000)
def _brands(platform: str) -> tuple[str, ...]:
    """A platform's name, and what is left of it without what it is: 腾讯 of 腾讯视频."""
    whole = key(_BRACKETED.sub("", _folded(platform)))
    return tuple(one for one in dict.fromkeys((whole, _MEDIUM.sub("", whole))) if len(one) >= 2)


def _brand_at(phrase: Flat, needle: str, place: int) -> Mention:
    """A brand is asked about where a name begins with it, whether or not a place stands before."""
    left, rest = _YEARS.sub("", phrase.text[:place]), phrase.text[place + len(needle) :]
    begins = place in phrase.edges or not left or _AT_A_PLACE.fullmatch(left) or _AT_WORK.search(left)
    return Mention.PERHAPS if begins and not _OTHER_BODY.match(rest) else Mention.NONE


@lru_cache(maxsize=4_000)
def _persons(field: str) -> tuple[str, ...]:
    """The people of a field, each as it is compared: without what stands in brackets, two names apart."""
    found: list[str] = []
    for one in _statements(field):
        bare = _BRACKETED.sub(" ", _folded(one)).strip()
        found += [key(one), key(bare), *(key(each) for each in _apart(bare))]
    return tuple(dict.fromkeys(each for each in found if each))


def _apart(bare: str) -> list[str]:
    """Chinese names that stand beside one another (张伟 李娜, 张伟和李娜); none where it is one name (欧阳 娜娜, 张 伟)."""
    each = re.split(r"\s+|[和与及&]", bare)
    names = all(re.fullmatch(r"[\u3400-\u9fff·]{2,}", one) for one in each)
    return each if len(each) > 1 and names and each[0] not in DOUBLE_SURNAMES else []


def _perhaps_at(phrase: Flat, needle: str, place: int) -> Mention:
    """What a shortened name may be: not the same name of another place, nor of a school or a society."""
    other = _AT_A_PLACE.search(phrase.text[:place]) or _OTHER_BODY.match(phrase.text[place + len(needle) :])
    return Mention.NONE if other else Mention.PERHAPS


def _company_at(phrase: Flat, needle: str, place: int) -> Mention:
    left, rest = phrase.text[:place], phrase.text[place + len(needle) :]
    elsewhere = bool(_AT_A_PLACE.search(left)) and not _OF_A_PLACE.match(needle)
    if _LEGAL.search(needle):
        return Mention.PERHAPS if elsewhere else Mention.CERTAIN
    alone = place + len(needle) in phrase.edges or bool(_FORM_FOLLOWS.match(rest))
    if _COMMON.fullmatch(needle):
        return Mention.PERHAPS if alone and not _YEARS.sub("", left) else Mention.NONE
    if len(needle) <= 3:
        return _short_at(phrase, left, rest, place)
    if alone:
        return Mention.PERHAPS if elsewhere else Mention.CERTAIN
    if _OTHER_BODY.match(rest):
        return Mention.PERHAPS if len(needle) > 5 else Mention.NONE
    sure = len(needle) > 5 and not elsewhere and not _LONGER_COMPANY.match(rest)
    return Mention.CERTAIN if sure else Mention.PERHAPS


def _short_at(phrase: Flat, left: str, rest: str, place: int) -> Mention:
    """Two or three characters are a company only where they stand by themselves."""
    if _OTHER_BODY.match(rest):
        return Mention.NONE
    left, end = _YEARS.sub("", left), len(phrase.text) - len(rest)
    closed = end in phrase.edges or not _YEARS.sub("", rest)
    if not left and (_FORM_FOLLOWS.match(rest) or (closed and not _LONGER_COMPANY.match(rest))):
        return Mention.CERTAIN
    return Mention.PERHAPS if closed and place in phrase.edges else Mention.NONE


def _person_at(phrase: Flat, needle: str, place: int) -> Mention:
    end = place + len(needle)
    whole = {place, end} <= phrase.edges
    if not whole and any(place < edge < end for edge in phrase.edges):
        return Mention.NONE  # the end of one name and the beginning of the next
    before = place in phrase.edges or bool(_BEFORE_A_PERSON.search(phrase.text[:place]))
    after = end in phrase.edges or bool(_AFTER_A_PERSON.match(phrase.text[end:]))
    return Mention.CERTAIN if before and after else Mention.PERHAPS
