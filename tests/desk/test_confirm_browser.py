"""A confirmation that opens in place is read and pressed in every table, at every width, however narrow its column."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.people.operations import delegations, invitations
from audiovisual.projects.operations import office
from tests import factories as make
from tests.projects.test_filing_browser import address, opened

playwright = pytest.importorskip("playwright.sync_api")
__all__ = ["address"]

WIDTHS = (1440, 820, 390)
READABLE = 240
"""Pixels a confirmation is wide at least."""
SEEN = """(form) => {
  form.querySelector("button.btn-primary").scrollIntoView({ block: "center", behavior: "instant" });
  const box = form.getBoundingClientRect(), button = form.querySelector("button.btn-primary").getBoundingClientRect();
  const hit = document.elementFromPoint(button.x + button.width / 2, button.y + button.height / 2);
  const inside = [...form.querySelectorAll("p, button")].every((it) => it.scrollWidth <= Math.ceil(it.clientWidth) + 1);
  return {
    width: Math.round(box.width), left: box.left >= 0, right: box.right <= document.documentElement.clientWidth,
    pressed: form.contains(hit), whole: inside, page: document.documentElement.scrollWidth <= innerWidth,
  };
}"""
"""Whether an open confirmation stands inside the page, nothing over its button, no word cut."""


def pages() -> list[tuple[Any, str]]:
    """Each table in which something is confirmed: who reads it, and where."""
    house = make.house()
    producer, mate = make.producer(house), make.producer(house)
    officer, deputy, admin = make.user("officer"), make.user("officer"), make.user("admin")
    title = make.project("accepted", by=producer, officer=officer)
    with unit_of_work():
        office.remark(title, make.actor_of(producer), "协审要多久？能不能先看一遍分集大纲，再定送审的日子？" * 3)
    with unit_of_work():
        until = today() + timedelta(days=9)
        delegations.delegate(make.actor_of(officer), deputy.id, "officer", today(), until, "到北京出差开会。")
        invitations.invite(make.actor_of(admin), "a.very.long.address.of.somebody@example.test", "钱新来", ["officer"])
    assert mate.house_id == house.id
    return [
        (officer, "/"),
        (officer, f"/projects/{title.id}"),
        (officer, "/delegations"),
        (producer, f"/houses/{house.id}"),
        (admin, "/invitations"),
        (admin, f"/people/{officer.id}"),
    ]


def test_confirmations_are_read_and_pressed_in_every_table(browser: Any, app: Any, address: str) -> None:
    wrong = []
    for person, path in pages():
        page = opened(browser, app, address, person)
        page.goto(f"{address}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = page.locator("main details.confirm")
            assert found.count(), path
            for place in range(found.count()):
                found.nth(place).locator("> summary").click()
                seen = found.nth(place).locator("form.confirm-b").evaluate(SEEN)
                if seen["width"] < READABLE or not all(seen.values()):
                    wrong.append((path, width, place, seen))
                found.nth(place).locator("> summary").click()
        page.context.close()
    assert not wrong, "\n".join(map(str, wrong))


def test_a_question_is_marked_as_done_from_the_desk_after_a_confirmation(browser: Any, app: Any, address: str) -> None:
    (officer, _path), *_others = pages()
    page = opened(browser, app, address, officer, viewport={"width": 390, "height": 800})
    page.goto(f"{address}/")
    page.locator("summary", has_text="标为已处理").click()
    page.get_by_text("这条提问不再是待办").wait_for()
    page.get_by_role("button", name="确认：标为已处理").click()
    page.get_by_text("已标为处理过。").wait_for()
    page.context.close()
