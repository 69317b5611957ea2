"""The diagram in the README is the table, drawn: whoever changes a step writes the README anew."""

from __future__ import annotations

from pathlib import Path

from workflows.diagram import mermaid
from workflows.project import PROJECT

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_shows_the_table_as_it_is():
    drawn = README.read_text("utf-8").split("```mermaid\n")[1].split("\n```")[0]
    assert drawn == mermaid(PROJECT), (
        "把 README 里的状态图换成 python -c 'from workflows.diagram import mermaid; …' 的输出"
    )
