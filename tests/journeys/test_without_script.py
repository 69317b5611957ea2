"""A browser with script switched off: a filing is begun, saved by its button, and submitted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audiovisual.demo.papers import sample_paper

from . import filing
from .stage import Person


def test_a_filing_is_saved_and_submitted_without_script(enter: Callable[..., Person], tmp_path: Path) -> None:
    producer = enter("producer", java_script_enabled=False)
    filing.begin(producer)
    producer.fill("内容概要", "先写一句。")
    producer.fill("集数", "许多")
    producer.press("保存草稿", within=".footbar")
    producer.sees("其余已保存")
    assert producer.page.get_by_label("内容概要").input_value().strip() == "先写一句。"
    filing.write(producer)
    for label in filing.PAPERS:
        paper = tmp_path / f"{label}.pdf"
        paper.write_bytes(sample_paper())
        producer.page.get_by_label(label).set_input_files(str(paper))
    producer.press("保存草稿", within=".footbar")
    producer.sees("100%")
    producer.press("提交", within=".footbar")
    producer.sees(f"确认提交《{filing.TITLE}》")
    producer.press("承诺属实，提交")
    producer.sees("提交成功，编号 苏网种〔", "等省局收件")
