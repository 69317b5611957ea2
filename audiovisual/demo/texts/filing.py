"""A composed filing: the shape of the twelve written ones, made of sentences by slot. No sentence stands twice in it."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any, NamedTuple

from . import houses, read
from .language import Values, bank, follow, lexicon, one, spoken
from .naming import compose_title, people, person_name

SYNOPSIS_AT_LEAST, THEME_AT_LEAST = 1540, 330
"""Above what a filing needs (1,500 and 300), so that a house's later cut of a sentence does not fall below."""


class Kind(NamedTuple):
    """What the sentences of a story depend on: bank, theme, whether today's things and hours fit, shared sentences."""

    stories: str
    theme: str
    year: str | None
    shared: tuple[str, ...]
    topics: tuple[str, ...]


KINDS = {
    "当代": Kind("stories-present", "general", None, ("scene", "bond", "form"), ("都市", "农村", "其它")),
    "现代": Kind("stories-modern", "modern", "year_modern", ("scene", "bond", "form"), ("农村", "其它")),
    "近代": Kind("stories-past", "past", "year_recent", ("scene", "bond", "form"), ("革命", "传奇", "都市")),
    "古代": Kind("stories-ancient", "ancient", "year_ancient", ("scene", "bond", "form"), ("传奇", "其它", "传记")),
    "documentary": Kind("stories-documentary", "documentary", None, ("bond",), ("其它", "农村", "都市")),
    "animation": Kind("stories-animation", "animation", None, (), ("青少",)),
}

TYPES = ("web_series", "web_film", "micro_drama", "animation", "documentary")
SHARES = (20, 19, 36, 12, 13)
ERAS, ERA_SHARES = ("当代", "现代", "近代", "古代"), (66, 8, 12, 14)
SHAPES: dict[str, tuple[tuple[int, int], tuple[int, int], tuple[int, int]]] = {
    "web_series": ((12, 36), (35, 48), (680, 5200)),
    "web_film": ((1, 1), (72, 118), (90, 1600)),
    "micro_drama": ((16, 60), (3, 15), (18, 460)),
    "animation": ((10, 40), (8, 24), (160, 1800)),
    "documentary": ((3, 12), (24, 50), (45, 620)),
}
"""Episodes, minutes, investment in 万元: from, to."""

PARAGRAPHS = (
    (("opening", 1), ("place", 3), ("scene", 1)),
    (("character", 4), ("bond", 1)),
    (("conflict", 3), ("scene", 2), ("turn", 2)),
    (("character", 4), ("bond", 1), ("place", 3)),
    (("conflict", 3), ("scene", 1), ("turn", 3)),
    (("conflict", 2), ("scene", 1), ("turn", 3), ("bond", 1)),
    (("resolution", 5),),
    (("form", 2),),
)
SPARE = ("scene", "turn", "conflict", "bond", "place", "character")
"""Where more sentences come from while a synopsis is too short, in this order."""

PLATFORMS = ("荔枝网", "腾讯视频", "爱奇艺", "优酷", "哔哩哔哩", "抖音", "快手", "芒果TV", "咪咕视频")
SPECIAL = {
    "police": "有派出所民警调解纠纷的场次，出现制服和标识。",
    "religion": "有寺院外景和僧人形象，不涉及教义与宗教活动。",
    "military": "涉及抗日根据地队伍，出现军服和岗哨。",
    "judiciary": "有一场法庭调解，时长约四分钟。",
}


def kind_of(filing: dict[str, Any]) -> Kind:
    """Which banks a filing's type and era draw on."""
    return KINDS.get(filing["type"]) or KINDS[filing["theme_era"]]


def values_for(rng: Random, kind: Kind) -> Values:
    """People, places and things of one story. A hero, B companion, C elder, D adversary, E child, F go-between."""
    words, old = lexicon(), kind.year is not None
    names = dict(zip("ABCDEF", people(rng, 6), strict=True))
    fixed = {
        **names,
        "p": rng.choice(words["place"]),
        "c": rng.choice(words["city_old" if kind.year == "year_ancient" else "city"]),
        "k": rng.choice(words["craft_old" if old else "craft_new"]),
        "t": rng.choice(words["thing_old" if old else "thing_new"]),
        "y": rng.choice(words[kind.year]) if kind.year else "今年",
    }
    pools = {
        "f": rng.sample(words["food"], 2),
        "q": rng.sample(words["weather"], 2),
        "s": rng.sample(words["season"], 2),
        "w": rng.sample(words["hour_old" if old else "hour"], 3),
    }
    return Values(rng, fixed, pools)


