"""What happens to one title, as a list of moments: from its filing to the stage its text wants to leave it at.

Days count from the day of the demonstration. An act never happens before the one that precedes it, nor in the future.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from audiovisual.kernel.files import StoredFile
from audiovisual.kernel.model import SHANGHAI, db
from audiovisual.projects.models import Project

from .people import Cast

Act = Callable[[], None]


@dataclass
class Stage:
    """What every script shares: the people, the day, the files they hand in."""

    cast: Cast
    today: date
    paper_id: int = 0
    clip_id: int = 0

    def paper(self) -> StoredFile:
        """The PDF all demonstration papers are."""
        return db.session.get_one(StoredFile, self.paper_id)

    def clip(self) -> StoredFile:
        """The sample cut."""
        return db.session.get_one(StoredFile, self.clip_id)


@dataclass
class Script:
    """The moments of one title, in order. `project_id` is known once its draft is made."""

    stage: Stage
    serial: int
    project_id: int = 0
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    over: bool = False
    _last: datetime | None = None

    @property
    def cast(self) -> Cast:
        return self.stage.cast

    def project(self) -> Project:
        """The title as it stands now."""
        return db.session.get_one(Project, self.project_id)

    def at(self, days: int, act: Act) -> None:
        """Let `act` happen that many days from today (negative: in the past), in office hours; a weekend waits."""
        if self.over:
            return
        day = self.stage.today + timedelta(days=days)
        while day.weekday() > 4:
            day += timedelta(days=1)
        hour = 9 + (self.serial * 37 + len(self.acts) * 53) % 480 // 60
        moment = datetime.combine(day, time(hour, (self.serial * 17 + len(self.acts) * 29) % 60), SHANGHAI)
        if self._last is not None and moment <= self._last:
            moment = self._last + timedelta(minutes=7)
        if moment >= datetime.combine(self.stage.today, time(8, 30), SHANGHAI):
            self.over = True  # the rest has not happened yet
            return
        self._last = moment
        self.acts.append((moment, self.serial, act))


def frame(timecode: str) -> int:
    """HH:MM:SS:FF at 25 frames a second, as a frame."""
    hours, minutes, seconds, frames = map(int, timecode.split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * 25 + frames


def yuan(wan: Any) -> int | None:
    """万元 as whole yuan."""
    return None if wan is None else round(float(wan) * 10_000)
