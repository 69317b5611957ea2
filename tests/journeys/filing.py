"""What the house files in the journeys: one of the titles written in full for the demonstration, typed field by field."""

from __future__ import annotations

from datetime import timedelta

from audiovisual.demo.texts import titles
from audiovisual.kernel.model import today

from .stage import Person

WRITTEN = next(each for each in titles() if each["slug"] == "lanyin")
TITLE = WRITTEN["title"]
PAPERS = ("盖章的规划备案信息表", "规划备案承诺书", "成本配置比例报告")


def begin(producer: Person) -> None:
    """From the desk to the long page."""
    producer.go("/")
    producer.follow("新申报")
    producer.fill("片名", TITLE)
    producer.choose("类型", "微短剧")
    producer.press("开始填写")
    producer.sees(f"申报《{TITLE}》")


def write(producer: Person) -> None:
    """Everything but the papers."""
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
        producer.page.locator("#credits").get_by_label(producer.word("姓名")).nth(place).fill(name)
