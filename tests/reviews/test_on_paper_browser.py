"""What is folded away on the screen stands on paper: Chromium's own PDF of a page, read as text."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.reviews.operations import settling
from tests import factories as make
from tests.windows import opened, served

from .stages import differing, points_of

pytest.importorskip("playwright.sync_api")


def test_the_sources_of_a_settled_point_are_on_paper_though_they_are_folded(
    browser: Any, app: Any, tmp_path: Path
) -> None:
    round_, people = differing()
    source = points_of(round_)[1]
    with unit_of_work():
        settling.adopt(round_, make.actor_of(people["officer"]), [source])
        settling.edit(round_.changes[0], make.actor_of(people["officer"]), None, problem="改写过的一句。")
    words = source.problem
    with served(app) as address:
        page = opened(browser, app, address, people["officer"])
        page.goto(f"{address}/reviews/{round_.id}/settle")
        folds = page.locator("main details:not([open])", has_text=words)
        assert folds.count() > 0 and not folds.first.get_by_text(words).first.is_visible(), "folded on the screen"
        page.locator("h1").first.wait_for()
        page.pdf(path=str(tmp_path / "paper.pdf"))
        page.context.close()
    told = subprocess.run(["pdftotext", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert "".join(told.split()).count("".join(words.split())) > 0
