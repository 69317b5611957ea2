"""One film the whole way, by clicking and typing: its house registers and is admitted; the film is filed, completed,
entered, scheduled, made, reviewed by three experts, answered point by point, passed, aired. Everybody uses a browser of
their own; the worker makes the letter. No page on the way is wider than its window or has an error on its console, and
after every step the film lies with exactly one party, on whose desk it is.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from audiovisual.demo.papers import sample_paper
from audiovisual.kernel.model import db, today
from audiovisual.kernel.samplecut import make_sample_cut
from audiovisual.people.models import User
from audiovisual.projects.models import Project
from tests import factories, turns
from workflows.records import ENDED

from . import filing
from .conftest import EXCLUDED, EXPERTS, NEW_HOUSE, STAFF
from .filing import TITLE
from .stage import PASSWORD, Person, Server, mailed_link

LANGUAGES = ("zh_CN", pytest.param("en", marks=pytest.mark.slow))
"""What everybody on the way reads; with "en" the same steps are taken in English."""
ROWS = [
    (
        "1",
        "00:00:01:00",
        "00:00:02:00",
        "未成年人独自在染坊后院点烟，近景停留过长，有示范之嫌。",
        "删去点烟近景，改用远景带过。",
    ),
    ("1", "00:00:03:05", "00:00:04:10", "字幕把“蓝印花布”写成“兰印花布”，前后两处。", "两处字幕改正。"),
    ("", "", "", "片尾没有列出提供染坊场地的单位。", "片尾补列单位全称。"),
]
"""One row an expert: episode, from, to, problem, demand."""
HISTORY = (
    "提交了申报", "省局已收件", "省局告知补正", "交回了补正", "省局已受理", "已入种子库", "已排期", "登记了开机", "送审了样片",
    "收到审核意见函", "交回了整改", "审核通过", "登记了播出",
)  # fmt: skip
"""What the house reads on the timeline, oldest first."""


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    """Stamped papers and a cut of five seconds in two versions."""
    made = {
        name: tmp_path / name for name in ("信息表.pdf", "承诺书.pdf", "成本配置.pdf", "补正说明.pdf", "整改对照.pdf")
    }
    for path in made.values():
        path.write_bytes(sample_paper())
    for name in ("样片.mp4", "样片（修改）.mp4"):
        make_sample_cut(tmp_path / name, seconds=5)
        made[name] = tmp_path / name
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proposal_goes_the_whole_way(
    language: str, server: Server, enter: Callable[..., Person], papers: dict[str, Path], tmp_path: Path
) -> None:
    officer, head, leader, sealer = (enter(login, language=language) for login in STAFF)
    experts = [enter(login, language=language) for login in EXPERTS]
    producer = _registers(enter("luwanzhou", visitor=True, language=language), officer)
    people = (producer, officer, head, leader, sealer, *experts)
    project = _files(producer, papers)
    steps: tuple[Callable[[], object], ...] = (
        lambda: _completion(officer, producer, papers),
        lambda: _admission(officer, head, project),
        lambda: _production(officer, producer, project, papers),
        lambda: _reading(officer, experts),
        lambda: _decision(officer, head, leader),
        lambda: _letter(sealer, producer, tmp_path),
        lambda: _changes(producer, officer, project, papers),
        lambda: _airing(producer, project),
    )
    _lies_with_one_party(people)
    for step in steps:
        step()
        _lies_with_one_party(people)
    faults = "\n".join(fault for person in people for fault in person.faults)
    assert faults == ""
    verified = server.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _lies_with_one_party(people: tuple[Person, ...]) -> None:
    """The bank says whose turn it is, and just these people find the film on their desk, in a window of their own."""
    db.session.rollback()
    db.session.expire_all()
    assert turns.all_breaches() == []
    project = db.session.query(Project).one()
    movers: set[int] = set() if project.state in ENDED else turns.on_move(project, turns.everybody())[1]
    assert project.state in ENDED or movers
    logins = {user.login for user in db.session.query(User) if user.id in movers}
    assert {person.login for person in people if person.finds_on_desk(TITLE)} == logins, project.state


def _registers(visitor: Person, officer: Person) -> Person:
    """A house registers; an officer finds it on the desk and admits it; gives its first person, logged in."""
    visitor.choose_language()
    visitor.go("/houses/register")
    visitor.fill("联系邮箱", "lu@pingjiang.example")
    visitor.press("发送链接")
    visitor.sees("链接已发往 lu@pingjiang.example，一天内有效。请打开邮件里的链接继续。")
    visitor.go(mailed_link("lu@pingjiang.example"))
    for label, text in {
        "单位名称": NEW_HOUSE, "简称": "平江灯影", "统一社会信用代码": factories.uscc(777),
        "广播电视节目制作经营许可证号": "（苏）字第00777号", "许可证有效期至": str(today() + timedelta(days=300)),
        "联系人": "陆晚舟", "联系电话": "0512-67001234", "用户名": visitor.login,
        "密码": PASSWORD, "再输一次密码": PASSWORD,
    }.items():  # fmt: skip
        visitor.fill(label, text)
    visitor.choose("所在设区市", "苏州市")
    visitor.press("提交申请")
    visitor.sees("省局正在审核入驻申请。")
    officer.go("/")
    officer.follow("去审核入驻")
    officer.press("同意入驻")
    officer.sees("同意了入驻")
    visitor.go("/")
    return visitor


def _files(producer: Person, papers: dict[str, Path]) -> str:
    """The house files; gives the address of the title."""
    filing.begin(producer)
    filing.write(producer)
    producer.saved()
    for label, name in zip(filing.PAPERS, ("信息表.pdf", "承诺书.pdf", "成本配置.pdf"), strict=True):
        producer.attach(label, papers[name])
    producer.saved()
    producer.press("提交")
    producer.sees(f"确认提交《{TITLE}》")
    producer.press("承诺属实，提交")
    producer.sees("提交成功，编号 苏网种〔")
    return str(producer.page.url.removeprefix(producer.address))


def _completion(officer: Person, producer: Person, papers: dict[str, Path]) -> None:
    """The officer takes it from the common desk and asks once for two things; the house answers each."""
    officer.go("/")
    officer.follow("去办")
    officer.press("收件")
    officer.follow("一次告知补正")
    wanted = (("规划备案承诺书", "承诺书缺法定代表人签字，请签字后重新上传。"), ("拍摄计划", "请补写分段拍摄日程。"))
    for place, (part, demand) in enumerate(wanted):
        officer.field("涉及").nth(place).select_option(label=officer.word(part))
        officer.field("要补什么").nth(place).fill(demand)
    officer.press("发出补正通知")
    officer.sees("已告知补正，时钟暂停", "补正中")
    producer.go("/")
    producer.follow("去办")
    producer.attach("材料：新的一版", papers["补正说明.pdf"])
    producer.fill("拍摄（制作）地", "南京，前十日染坊内景，后十日江边外景")
    producer.field("补正情况").nth(1).fill("分段日程写在拍摄地里。")
    producer.saved()
    producer.sees("已补正 2/2 项")
    producer.press("交回补正")
    producer.sees("交回了补正", "补正了拍摄计划")
    officer.page.reload()
    officer.sees("补正后", "南京，前十日染坊内景，后十日江边外景", "补正说明.pdf")


def _admission(officer: Person, head: Person, project: str) -> None:
    """Accepted, screened by the four criteria, admitted by the head."""
    officer.go(project)
    officer.press("受理")
    officer.follow("呈报初审意见")
    reasons = {"strength": 82, "maturity": 88, "feasibility": 79, "market": 75}
    for code, score in reasons.items():
        officer.page.locator(f"[name=score_{code}]").fill(str(score))
        officer.page.locator(f"[name=reason_{code}]").fill("剧本已定稿，团队做过同类题材，账目清楚。")
    officer.tick("建议入库")
    officer.fill("综合意见", "材料齐全，题材有地方特色，建议入库。")
    officer.press("呈报处长")
    officer.sees("待审定入库")
    head.go("/")
    head.follow("去办")
    head.follow("同意入库")
    head.tick("同意入库")
    head.fill("意见", "同意。")
    head.press("审定")
    head.sees("已入库")


def _production(officer: Person, producer: Person, project: str, papers: dict[str, Path]) -> None:
    """Scheduled, begun, a month's progress, the cut delivered."""
    officer.go(project)
    officer.follow("排期")
    for label, days in {"剧本定稿": 0, "开机": 0, "杀青": 20, "送审": 40, "上线": 90}.items():
        officer.fill(label, str(today() + timedelta(days=days)))
    officer.press("排定")
    officer.sees("已排期")
    producer.go("/")
    producer.follow("去办")
    producer.follow("登记开机")
    producer.fill("开机日期", str(today()))
    producer.press("登记")
    producer.follow("报进度")
    producer.fill("总体进度", "60")
    producer.fill("本月做了什么", "染坊内景二十一场拍完，江边外景拍完七场。")
    producer.fill("累计支出", "31.5")
    producer.press("报送")
    producer.follow("送审")
    producer.attach("样片文件", papers["样片.mp4"])
    producer.fill("送审说明", "全片合成一个文件，画面右下有时码。")
    producer.press("送审")
    producer.sees("审核中")


