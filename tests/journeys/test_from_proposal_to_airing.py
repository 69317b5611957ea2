"""One real proposal the whole way, by clicking and typing: filed, completed, admitted, scheduled, made, reviewed by three
experts, answered row by row, passed, aired. Everybody uses a browser of his own; the worker makes the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from audiovisual.demo.papers import sample_paper
from audiovisual.demo.texts import titles
from audiovisual.kernel.model import today
from audiovisual.kernel.samplecut import make_sample_cut

from .stage import Person, Server

WRITTEN = next(each for each in titles() if each["slug"] == "lanyin")
TITLE = WRITTEN["title"]
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


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    """Stamped papers and a cut of four seconds."""
    made = {
        name: tmp_path / name for name in ("信息表.pdf", "承诺书.pdf", "成本配置.pdf", "补正说明.pdf", "整改对照.pdf")
    }
    for path in made.values():
        path.write_bytes(sample_paper())
    for name in ("第01集.mp4", "第01集（修改）.mp4"):
        make_sample_cut(tmp_path / name, seconds=5)
        made[name] = tmp_path / name
    return made


def test_a_proposal_goes_the_whole_way(
    server: Server, enter: Callable[..., Person], papers: dict[str, Path], tmp_path: Path
) -> None:
    producer, officer, head = enter("producer"), enter("officer"), enter("head")
    project = _files(producer, papers)
    _completion(officer, producer, papers)
    _admission(officer, head, project)
    _production(officer, producer, project, papers)


def _files(producer: Person, papers: dict[str, Path]) -> str:
    """The house files; gives the address of the title."""
    producer.follow("新申报")
    producer.fill("片名", TITLE)
    producer.choose("类型", "微短剧")
    producer.press("开始填写")
    producer.sees(f"申报《{TITLE}》")
    _writes(producer)
    producer.saved()
    producer.attach("盖章的规划备案信息表", papers["信息表.pdf"])
    producer.attach("规划备案承诺书", papers["承诺书.pdf"])
    producer.attach("成本配置比例报告", papers["成本配置.pdf"])
    producer.saved()
    producer.press("提交")
    producer.sees(f"确认提交《{TITLE}》")
    producer.press("承诺属实，提交")
    producer.sees("苏网种〔")
    return producer.page.url.removeprefix(producer.address)


def _writes(producer: Person) -> None:
    start = today() + timedelta(days=30)
    producer.tick("真人")
    for label, text in {
        "集数": "28", "单集时长": "11", "拟播出平台": "荔枝网", "联系人": "林知夏", "联系电话": "025-83001234",
        "内容概要": WRITTEN["synopsis"], "思想内涵": WRITTEN["theme_statement"],
        "投资额": "68", "拍摄（制作）地": "南通", "开机（开始制作）": str(start),
        "杀青（制作完成）": str(start + timedelta(days=20)), "拟播出日期": str(start + timedelta(days=90)),
    }.items():  # fmt: skip
        producer.fill(label, text)
    producer.choose("题材", "当代 · 都市")
    for choice in ("均不涉及", "原创", "未使用", "没有", "本机构作出上述承诺"):
        producer.tick(choice)
    for place, name in enumerate(("宋知微", "贺兰舟", "林知夏", "顾清让")):
        producer.page.locator("#credits").get_by_label("姓名").nth(place).fill(name)


def _completion(officer: Person, producer: Person, papers: dict[str, Path]) -> None:
    """The officer takes it from the common desk and asks once for two things; the house answers each."""
    officer.go("/")
    officer.follow("去办")
    officer.press("收件")
    officer.follow("一次告知补正")
    wanted = (("规划备案承诺书", "承诺书缺法定代表人签字，请签字后重新上传。"), ("拍摄计划", "请补写分段拍摄日程。"))
    for place, (part, demand) in enumerate(wanted):
        officer.page.get_by_label("涉及").nth(place).select_option(label=part)
        officer.page.get_by_label("要补什么").nth(place).fill(demand)
    officer.press("发出补正通知")
    officer.sees("已告知补正，时钟暂停", "补正中")
    producer.go("/")
    producer.follow("去办")
    producer.follow("逐项补正")
    for place, answer in enumerate(("承诺书已由法定代表人签字，见附件。", "前十日拍染坊内景，后十日拍江边外景。")):
        producer.page.get_by_label("补正情况").nth(place).fill(answer)
    producer.attach("材料", papers["补正说明.pdf"])
    producer.saved()
    producer.sees("已补正 2/2 项")
    producer.press("交回补正")
    producer.sees("交回了补正")


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
    producer.attach("样片文件", papers["第01集.mp4"])
    producer.fill("送审说明", "第一集按送审要求加了时码。")
    producer.press("送审")
    producer.sees("审核中")
