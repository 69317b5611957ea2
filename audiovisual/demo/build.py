"""The demonstration bank: some sixty titles in every state, told act by act through the operations people use.

All titles' scripts are merged by moment and played in that order, each act in a unit of work of its own at the time it
happened; the worker follows behind, as it does in life. Two builds on the same day give the same bank.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from audiovisual.kernel import outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.files import keep_bytes, keep_path
from audiovisual.kernel.model import SHANGHAI, db, happening_at, today, utcnow
from audiovisual.kernel.outbox import OutboxRow
from audiovisual.kernel.samplecut import make_sample_cut
from workflows.records import KEY_STATES

from . import filing_acts, people, texts
from .papers import sample_paper
from .plots import ORDER, Plot
from .script import Script, Stage
from .texts import compose

COMPOSED = (
    ("draft", 4), ("submitted", 5), ("received", 3), ("completing", 2), ("accepted", 4), ("proposed", 3), ("screened", 4),
    ("scheduled", 3), ("in_production", 6), ("composing", 1), ("reading", 2), ("frozen", 1), ("round_proposed", 1),
    ("round_agreed", 1), ("decided", 1), ("rectifying", 1), ("aired", 2), ("refused", 1), ("rejected", 2), ("withdrawn", 1),
    ("suspended", 1), ("dormant", 1), ("refiled", 1),
)  # fmt: skip
AGE = {
    "draft": 2, "submitted": 2, "received": 4, "completing": 12, "accepted": 14, "proposed": 20, "screened": 23, "scheduled": 32,
    "in_production": 84, "composing": 131, "reading": 135, "frozen": 141, "round_proposed": 144, "round_agreed": 147,
    "decided": 150, "rectifying": 160, "aired": 260, "refused": 190, "rejected": 50, "withdrawn": 40, "suspended": 140,
    "dormant": 170, "refiled": 60,
}  # fmt: skip
"""How many days ago a composed title was filed, by where it is left; each further one of a kind some days earlier."""
LATER = ("event", "mail", "render_preview", "render_proposal")
"""Kinds of the outbox that wait until the whole past is told: drafts of papers are made only where they still are drafts."""
OFFICERS = ("qiaomin", "luozhihao", "wenjing", "douhaiyang")
CITIES_WITH_HOUSES = tuple(house["key"] for house in texts.houses() if house["status"] == "admitted")


def build_demo(
    progress: Callable[[str], None] = lambda line: None, composed: Sequence[tuple[str, int]] = COMPOSED
) -> int:  # fmt: skip
    """Build the bank into an empty database; gives the number of titles. `composed`: where the titles beside those written
    in full are left, and how many of each.
    """
    now = today()
    stage = Stage(people.Cast(), now)
    with _quietly():
        _founding(stage)
        scripts = [*_written(stage), *_composed(stage, composed)]
        _play(scripts, progress)
        _keys(stage, scripts)
        _afterwards(stage)
    return len(scripts)


@contextmanager
def _quietly() -> Iterator[None]:
    """Nothing here needs to survive a power cut, so SQLite does not wait for the disk meanwhile."""
    _wait_for_the_disk(False)
    try:
        yield
    finally:
        _wait_for_the_disk(True)


def _tell_everybody() -> None:
    """Put what happened into people's inboxes, each message at its own time. The past is not mailed."""
    with unit_of_work() as session:
        rows = session.scalars(
            select(OutboxRow).where(OutboxRow.kind == "event", OutboxRow.done_at.is_(None)).order_by(OutboxRow.id)
        )
        for row in rows.all():
            with happening_at(row.created_at):
                outbox.HANDLERS["event"](row.payload)
            row.done_at = row.created_at
        session.execute(
            update(OutboxRow).where(OutboxRow.kind == "mail", OutboxRow.done_at.is_(None)).values(done_at=utcnow())
        )
    outbox.work_off()


def _wait_for_the_disk(wait: bool) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    connection = db.engine.raw_connection()  # a pragma does nothing inside a transaction
    connection.cursor().execute(f"PRAGMA synchronous={'FULL' if wait else 'OFF'}")
    connection.close()


def _moment(stage: Stage, days: int, hour: int = 10) -> datetime:
    return datetime.combine(stage.today + timedelta(days=days), time(hour), SHANGHAI)


def _at(stage: Stage, days: int, act: Callable[..., None], *args: Any) -> None:
    with happening_at(_moment(stage, days)), unit_of_work():
        act(*args)


def _founding(stage: Stage) -> None:
    """Everybody the scripts need: bureau and experts first, then the houses in the order they came."""
    key = people.password_hash()
    _at(stage, -900, people.enter_staff, stage.cast, key)
    _at(stage, -899, people.enter_experts, stage.cast, key, stage.today)
    for house in sorted(texts.houses(), key=lambda h: h["applied_on"]["days"]):
        _at(stage, house["applied_on"]["days"], people.register_house, stage.cast, house, key, stage.today)
        if house["decided_on"]:
            _at(stage, house["decided_on"]["days"], people.judge_house, stage.cast, house)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "样片.mp4"
        make_sample_cut(clip, 8, Fraction(25))
        with happening_at(_moment(stage, -890)):
            stored = keep_path(clip, "样片_第1集.mp4", "video/mp4", stage.cast.users["lintianyu"])
            stage.clip_id = stored.id
            db.session.commit()
    with happening_at(_moment(stage, -890)), unit_of_work():
        stage.paper_id = keep_bytes(
            sample_paper(), "盖章材料（样张）.pdf", "application/pdf", stage.cast.users["lintianyu"]
        ).id


