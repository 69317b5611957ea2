"""The line is cut, the server is killed, while somebody writes: what was written is found again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from . import filing
from .stage import Person, Server

FIRST, SECOND, THIRD = "清晨的染坊雾气未散。", "她把账本交到老周手里。", "那只木箱里装的是什么，没有人愿意先开口。"


def test_text_written_while_the_line_is_cut_is_saved_when_it_is_back(enter: Callable[..., Person]) -> None:
    producer = enter("producer")
    filing.begin(producer)
    producer.fill("内容概要", FIRST)
    producer.saved()
    producer.context.set_offline(True)
    producer.fill("内容概要", FIRST + SECOND)
    producer.page.get_by_text("连不上服务器，文字已留在本机").wait_for()
    producer.context.set_offline(False)
    producer.saved()
    producer.page.reload()
    assert _synopsis(producer) == FIRST + SECOND


@pytest.mark.slow
def test_text_written_while_the_server_is_dead_is_offered_when_the_page_is_opened_again(
    server: Server, enter: Callable[..., Person]
) -> None:
    producer = enter("producer")
    filing.begin(producer)
    producer.fill("内容概要", FIRST)
    producer.saved()
    server.kill()
    producer.fill("内容概要", FIRST + THIRD)
    producer.page.get_by_text("连不上服务器，文字已留在本机").wait_for()
    draft = producer.page.url
    producer.go("about:blank")  # a page left open would send the text by itself, as the test above shows
    server.start()
    producer.go(draft)
    assert _synopsis(producer) == FIRST
    producer.press("取回")
    assert _synopsis(producer) == FIRST + THIRD
    producer.saved()
    producer.page.reload()
    assert _synopsis(producer) == FIRST + THIRD
    assert server.command("audit", "verify").returncode == 0


def _synopsis(producer: Person) -> str:
    return str(producer.page.get_by_label("内容概要").input_value()).strip()


@pytest.mark.slow
def test_a_form_that_said_its_draft_is_saved_is_there_after_the_server_was_killed(
    server: Server, enter: Callable[..., Person]
) -> None:
    producer = enter("producer")
    producer.go("/account")
    producer.fill("职务", "制片人，写到一半")
    producer.page.get_by_text("草稿已保存").wait_for()
    server.kill()
    producer.go("about:blank")
    server.start()
    producer.go("/account")
    producer.sees("上次写到一半的内容")
    assert producer.page.get_by_label("职务").input_value() == "制片人，写到一半"