@cache
def _slots(kind: Kind) -> dict[str, list[tuple[str, ...]]]:
    own, shared = bank(kind.stories), bank("stories-shared")
    return {slot: own.get(slot, []) + (shared[slot] if slot in kind.shared else []) for slot in (*own, *shared)}


class Telling:
    """A text in the making: paragraphs that grow by sentences, and how many nameless characters each ends on."""

    def __init__(self, rng: Random, values: Values, decks: dict[str, list[tuple[str, ...]]]) -> None:
        self.rng, self.values, self.decks = rng, values, decks
        self.paragraphs: list[str] = []
        self.tails: list[int] = []
        self.length = 0

    def begin(self) -> None:
        """Start a paragraph."""
        self.paragraphs.append("")
        self.tails.append(0)

    def add(self, slot: str, place: int = -1) -> None:
        """One sentence of the slot at the end of a paragraph, of the last one unless told; nothing when there is none."""
        if self.decks.get(slot):
            wordings, self.tails[place] = follow(self.rng, self.decks[slot], self.tails[place])
            sentence = spoken(self.rng, wordings, self.values)
            self.paragraphs[place] += sentence
            self.length += len(sentence)

    def __str__(self) -> str:
        return "\n".join(paragraph for paragraph in self.paragraphs if paragraph)


def synopsis(rng: Random, kind: Kind, values: Values) -> str:
    """A story of at least `SYNOPSIS_AT_LEAST` characters in paragraphs: opening, people, two rounds of trouble, end."""
    told = Telling(rng, values, {slot: list(deck) for slot, deck in _slots(kind).items()})
    for plan in PARAGRAPHS:
        told.begin()
        for slot, count in plan:
            for _ in range(count):
                told.add(slot)
    turn = 0
    while told.length < SYNOPSIS_AT_LEAST:
        slot = SPARE[turn % len(SPARE)]
        told.add(slot, {"place": 0, "character": 3}.get(slot, 4 + turn % 2))
        turn += 1
    return str(told)


