"""What a journey needs: the program as it is started in earnest, people with browsers of their own, papers to attach."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from audiovisual.kernel.signing import Serializer
from tests.attacks.live import ROOT, SECRET, free_port
from tests.windows import PATIENCE

from .words import HAN, english_of, foreign, in_english

PASSWORD = "Chunshui-matou-2026"


def mailed_link(email: str) -> str:
    """The path of the link that is mailed to whoever wants to register a house from that address."""
    return f"/houses/register/{Serializer(SECRET, salt='people.registration').dumps(email)}"


@dataclass
class Server:
    """`make run` on one bank: two web workers and the outbox worker."""

    instance: Path
    url: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of this bank and none of the surroundings'."""
        own = {key: value for key, value in os.environ.items() if not key.startswith(("SEEDBANK", "DATABASE"))}
        return own | {
            "SEEDBANK_INSTANCE": str(self.instance), "DATABASE_URL": self.url, "SECRET_KEY": SECRET, "PORT": str(self.port),
            "SEEDBANK_KEYS": os.environ["SEEDBANK_KEYS"],  # the bank was made with them
        }  # fmt: skip

    def start(self) -> None:
        """Start, and wait for the line with the address."""
        command = [sys.executable, "-m", "audiovisual.ground.serve"]
        with self.log.open("ab") as log:
            starts = self.log.read_text().count("已启动")
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 90
        while self.log.read_text().count("已启动") <= starts:
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.1)

    @property
    def log(self) -> Path:
        """All that the processes print."""
        return self.instance / "server.log"

    def kill(self) -> None:
        """kill -9 all of it: server, web workers, outbox worker."""
        assert self.process is not None
        for pid in (self.process.pid, *_below(self.process.pid)):
            os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End politely."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`flask --app wsgi …` on the same bank."""
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)


def _below(pid: int) -> list[int]:
    """Every process that this one started, and those that they started."""
    children = [int(each) for task in Path(f"/proc/{pid}/task").glob("*/children") for each in task.read_text().split()]
    return children + [grandchild for child in children for grandchild in _below(child)]