def _reading(officer: Person, experts: list[Person]) -> None:
    """A round is opened and its panel chosen; each expert accepts, reads, writes and signs, hidden from the others."""
    officer.go("/")
    officer.follow("去办")
    officer.press("开审，去选专家")
    officer.sees("应当回避的", EXCLUDED, NEW_HOUSE)
    officer.press(f"选为组长 {EXPERTS['zhuang']}")
    officer.press(f"选入 {EXPERTS['shen']}")
    officer.press(f"选入 {EXPERTS['ji']}")
    officer.press("向 3 人发出邀请")
    officer.sees("专家审看", "0 / 3 人已签名")
    round_ = officer.page.url
    for number, expert in enumerate(experts):
        expert.go("/")
        expert.follow("去答复")
        expert.press("没有利益冲突，接受")
        _writes_an_opinion(expert, number)
        _signs(expert)
        officer.go(round_)
        if expert is not experts[-1]:
            officer.sees("专家意见在全部签名或提前公开之前不公开，这里只看得到进度。")
            assert ROWS[0][3] not in officer.text(), "an opinion was open before all had signed"
            assert ROWS[0][3] not in experts[-1].text()


def _writes_an_opinion(expert: Person, number: int) -> None:
    """A row with place, basis and demand; every score; conclusion and comment. All of it saves itself."""
    page = expert.page
    episode, first, last, problem, demand = ROWS[number]
    page.locator("[data-add-row] button").click()
    row = page.locator("[data-row]").last
    expert.field("问题", row).fill(problem)
    expert.field("第几集", row, exact=True).fill(episode)
    expert.field("入点", row, exact=True).fill(first)
    expert.field("出点", row, exact=True).fill(last)
    expert.field("维度", row).select_option(index=1)
    expert.field("依据", row).fill("令16号第二十五条第六项")
    expert.field("修改", row, exact=True).check()
    expert.field("必改" if number < 2 else "建议", row, exact=True).check()
    expert.field("改到怎样", row).fill(demand)
    expert.saved()
    expert.link("评分").click()
    for form in page.locator("#scores form").all():
        if expert.field("合格", form, exact=True).count():
            expert.field("合格", form, exact=True).check()
        else:
            form.locator("[name=score]").fill(str(80 + number))
            form.locator("[name=reason]").fill("人物立得住，染坊细节扎实。")
    expert.saved()
    expert.link("总评").click()
    conclusion = "修改后通过" if number < 2 else "通过"
    expert.field(conclusion, page.locator("#overall"), exact=True).check()
    page.get_by_role("textbox", name=expert.word("总评")).fill("整体扎实，改好所列几处即可播出。")
    expert.saved()


