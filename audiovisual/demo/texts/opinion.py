"""Composed judgements about a filing: an expert's opinion with scores and rows, screening, progress reports, reasons."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from . import read
from .filing import values_of
from .language import STORY, Values, anonymous, bank, one, phrase, spoken

RATE = 25
"""Frames a second; every episode starts at 00:00:00:00."""

CONCLUSIONS = ("pass", "pass_after_changes", "re_review")
STAGES = {"筹备": "prepare", "拍摄": "shoot", "制作": "make", "后期": "post"}


def timecode(frames: int) -> str:
    """Frames from the episode's start as HH:MM:SS:FF, 25 a second, no drop."""
    seconds, frame = divmod(frames, RATE)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}:{frame:02}"


@cache
def _rows(type_: str, generated: bool) -> list[dict[str, Any]]:
    return [
        row for row in read("sentences/rows.json") if type_ not in row["not"] and (generated or row["ground"] != "ai")
    ]


@cache
def _basis(ground: str, type_: str) -> tuple[str, ...]:
    grounds = read("sentences/grounds.json")[ground]
    return tuple(grounds.get(type_, grounds["other"]))


def _row(rng: Random, filing: dict[str, Any], row: dict[str, Any], values: Values) -> dict[str, Any]:
    last = filing["minutes_per_episode"] * 60 * RATE
    start = 0 if row["ground"] == "titles" else rng.randrange(10 * RATE, last - 100 * RATE)
    basis = _basis(row["ground"], filing["type"])
    return {
        "episode": rng.randint(1, filing["episodes"]),
        "in": timecode(start),
        "out": timecode(start + rng.randrange(3 * RATE, 60 * RATE)),
        "dimension": row["dimension"],
        "problem": phrase(rng, row["problem"], values),
        "basis": [{"norm": basis[0], "clause": basis[1]}] if basis else [],
        "kind": row["kind"],
        "demand": phrase(rng, row["demand"], values),
        "severity": row["severity"],
    }


def _fits(row: dict[str, Any], conclusion: str) -> bool:
    """Must-rows bar a pass; a point of the bottom line (A) asks for another reading."""
    if conclusion == "pass":
        return row["severity"] == "should"
    return conclusion == "re_review" or row["dimension"][0] != "A"


def _chosen(rng: Random, filing: dict[str, Any], conclusion: str) -> list[dict[str, Any]]:
    deck = [row for row in _rows(filing["type"], filing["ai_use"]["kind"] != "none") if _fits(row, conclusion)]
    deck = [row for row in deck if "words" in filing or not STORY.search(row["problem"] + row["demand"])]
    must = [row for row in deck if row["severity"] == "must"]
    first = [row for row in must if row["dimension"][0] == "A"] if conclusion == "re_review" else must
    chosen = rng.sample(first, min(len(first), 1))
    rest = [row for row in deck if row not in chosen]
    return chosen + rng.sample(rest, rng.randint(3, 6) + (not chosen))


def compose_opinion(rng: Random, filing: dict[str, Any], conclusion: str | None = None) -> dict[str, Any]:
    """An opinion on a filing: scores with reasons, 4 to 7 rows within the episode's length, conclusion, comment."""
    values = values_of(rng, filing)
    conclusion = conclusion or rng.choices(CONCLUSIONS, (18, 66, 16))[0]
    chosen = _chosen(rng, filing, conclusion)
    rows = [_row(rng, filing, row, values) for row in chosen]
    fails = {
        row["dimension"].partition(".")[2]: made["problem"]
        for row, made in zip(chosen, rows, strict=True)
        if row["dimension"][0] == "A" and row["severity"] == "must"
    }
    top = {"pass": 94, "pass_after_changes": 90, "re_review": 82}[conclusion]
    scores: dict[str, Any] = {"A": {"fails": fails, "reason": _bottom_line(rng, fails, values)}}
    for dimension in "BCDE":
        scores[dimension] = {"score": rng.randint(top - 16, top), "reason": one(rng, "reasons", dimension, values)}
    rows.sort(key=lambda row: (row["episode"], row["in"]))
    comment = one(rng, "reasons", f"comment_{conclusion}", values)
    return {"scores": scores, "rows": rows, "conclusion": conclusion, "comment": comment}


def _bottom_line(rng: Random, fails: dict[str, str], values: Values) -> str:
    if fails:
        return f"有 {len(fails)} 项须改后再看，见意见条目。"
    return one(rng, "reasons", "A", values)


def compose_screening(rng: Random, filing: dict[str, Any], best: int = 92) -> dict[str, Any]:
    """The four criteria of admission with a score up to `best` and a reason each, and a comment."""
    values = values_of(rng, filing)
    scores: dict[str, Any] = {
        criterion: {"score": rng.randint(best - 28, best), "reason": one(rng, "reasons", criterion, values)}
        for criterion in ("strength", "maturity", "feasibility", "market")
    }
    return {**scores, "comment": one(rng, "reasons", "comment_intake", values)}


def _reports(rng: Random, slot: str, values: Values) -> list[tuple[str, ...]]:
    deck = bank("reasons")[slot] if "A" in values else anonymous("reasons", slot)
    return rng.sample(deck, len(deck))


def compose_progress(rng: Random, filing: dict[str, Any]) -> list[dict[str, Any]]:
    """Two to four reports from preparation to the finished cut, dates and money rising; up to the demonstration's day."""
    values, start, end = values_of(rng, filing), filing["shooting_start"]["days"], filing["shooting_end"]["days"]
    middle = "制作" if filing["type"] == "animation" or filing["form"] == "ai" else "拍摄"
    plan = [("筹备", start - 9, 18), (middle, (start + end) // 2, 47), ("后期", end + 21, 82), ("后期", end + 48, 96)]
    texts = {stage: _reports(rng, f"progress_{slot}", values) for stage, slot in STAGES.items()}
    return [
        {
            "on": {"days": on},
            "stage": stage,
            "percent": percent + rng.randint(-4, 3),
            "spent_wan": filing["investment_wan"] * (percent - 5 + rng.randint(0, 6)) // 100,
            "text": spoken(rng, texts[stage].pop(), values),
            "problem": one(rng, "reasons", "problem", values) if rng.random() < 0.35 else "",
        }
        for stage, on, percent in plan[: rng.randint(2, 4)]
        if on <= 0
    ]


def compose_reason(rng: Random, filing: dict[str, Any], why: str) -> str:
    """A sentence for reject, suspend, withdraw, dormant, urgent, key_project or co_review."""
    return one(rng, "reasons", why, values_of(rng, filing))
