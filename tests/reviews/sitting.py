"""An expert at the reading room, in a real browser: a seat whose film plays, and what the page and the database say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.samplecut import make_sample_cut
from audiovisual.reviews.models import CutPart, OpinionRow
from tests import factories as make
from tests.windows import PATIENCE, opened

SECONDS = 8
STARTS = {1: 25 * 3600, 2: 0}
"""The frame with which each episode's timecode begins."""


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A film that plays."""
    path = tmp_path_factory.mktemp("film") / "cut.mp4"
    make_sample_cut(path, seconds=SECONDS)
    return path.read_bytes()


@pytest.fixture
def filmed(app: Any, film: bytes) -> Any:
    """A seat that reads a cut of two episodes out of three: the third has no file."""
    by = make.producer()
    round_, _experts = make.reading(make.user("officer"), by, experts=1, episodes=3)
    files = {episode: make.stored(by, film, f"第{episode}集.mp4") for episode in STARTS}
    with unit_of_work() as session:
        cut = round_.cut
        for part in cut.parts:
            session.delete(part)
        session.flush()
        for episode, file in files.items():
            given = {"frames": SECONDS * 25, "start_frame": STARTS[episode], "plays": True}
            session.add(CutPart(cut_id=cut.id, episode=episode, file_id=file.id, **given))
        session.flush()
        session.expire(cut)
    return round_.assignments[0]


READY = "document.querySelector('.room.scripted') && document.getElementById('video').readyState > 0"
SENT = "!document.querySelector('form[data-unsaved]')"
SAVED = SENT + " && document.querySelector('[data-autosave-status]').textContent.startsWith('已保存')"


def until(page: Any, what: str) -> None:
    """Wait until this holds on the page (Playwright's own waiting needs an eval that the pages forbid)."""
    for _ in range(150):
        if page.evaluate(what):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"没有等到：{what}")


@dataclass
class Sitting:
    """One expert at the reading room, at a browser with keys, mouse and touch; with what was marked so far."""

    app: Any
    browser: Any
    address: str
    seat: Any
    marks: list[tuple[int, str, str]] = field(default_factory=list)
    """Episode, timecode and words of each row."""
    stood: tuple[int, str] | None = None
    """Where the player stood when the last mark was made, for a way of marking that moves it first."""

    def __post_init__(self) -> None:
        self.page = opened(self.browser, self.app, self.address, self.seat.expert, has_touch=True)
        self.page.set_default_timeout(PATIENCE)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.enter()

    @property
    def room(self) -> str:
        """Address of the room."""
        return f"{self.address}/reviews/tasks/{self.seat.id}/room"

    def close(self) -> None:
        """Leave."""
        self.page.context.close()

    def enter(self, part: str = "") -> None:
        """Open the room, and wait for the film."""
        self.page.goto(self.room + part)
        self.ready()

    def ready(self) -> None:
        """Wait until the film can be moved."""
        until(self.page, READY)

    def keys(self, *names: str) -> None:
        """Press keys, one after the other."""
        for name in names:
            self.page.keyboard.press(name)

    @property
    def now(self) -> tuple[int, str]:
        """Where the player stands: episode and timecode."""
        playing = self.page.locator(".eps a.on").get_attribute("data-episode")
        return int(playing), self.page.locator("[data-now]").inner_text()

    def saved(self) -> None:
        """Wait until everything is on the server, and says so."""
        until(self.page, SAVED)

    def last(self) -> dict[str, Any]:
        """The last row as the page has it, what has the focus, and whether the film stands."""
        return self.page.evaluate(
            """() => {
              const rows = [...document.querySelectorAll("[data-row]")];
              const row = rows.at(-1);
              const { episode, tc_in: place, tc_out: end, problem } = row.querySelector("form").elements;
              return {
                episode: Number(episode.value), place: place.value, end: end.value, said: problem.value,
                open: rows.filter((one) => one.querySelector("details").open).map((one) => rows.indexOf(one) + 1),
                focus: document.activeElement === problem, standing: document.getElementById("video").paused,
              };
            }"""
        )

    def kept(self) -> list[tuple[int, str, str]]:
        """The rows as the database has them."""
        db.session.rollback()
        db.session.expire_all()
        rows = db.session.query(OpinionRow).order_by(OpinionRow.ordinal)
        return [(row.episode, code(row.frame_in, row.episode), row.problem) for row in rows]


def code(frame: int, episode: int) -> str:
    """A frame of an episode as its timecode."""
    seconds, rest = divmod(frame + STARTS[episode], 25)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{rest:02}"