def _signs(expert: Person) -> None:
    expert.link("签名提交", expert.page.locator("footer")).click()
    expert.sees("请最后看一遍")
    expert.press("签名提交")
    expert.sees("已签名")


def _decision(officer: Person, head: Person, leader: Person) -> None:
    """All have signed, so the opinions are open: the officer settles the rows and proposes; head agrees, leader decides."""
    officer.follow("整理意见")
    officer.sees(ROWS[0][3], ROWS[1][3])
    officer.press("采用余下 3 条")
    officer.sees("全部处理完了")
    officer.follow("拟定结论")
    officer.field("修改后通过").check()
    officer.fill("总体意见", "全片立意端正，染坊细节扎实。请按所列意见修改。")
    officer.saved()
    officer.press("呈处长审签")
    officer.sees("审签", "呈处长")
    for person, word in ((head, "同意，呈局领导"), (leader, "签批")):
        person.go("/")
        person.follow("去办")
        person.press(word)
        person.sees("审签", "呈局领导" if person is head else "待编号发函")


def _letter(sealer: Person, producer: Person, tmp_path: Path) -> None:
    """The sealer gives number and seal, the worker makes the letter, the house downloads it and reads what it should."""
    sealer.go("/")
    sealer.follow("去办")
    sealer.button("确认编号", sealer.unfold("编号（纸质另盖章）")).click()
    sealer.link("下载 PDF").wait_for(timeout=90_000)
    producer.go("/documents")
    producer.follow(f"关于微短剧《{TITLE}》审核意见的函")
    with producer.page.expect_download() as waiting:
        producer.follow("下载 PDF")
    file = tmp_path / "letter.pdf"
    waiting.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF")
    text = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, text=True, check=True).stdout
    plain = "".join(text.split()).replace("—2—", "")
    wanted = ["苏广电网〔", f"《{TITLE}》", "“修改后通过”", *(words for row in ROWS for words in row[1:])]
    assert [words for words in wanted if "".join(words.split()) not in plain] == []


