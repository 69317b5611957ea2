"""What the worker reads of a delivered cut: length, rate, start timecode, and whether browsers play it."""

from __future__ import annotations

from typing import Any

from audiovisual.kernel import media, outbox
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.text import pack
from workflows.errors import RuleBroken

from .models import CutPart


@outbox.handles_slowly("probe_cut", attempts=outbox.A_DAY, long=True)
def probe_cut(payload: dict[str, Any]) -> None:
    """Look into one file of a cut and keep its facts; a file that cannot be read keeps the sentence that says so."""
    part = db.session.get(CutPart, payload["part"])
    if part is None or part.plays is not None:
        return
    path = part.file.path
    db.session.rollback()  # no transaction stays open while the file is read
    facts = _facts(path)
    with unit_of_work():
        for name, value in facts.items():
            setattr(part, name, value)


def _facts(path: Any) -> dict[str, Any]:
    try:
        found = media.probe(path)
    except RuleBroken as refusal:
        return {"plays": False, "detail": {"problem": pack(refusal.sentence)}}
    detail = {
        "width": found.width, "height": found.height, "codec": found.codec, "audio": found.audio_codec,
        "varies": found.varies,
    }  # fmt: skip
    if found.unplayed is not None:
        detail["unplayed"] = pack(found.unplayed)
    return {
        "frames": found.duration_frames, "rate_num": found.rate.numerator, "rate_den": found.rate.denominator,
        "start_frame": found.start_frame, "drop": found.drop, "plays": found.browser_plays, "detail": detail,
    }  # fmt: skip