def theme_statement(rng: Random, kind: Kind, values: Values) -> str:
    """What the work wants to say, at least `THEME_AT_LEAST` characters in two paragraphs."""
    told = Telling(rng, values, {kind.theme: list(bank("themes")[kind.theme])})
    for goal in (THEME_AT_LEAST // 2, THEME_AT_LEAST):
        told.begin()
        while told.length < goal:
            told.add(kind.theme)
    return str(told)


def _credits(rng: Random, type_: str) -> list[dict[str, str]]:
    played = {
        "animation": ("animation_director", "voice_actor", "voice_actor"),
        "documentary": ("cinematographer", "narrator"),
    }
    roles = ("writer", "director", "producer", *played.get(type_, ("lead_actor", "lead_actor", "cinematographer")))
    return [{"role": role, "name": name} for role, name in zip(roles, people(rng, len(roles)), strict=True)]


def _dates(rng: Random) -> dict[str, dict[str, int]]:
    filed = -rng.randrange(5, 420)
    start = filed + rng.randrange(50, 130)
    end = start + rng.randrange(16, 130)
    days = {"filed_on": filed, "shooting_start": start, "shooting_end": end, "release_on": end + rng.randrange(90, 260)}
    return {field: {"days": count} for field, count in days.items()}


def _milestones(dates: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    start, end, release = (dates[field]["days"] for field in ("shooting_start", "shooting_end", "release_on"))
    planned = {"剧本定稿": start - 20, "开机": start, "杀青": end, "送审": (end + release) // 2, "上线": release}
    return [{"name": name, "planned": {"days": count}, "actual": None} for name, count in planned.items()]


def _special(rng: Random, filing: dict[str, Any]) -> dict[str, str]:
    if filing["theme_era"] == "近代":
        return {"military": SPECIAL["military"]} if filing["theme_topic"] == "革命" else {}
    heads = ("religion",) if filing["theme_era"] == "古代" else ("police", "judiciary", "religion")
    head = rng.choice(heads)
    return {head: SPECIAL[head]} if rng.random() < 0.08 and filing["type"] != "animation" else {}


def _origin(rng: Random, values: Values) -> dict[str, str]:
    if rng.random() < 0.78:
        return {"source_kind": "original", "source_work": "", "rights_note": ""}
    work = f"《{values['p']}{values['k']}记》（{rng.choice(('小说', '报告文学', '网络小说', '口述史'))}，作者{person_name(rng)}）"
    return {"source_kind": "adapted", "source_work": work, "rights_note": one(rng, "reasons", "rights_adapted", values)}


def _ai_use(rng: Random, form: str, values: Values) -> dict[str, str]:
    kind = "fully" if form == "ai" else "partly" if rng.random() < 0.18 else "none"
    return {"kind": kind, "note": "" if kind == "none" else one(rng, "reasons", f"ai_{kind}", values)}


def _firsts(rng: Random, platforms: list[str], values: Values) -> dict[str, dict[str, Any]]:
    claims = {"created": rng.random() < 0.7, "reviewed": True, "released": platforms[0] == "荔枝网"}
    return {
        which: {"claimed": claimed, "evidence": one(rng, "reasons", f"evidence_{which}", values) if claimed else ""}
        for which, claimed in claims.items()
    }


def _shooting_place(rng: Random, era: str, city: str, values: Values) -> str:
    there = (
        values["c"] + values["p"]
        if era != "古代"
        else rng.choice(("无锡古装摄影基地", "苏州同里", "扬州东关街", "淮安河下"))
    )
    return f"{there}、{city}"


@cache
def _admitted() -> list[dict[str, Any]]:
    return [house for house in houses() if house["status"] == "admitted"]


@cache
def _partners() -> list[str]:
    return read("sentences/partners.json")


def compose_filing(rng: Random, used: set[str] | None = None, type: str | None = None) -> dict[str, Any]:
    """One filing as a house would make it, with a title that is not in `used` (and is added); seeded, so repeatable."""
    type_ = type or rng.choices(TYPES, SHARES)[0]
    era = rng.choices(ERAS, ERA_SHARES)[0] if type_ in TYPES[:3] else "当代"
    form = "ai" if type_ in ("micro_drama", "animation") and rng.random() < 0.3 else "live"
    filing: dict[str, Any] = {"slug": "", "type": type_, "form": form, "theme_era": era}
    kind = kind_of(filing)
    values = values_for(rng, kind)
    episodes, minutes, investment = (rng.randint(*span) for span in SHAPES[type_])
    investment = max(12, investment // 4) if form == "ai" else investment
    house, dates, platforms = rng.choice(_admitted()), _dates(rng), rng.sample(PLATFORMS, rng.randint(1, 3))
    filing |= {
        "title": compose_title(rng, set() if used is None else used, type_, era),
        "former_title": "",
        "theme_topic": rng.choice(kind.topics),
        "episodes": episodes,
        "minutes_per_episode": minutes,
        "investment_wan": investment,
        "cast_pay_wan": 0 if type_ == "documentary" else investment * rng.randint(8 if form == "ai" else 18, 39) // 100,
        "house": house["key"],
        "co_producers": rng.sample(_partners(), rng.choice((0, 0, 1, 1, 2))),
        "shooting_place": _shooting_place(rng, era, house["city"], values),
        "credits": _credits(rng, type_),
        **_origin(rng, values),
        "synopsis": synopsis(rng, kind, values),
        "theme_statement": theme_statement(rng, kind, values),
        "platforms": platforms,
        **dates,
        "submitted_elsewhere": {"answer": False, "note": "未在其他省份送审。"},
        "ai_use": _ai_use(rng, form, values),
        "firsts": _firsts(rng, platforms, values),
        "contact": "",
        "contact_new": {"name": person_name(rng), "phone": f"138{rng.randrange(10**7, 10**8)}"},
        "stage": "submitted",
        "urgent": None,
        "key_project": None,
        "completion": None,
        "decision_notes": {},
        "progress": [],
        "milestones": _milestones(dates),
        "words": dict(values),
    }
    filing["special_subjects"] = _special(rng, filing)
    return filing


def values_of(rng: Random, filing: dict[str, Any]) -> Values:
    """The words of a composed filing once more, for opinions and reports; none for a written one: we know no names of it."""
    values = values_for(rng, kind_of(filing))
    fixed = filing.get("words", {})
    return Values(rng, fixed, values.pools)


__all__ = ["TYPES", "compose_filing", "kind_of", "synopsis", "theme_statement", "values_for", "values_of"]
