"""Everything that composes, under one roof. Pure functions of a seeded `random.Random`: same seed, same texts."""

from __future__ import annotations

from .filing import TYPES, compose_filing
from .naming import compose_title, people, person_name
from .opinion import compose_opinion, compose_progress, compose_reason, compose_screening, timecode

__all__ = [
    "TYPES",
    "compose_filing",
    "compose_opinion",
    "compose_progress",
    "compose_reason",
    "compose_screening",
    "compose_title",
    "people",
    "person_name",
    "timecode",
]