NARROWER = (1200, 820, 390)
"""Widths at which each page of a journey is looked at as well: at all in the full run (SEEDBANK_FULL=1), at one in the
everyday one, each in turn."""
FULL = bool(os.environ.get("SEEDBANK_FULL"))
SQUEEZED = """() => {
    const one = [...document.querySelectorAll("td, th")].find((cell) => {
        const box = cell.getBoundingClientRect();
        const text = cell.innerText.trim();
        const head = cell.closest("thead");
        if (head && getComputedStyle(head).position === "absolute") return false;  // of cards: for those who hear it
        return text.length > 3 && box.width > 0 && box.width < 30 && box.height > 60;
    });
    return one ? one.innerText.trim().slice(0, 20) : "";
}"""
"""A cell of a table with a character on each line."""
WIDER_THAN_THE_WINDOW = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width + 1) return "";
    const wide = [...document.body.querySelectorAll("*")].find((one) => one.getBoundingClientRect().right > width + 1);
    return wide ? `${wide.tagName} ${wide.className}` : "page";
}"""


TYPED: set[str] = set()
"""What people of this journey typed: their own words stand on the pages of every language."""
ALL_THAT_IS_SAID = """() => [document.title, document.body.innerText,
    ...[...document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")].flatMap((one) =>
        ["aria-label", "title", "placeholder", "alt"].map((name) => one.getAttribute(name) || ""))].join("\\n")"""


class Person:
    """Somebody at a browser: finds things by their words, as people do, in the language they read.

    `faults` gathers what no page may have: an error on the console, something wider than the window, and for who reads
    English a Chinese word that nobody typed.
    """

    def __init__(self, browser: Any, address: str, login: str, language: str = "zh_CN", **context: Any) -> None:
        self.address, self.login, self.language = address, login, language
        self.faults: list[str] = []
        self.looked: set[str] = set()
        self.context = browser.new_context(
            base_url=address, locale="zh-CN", viewport={"width": 1440, "height": 900}, accept_downloads=True, **context
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("dialog", lambda dialog: dialog.accept())
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("console", self._heard)
        self.page.on("request", self._typed)
        self.desk: Any = None

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"{self.page.url}: {message.text}")

    def _typed(self, request: Any) -> None:
        if request.method == "POST" and "octet-stream" not in request.headers.get("content-type", ""):
            body = unquote_plus((request.post_data_buffer or b"").decode("utf-8", "ignore"))
            TYPED.update(HAN.findall(body))

    def word(self, text: str) -> str:
        """A text of the product as this person reads it."""
        return in_english(text) if self.language == "en" else text

    def saying(self, fragment: str) -> re.Pattern[str]:
        """A piece of a text of the product, as it stands on a page this person reads."""
        return english_of(fragment) if self.language == "en" else re.compile(re.escape(fragment))

    def log_in(self) -> Person:
        """By name and password, in the language chosen before."""
        self.choose_language()
        self.fill("用户名", self.login)
        self.fill("密码", PASSWORD)
        self.press("登录")
        self.page.locator(".who").get_by_text(re.compile(self.word("退出登录"))).first.wait_for(state="attached")
        return self

    def choose_language(self) -> None:
        """At the door, before logging in."""
        self.page.goto("/login")
        if self.language == "en":
            self.page.locator("form.lang").get_by_role("button", name="English").click()

    def finds_on_desk(self, title: str) -> bool:
        """Whether the list of what there is to do has this title, as the person sees it in a window of its own."""
        self.desk = self.desk or self.context.new_page()
        self.desk.goto("/", wait_until="domcontentloaded")
        return self.desk.locator("main .work .col-n").filter(has_text=title).count() > 0

    def look(self) -> None:
        """Look at this page once, at 1440 px and narrower."""
        self.page.wait_for_load_state()
        path = self.page.url.partition("#")[0]
        if path in self.looked:
            return
        self.looked.add(path)
        if self.language == "en" and (words := foreign(self.page.evaluate(ALL_THAT_IS_SAID), TYPED)):
            self.faults.append(f"{path}: not in English: {words}")
        narrower = NARROWER if FULL else (NARROWER[len(self.looked) % len(NARROWER)],)
        for width in (1440, *narrower):
            self.page.set_viewport_size({"width": width, "height": 900})
            if wide := self.page.evaluate(WIDER_THAN_THE_WINDOW):
                self.faults.append(f"{path}: wider than {width} px: {wide}")
            if squeezed := self.page.evaluate(SQUEEZED):
                self.faults.append(f"{path}: no room at {width} px for: {squeezed}")
        self.page.set_viewport_size({"width": 1440, "height": 900})

    def go(self, path: str) -> None:
        """Type an address of this site."""
        self.page.goto(path)
        self.look()

    def field(self, label: str, within: Any = None, *, exact: bool = False) -> Any:
        """The fields with this label, of the page or of a part of it."""
        return (within or self.page).get_by_label(self.word(label), exact=exact)

    def button(self, name: str, within: Any = None) -> Any:
        """The buttons with this name, of the page or of a part of it."""
        return (within or self.page).get_by_role("button", name=self.word(name), exact=True)

    def link(self, name: str, within: Any = None) -> Any:
        """The links with this name, of the page or of a part of it."""
        return (within or self.page).get_by_role("link", name=self.word(name), exact=True)

    def labelled(self, label: str) -> Any:
        """Every field whose label begins so."""
        return self.page.get_by_label(re.compile(rf"^\s*{re.escape(self.word(label))}"))

    def fill(self, label: str, text: str) -> None:
        """Write into the field with this label."""
        self.labelled(label).first.fill(text)

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.labelled(label).first.select_option(label=" · ".join(self.word(part) for part in option.split(" · ")))

    def tick(self, label: str, within: str = "body") -> None:
        """Tick a box, or choose one of several."""
        self.page.locator(within).get_by_label(self.word(label), exact=True).first.check()

    def attach(self, label: str, *papers: Path) -> None:
        """Choose files; wait until each has gone up."""
        box = self.page.locator(".upload").filter(has=self.labelled(label)).first
        box.locator("input[type=file]").set_input_files([str(paper) for paper in papers])
        box.get_by_text(self.word("已传完"), exact=True).nth(len(papers) - 1).wait_for()

    def press(self, name: str, within: str = "main") -> None:
        """Press the button with this name."""
        self.page.locator(within).get_by_role("button", name=self.word(name), exact=True).first.click()

    def follow(self, name: str | re.Pattern[str], within: str = "main") -> None:
        """Follow the link with this name; look at the page it leads to."""
        exact = isinstance(name, str)
        self.page.locator(within).get_by_role(
            "link", name=self.word(name) if exact else name, exact=exact
        ).first.click()
        self.look()

    def unfold(self, summary: str) -> Any:
        """Open a folded form; gives it."""
        summaries = self.page.locator("summary", has_text=self.word(summary))
        folded = self.page.locator("details.confirm").filter(has=summaries).first
        folded.locator("summary").click()
        return folded

    def sees(self, *texts: str) -> None:
        """Wait until the page shows each of these; then look at it."""
        for text in texts:
            self.page.locator("main").get_by_text(self.saying(text)).first.wait_for()
        self.look()

    def text(self) -> str:
        """All that the page says."""
        return str(self.page.locator("main").inner_text())

    def saved(self) -> None:
        """Wait until the page says that everything is safe."""
        said = self.word("已保存 {at}").replace("{at}", r"\d\d:\d\d")
        self.page.get_by_text(re.compile(rf"^{said}$")).first.wait_for()