def _written(stage: Stage) -> list[Script]:
    """Scripts of the twelve titles written in full."""
    reviews, scripts = texts.reviews(), []
    for serial, given in enumerate(texts.titles(), 1):
        review = reviews.get(given["slug"])
        officer = review["officer"] if review else OFFICERS[serial % 3]
        until = "frozen" if given["slug"] == "zaocha-liudian" else given["stage"]
        scripts.append(Plot(stage, serial, given, until, officer, review).written())
    return scripts


def _composed(stage: Stage, composed: Sequence[tuple[str, int]]) -> list[Script]:
    """Scripts of the titles composed from sentences."""
    rng, used, scripts = random.Random(20261122), {given["title"] for given in texts.titles()}, []
    kinds = [(kind, n) for kind, count in composed for n in range(count)]
    for serial, (kind, n) in enumerate(kinds, 20):
        given = _shifted(compose.compose_filing(rng, used), -AGE[kind] - 3 * n)
        given["house"] = CITIES_WITH_HOUSES[serial % len(CITIES_WITH_HOUSES)]
        given["screening"] = given.get("screening") or compose.compose_screening(rng, given)
        if (kind in ORDER and ORDER.index(kind) >= ORDER.index("in_production")) or kind in ("suspended", "refused"):
            given["progress"] = _progress(rng, given)
        review = _review(rng, given, kind) if kind == "refused" or kind in ORDER[ORDER.index("composing") :] else None
        scripts.append(Plot(stage, serial, given, kind, OFFICERS[serial % 4], review).written())
    return scripts


def _shifted(given: dict[str, Any], filed: int) -> dict[str, Any]:
    """The same filing, filed on another day: every day in it moves along; the plan's nodes follow the filing."""
    by = filed - given["filed_on"]["days"]
    moved = {**given, "filed_on": {"days": filed}}
    for key in ("shooting_start", "shooting_end", "release_on"):
        moved[key] = {"days": given[key]["days"] + by}
    nodes = (("剧本定稿", 30), ("开机", 42), ("杀青", 84), ("送审", 118), ("上线", 190))
    moved["milestones"] = [
        {
            "name": name,
            "planned": {"days": filed + after},
            "actual": {"days": filed + after + 3} if filed + after + 3 < 0 else None,
        }
        for name, after in nodes
    ]
    moved["shooting_start"], moved["shooting_end"] = {"days": filed + 42}, {"days": filed + 84}
    moved["release_on"] = {"days": filed + 190}
    return moved


def _progress(rng: random.Random, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Reports at one-month steps after the start."""
    begun = given["filed_on"]["days"] + 46
    reports = compose.compose_progress(rng, given)
    return [
        {**report, "on": {"days": begun + 10 + 31 * n}} for n, report in enumerate(reports) if begun + 10 + 31 * n < -1
    ]


def _review(rng: random.Random, given: dict[str, Any], kind: str) -> dict[str, Any]:
    """A round with composed opinions, its days counted from the delivery."""
    opened = given["filed_on"]["days"] + 126
    opinions = [
        {**compose.compose_opinion(rng, given), "expert": "", "signed_on": {"days": opened + 7 + n}} for n in range(3)
    ]
    agreed = "三位专家均同意修改后通过，意见集中在语言文字、标识和个别情节上，均可操作。"
    return {
        "cut": {"label": "送审版 v1"}, "opened_on": {"days": opened}, "opinions": opinions, "settled": None,
        "waiting": 1 if kind == "reading" else 0, "signed": 1,
        "consultation": {"on": {"days": opened + 12}, "text": agreed, "conclusion": "pass_after_changes"},
        "head": {"on": {"days": opened + 14}, "reason": "意见有据，同意。"},
        "leader": {"on": {"days": opened + 16}, "reason": "同意，逐条核验到位。"},
    }  # fmt: skip


def _play(scripts: list[Script], progress: Callable[[str], None]) -> None:
    """Play every act of every title in the order it happened, the worker behind each."""
    acts = sorted((act for script in scripts for act in script.acts), key=lambda act: (act[0], act[1]))
    for count, (moment, _serial, act) in enumerate(acts, 1):
        with happening_at(moment):
            with unit_of_work():
                act()
            outbox.work_off(but=LATER)
        if count % 200 == 0:
            progress(f"{count} / {len(acts)}")


def _keys(stage: Stage, scripts: list[Script]) -> None:
    """The year's key titles: those the texts name first, then others that are well under way."""
    named = [(s, t["key_project"]) for s, t in zip(scripts, texts.titles(), strict=False) if t.get("key_project")]
    reason = "题材扎实、团队稳定，四项标准综合得分靠前，服务需求明确。"
    others = [(s, {"reason": reason, "steward": OFFICERS[n % 3]}) for n, s in enumerate(scripts[12:]) if s.project_id]
    slot = 0
    for script, wanted in [*named, *others]:
        with happening_at(_moment(stage, -1)), unit_of_work():
            if slot >= 7 or script.project().state not in KEY_STATES:
                continue
            if script.project().key_year is not None:
                continue
            slot += 1
            filing_acts.choose_key(script, wanted["reason"], wanted["steward"], slot, stage.today.year)


def _afterwards(stage: Stage) -> None:
    """Leavers leave, licences get their real day, deputies stand in, the log-in page shows its accounts."""
    for house in texts.houses():
        _at(stage, -1, people.set_licence, stage.cast, house, stage.today)
        for person in house["people"]:
            if person["left_on"]:
                _at(stage, person["left_on"]["days"], people.let_leave, stage.cast, person, house)
    with unit_of_work():
        people.delegate(stage.cast, stage.today)
        people.show_accounts(stage.cast)
    _tell_everybody()
