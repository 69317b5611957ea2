"""Ten files of a cut in one sitting, with everything between them that happens to people: in Chromium, by equality."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audiovisual.kernel import uploads
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.uploads import PIECE, Upload
from audiovisual.projects.models import Project
from audiovisual.reviews.cut_files import episode_in
from audiovisual.reviews.models import Cut
from tests import factories as make
from tests.windows import opened, served

playwright = pytest.importorskip("playwright.sync_api")
HEAD = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
DONE, BROKEN, GONE = "已传完", "网络断了", "服务器上没有前面传的部分了"


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with served(app) as at:
        yield at


def named(episode: int) -> str:
    return f"第{episode:02d}集.mp4"


def film(folder: Path, episode: int) -> Path:
    """A file of its own for an episode: one piece, and a little."""
    path = folder / named(episode)
    if not path.exists():
        path.write_bytes(HEAD + bytes([episode]) * PIECE + str(episode).encode())
    return path


class Sitting:
    """A producer at the page of a cut, sending episode after episode."""

    def __init__(self, browser: Any, app: Any, address: str, folder: Path, episodes: int) -> None:
        self.folder = folder
        self.by = make.producer()
        self.project = make.project("in_production", by=self.by, episodes=episodes)
        self.path = f"/projects/{self.project.id}/cut/new"
        self.open = lambda: opened(browser, app, address, self.by)
        self.page = self.open()
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.goto(self.path)
        self.sent: dict[int, bytes] = {}

    def row(self, episode: int, page: Any = None) -> Any:
        return (page or self.page).locator("[data-upload-list] li", has_text=named(episode))

    def choose(self, episode: int, page: Any = None) -> Any:
        """Choose the file of an episode; gives its row."""
        file = film(self.folder, episode)
        self.sent[episode] = file.read_bytes()
        (page or self.page).set_input_files("#cut", file)
        return self.row(episode, page)

    def done(self, episode: int, page: Any = None) -> None:
        self.row(episode, page).get_by_text(DONE).wait_for()

    def breaking_off(self, episode: int) -> list[Any]:
        """Choose an episode whose second piece is held on the line; gives the requests that are held."""
        held: list[Any] = []

        def hold(route: Any) -> None:
            if route.request.method == "PATCH" and route.request.headers["upload-offset"] == str(PIECE):
                held.append(route)
            else:
                route.continue_()

        self.page.route("**/files/uploads/**", hold)
        self.choose(episode)
        while not held:
            self.page.wait_for_timeout(20)
        return held

    def let_go(self) -> None:
        self.page.unroute("**/files/uploads/**")

    def tokens(self) -> dict[str, str]:
        """Names and states of what the database has of this form."""
        db.session.rollback()
        rows = db.session.query(Upload).filter_by(owner_id=self.by.id, place=f"cut:{self.project.id}")
        return {row.name: row.state for row in rows}


def plainly(at: Sitting, episode: int) -> None:
    at.choose(episode)
    at.done(episode)


def with_a_reload(at: Sitting, episode: int) -> None:
    plainly(at, episode)
    at.page.reload()
    at.done(episode)


def and_back(at: Sitting, episode: int) -> None:
    plainly(at, episode)
    at.page.goto(f"/projects/{at.project.id}")
    at.page.go_back()
    at.done(episode)


def in_a_second_window(at: Sitting, episode: int) -> None:
    other = at.open()
    other.goto(at.path)
    at.choose(episode, other)
    at.done(episode, other)
    assert sorted(at.tokens().values()) == ["finished"] * len(at.sent)
    other.context.close()
    at.page.reload()
    at.done(episode)


def with_the_line_lost(at: Sitting, episode: int) -> None:
    held = at.breaking_off(episode)
    at.page.context.set_offline(True)
    held.pop().abort("internetdisconnected")
    at.row(episode).get_by_text(BROKEN).wait_for()
    at.let_go()
    at.page.context.set_offline(False)
    at.done(episode)


def stopped_and_resumed(at: Sitting, episode: int) -> None:
    held = at.breaking_off(episode)
    at.row(episode).get_by_role("button", name="停止").click()
    at.row(episode).get_by_text("已停下").wait_for()
    held.clear()
    at.let_go()
    at.row(episode).get_by_role("button", name="继续").click()
    at.done(episode)


def left_and_chosen_again(at: Sitting, episode: int) -> None:
    """The page is left in the middle: the part is listed, and the same file goes on behind it."""
    at.breaking_off(episode).pop().abort()
    at.let_go()
    at.page.reload()
    at.row(episode).get_by_text("还没有传完").wait_for()
    asked: list[str] = []
    note = lambda request: asked.append(request.headers["upload-offset"]) if request.method == "PATCH" else None  # noqa: E731
    at.page.on("request", note)
    at.choose(episode)
    at.done(episode)
    at.page.remove_listener("request", note)
    assert asked == [str(PIECE)]


def with_the_servers_half_gone(at: Sitting, episode: int) -> None:
    held = at.breaking_off(episode)
    at.row(episode).get_by_role("button", name="停止").click()
    held.clear()
    at.let_go()
    with unit_of_work():
        uploads.discard(db.session.query(Upload).filter_by(name=named(episode), place=f"cut:{at.project.id}").one())
    at.row(episode).get_by_role("button", name="继续").click()
    at.row(episode).get_by_text(GONE).wait_for()
    at.row(episode).get_by_role("button", name="从头再传").click()
    at.done(episode)


def with_refusals_between(at: Sitting, episode: int) -> None:
    """What was refused says so until it is removed; nothing of it is kept."""
    text = {"name": "第99集.mp4", "mimeType": "video/mp4", "buffer": "这不是视频".encode() * 50}
    at.page.set_input_files("#cut", [{"name": "剧本.exe", "mimeType": "", "buffer": b"MZ"}, text])
    refused = at.page.locator("[data-upload-list] li[data-state=unfit]")
    refused.nth(1).wait_for()
    plainly(at, episode)
    at.page.wait_for_timeout(1500)
    assert sorted(line.inner_text() for line in refused.locator(".state-line.lk").all()) == [
        "“剧本.exe”不能传到这里：这里只收 MP4、MOV、MKV、MXF、WebM。", "“第99集.mp4”的内容是纯文字，不是 MP4 视频。请重新导出后上传。",
    ]  # fmt: skip
    while refused.count():
        refused.first.get_by_role("button", name="去掉").click()
    assert "第99集.mp4" not in at.tokens()


def chosen_twice(at: Sitting, episode: int) -> None:
    plainly(at, episode)
    at.choose(episode)
    at.page.get_by_text(f"“{named(episode)}”已经选过了，在下面。").wait_for()


def exported_anew(at: Sitting, episode: int) -> None:
    """Under the same name: the later one takes the place of the earlier."""
    plainly(at, episode)
    file = film(at.folder, episode)
    file.write_bytes(file.read_bytes() + b"again")
    at.choose(episode)
    at.page.locator(f"[data-upload-list] li[data-state=done][data-bytes='{file.stat().st_size}']").wait_for()


def with_one_removed(at: Sitting, episode: int) -> None:
    plainly(at, episode)
    at.row(episode).get_by_role("button", name="去掉").click()
    at.row(episode).wait_for(state="detached")
    at.page.reload()
    assert at.row(episode).count() == 0 and named(episode) not in at.tokens()
    plainly(at, episode)


EVERYDAY = (with_a_reload, with_the_line_lost, with_the_servers_half_gone)
ALL = (
    with_a_reload, with_the_line_lost, and_back, with_refusals_between, in_a_second_window,
    left_and_chosen_again, with_the_servers_half_gone, with_one_removed, stopped_and_resumed, chosen_twice, exported_anew,
)  # fmt: skip


@pytest.mark.parametrize("ways", [EVERYDAY, pytest.param(ALL, marks=pytest.mark.slow)], ids=["everyday", "all"])
def test_a_cut_is_sent_file_by_file_whatever_happens_between(
    browser: Any, app: Any, address: str, tmp_path: Path, ways: tuple[Callable[[Sitting, int], None], ...]
) -> None:
    at = Sitting(browser, app, address, tmp_path, len(ways))
    for episode, way in enumerate(ways, 1):
        way(at, episode)
        states = [row.get_attribute("data-state") for row in at.page.locator("[data-upload-list] li").all()]
        assert states == ["done"] * episode, way.__name__
        assert at.tokens() == {named(n): "finished" for n in range(1, episode + 1)}
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("样片已送审").wait_for()
    db.session.rollback()
    cut = db.session.query(Cut).one()
    assert {part.episode: part.file.sha256 for part in cut.parts} == {
        episode: hashlib.sha256(content).hexdigest() for episode, content in at.sent.items()
    }
    assert all(part.file.path.read_bytes() == at.sent[part.episode] for part in cut.parts)
    assert db.session.get(Project, at.project.id).state == "in_review"
    assert set(at.tokens().values()) == {"taken"}
    left = [name for name in os.listdir(uploads.files.incoming()) if not name.startswith("placed-")]
    assert left == []
    at.page.context.close()


def test_missing_episodes_are_named_as_soon_as_the_files_are_chosen(
    browser: Any, app: Any, address: str, tmp_path: Path
) -> None:
    at = Sitting(browser, app, address, tmp_path, 4)
    told = at.page.locator("[data-lacking]")
    assert not told.is_visible()
    plainly(at, 1)
    assert "还缺第 2—4 集" in told.inner_text()
    plainly(at, 3)
    assert "还缺第 2、4 集" in told.inner_text()
    at.page.get_by_label("这次先送这些集，缺第 2、4 集").check()
    at.page.get_by_label("缺的各集怎样安排").fill("12 月 20 日前送。")
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("样片已送审").wait_for()
    db.session.rollback()
    cut = db.session.query(Cut).one()
    assert ([part.episode for part in cut.parts], cut.partial_note) == ([1, 3], "12 月 20 日前送。")
    at.page.context.close()


def test_the_page_reads_names_of_files_as_the_server_does(browser: Any, app: Any, address: str, tmp_path: Path) -> None:
    at = Sitting(browser, app, address, tmp_path, 2)
    names = [
        "第3集.mp4", "EP03 终混.mov", "03.mp4", "e 12.mp4", "第１２话.mp4", "半山灯.mp4", "第1集第2集.mp4", "2026-03.mp4",
        "Episode_7 v2.mp4", "the 4.mp4", "第 5 回.mp4", "0.mp4", "1234.mp4", "scene5.mp4",
    ]  # fmt: skip
    module = "document.querySelector('script[src*=\"js/upload.js\"]').src.replace('upload.js', 'episodes.js')"
    read = at.page.evaluate(f"(names) => import({module}).then((module) => names.map(module.episodeIn))", names)
    assert read == [episode_in(name) for name in names]
    at.page.context.close()


def test_a_form_waits_for_its_files_and_says_so(browser: Any, app: Any, address: str, tmp_path: Path) -> None:
    at = Sitting(browser, app, address, tmp_path, 1)
    held = at.breaking_off(1)
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("还有 1 个文件正在传，传完再按；不等就先去掉。").wait_for()
    assert db.session.query(Cut).count() == 0
    held.pop().continue_()
    at.let_go()
    at.done(1)
    said = at.page.locator("[data-upload-alert]:visible")
    said.get_by_text("传完了，请再按一次。", exact=True).wait_for()
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("样片已送审").wait_for()
    at.page.context.close()


def test_what_was_wrong_without_the_file_is_not_said_any_more_once_it_is_there(
    browser: Any, app: Any, address: str, tmp_path: Path
) -> None:
    at = Sitting(browser, app, address, tmp_path, 1)
    at.page.get_by_role("button", name="送审", exact=True).click()
    wrong = at.page.locator("#cut-error")
    wrong.wait_for()
    at.choose(1)
    at.done(1)
    wrong.wait_for(state="detached")
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("样片已送审").wait_for()
    at.page.context.close()


def test_a_file_removed_on_its_way_holds_nothing_up(browser: Any, app: Any, address: str, tmp_path: Path) -> None:
    at = Sitting(browser, app, address, tmp_path, 2)
    plainly(at, 1)
    at.breaking_off(2).pop()
    at.page.get_by_role("button", name="送审", exact=True).click()
    said = at.page.locator("[data-upload-alert]:visible")
    said.wait_for()
    at.row(2).get_by_role("button", name="去掉").click()
    at.row(2).wait_for(state="detached")
    assert said.count() == 0
    at.page.context.close()


def test_what_did_not_arrive_is_not_left_out_in_silence(browser: Any, app: Any, address: str, tmp_path: Path) -> None:
    at = Sitting(browser, app, address, tmp_path, 2)
    plainly(at, 1)
    at.breaking_off(2).pop().abort()
    at.let_go()
    at.page.reload()
    at.done(1)
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("“第02集.mp4”没有传完，没有附上。请接着传完；不要它就去掉，再按一次。").first.wait_for()
    assert db.session.query(Cut).count() == 0
    at.done(1)
    at.choose(2)
    at.done(2)
    at.page.get_by_role("button", name="送审", exact=True).click()
    at.page.get_by_text("样片已送审").wait_for()
    db.session.rollback()
    assert [part.episode for part in db.session.query(Cut).one().parts] == [1, 2]
    at.page.context.close()


def test_a_file_chosen_before_the_script_is_there_is_sent(browser: Any, app: Any, address: str, tmp_path: Path) -> None:
    at = Sitting(browser, app, address, tmp_path, 1)
    late: list[Any] = []
    at.page.route("**/js/upload.js*", lambda route: late.append(route))
    at.page.goto(at.path, wait_until="commit")
    at.page.locator("#cut").wait_for()
    at.choose(1)
    while not late:
        at.page.wait_for_timeout(20)
    late[0].continue_()
    at.done(1)
    assert at.tokens() == {named(1): "finished"}


def all_is_kept(page: Any) -> None:
    page.locator("form[data-unsaved]").wait_for(state="detached")


def test_a_file_sent_from_another_window_asks_nothing_about_what_is_written(
    browser: Any, app: Any, address: str, tmp_path: Path
) -> None:
    at = Sitting(browser, app, address, tmp_path, 3)
    plainly(at, 1)
    all_is_kept(at.page)
    other = at.page.context.new_page()
    other.goto(at.path)
    at.choose(2, other)
    at.done(2, other)
    all_is_kept(other)
    plainly(at, 3)
    at.page.fill("[name=note]", "第三集改过片名。")
    all_is_kept(at.page)
    at.page.reload()
    assert at.page.input_value("[name=note]") == "第三集改过片名。"
    for episode in (1, 2, 3):
        at.done(episode)
    at.page.context.close()