def _changes(producer: Person, officer: Person, project: str, papers: dict[str, Path]) -> None:
    """Every must-row answered with evidence, handed back, verified; the title passes, its number is recorded."""
    producer.go("/")
    producer.follow("去办")
    for answer, evidence in (
        ("点烟近景已删去，换为院墙远景。", True),
        ("两处字幕已改为“蓝印花布”。", True),
        ("片尾已补列单位全称。", False),
    ):
        form = producer.page.locator("form.answer-form")
        producer.field("已按意见改", form).check()
        producer.field("答复", form, exact=True).fill(answer)
        if evidence:
            producer.attach("证据文件", papers["整改对照.pdf"])
        producer.button("答复这一条", form).click()
        producer.page.locator(".answer.house", has_text=answer).wait_for()
    producer.attach("改好的样片", papers["样片（修改）.mp4"])
    producer.press("交回省局")
    producer.sees("已交回整改，省局会逐条核验。")
    officer.go("/")
    officer.follow("去办")
    for closed in range(3):
        officer.press("核验通过")
        officer.page.locator(".point.closed").nth(closed).wait_for()
    officer.button("确认办结通过", officer.unfold("办结通过")).click()
    officer.sees("审核通过")
    officer.go(project)
    officer.follow("登记证号")
    officer.choose("种类", "播出单位节目编号")
    officer.fill("编号", "荔枝网2026微剧0128")
    officer.fill("发出日期", str(today()))
    officer.press("登记")
    officer.sees("荔枝网2026微剧0128")


def _airing(producer: Person, project: str) -> None:
    """On the air, with its evidence; the timeline tells all of it in its order."""
    producer.go("/")
    producer.follow("去办")
    producer.follow("登记播出")
    producer.fill("首播平台", "荔枝网")
    producer.fill("首播日期", str(today()))
    producer.fill("播出页面网址", "https://www.example.test/lanyin")
    producer.press("登记播出")
    producer.sees("已播出，全部办结。")
    producer.go(f"{project}/timeline")
    told = producer.text()
    wanted = [list(producer.saying(words).finditer(told)) for words in HISTORY]
    assert [words for words, found in zip(HISTORY, wanted, strict=True) if not found] == []
    places = [found[-1].start() for found in wanted]
    assert places == sorted(places, reverse=True), "the timeline tells it in another order"
