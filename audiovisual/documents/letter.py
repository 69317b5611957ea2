"""The review letter (审核意见函): what it says, as plain data, and the standing wording made from it.

Form: letter of GB/T 9704-2012 10.1. Substance: 令16号第20条 (changes in writing; a refusal with its reasons). The letter
holds only what the house may read: no expert, no single opinion, no internal note.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from workflows.errors import RuleBroken, say
from workflows.review import DECISIONS, OUTCOMES

from .layout import clean, paragraphs, title_lines

APPEAL = (
    "你方对本决定有陈述、申辩的权利；如不服，可以自收到本函之日起60日内向国家广播电视总局申请复审，"
    "也可以依法申请行政复议或者提起行政诉讼。"
)
"""Remedies against a refusal (63号令第25条); the bureau may word its own."""
INLINE_ITEMS = 3
"""So many short items stand in the letter itself; more of them, or longer ones, go into an annex table."""
INLINE_LENGTH = 480
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class LetterItem:
    """One point to be changed; texts as the house reads them."""

    problem: str
    demand: str
    """What to do, in words."""
    must: bool
    """必改 (the title cannot pass while it is open) or 建议."""
    episode: int | None = None
    """None: the whole title."""
    start: str = ""
    """Timecode HH:MM:SS:FF, or empty when the item has no place."""
    end: str = ""
    basis: str = ""
    measure: str = ""
    """Kind of change: 删减, 修改, 加字幕, 重配, 说明."""
    also: tuple[tuple[int | None, str, str], ...] = ()
    """Where else it stands: episode, start and end of each further place."""

    @property
    def weight(self) -> str:
        return "必改" if self.must else "建议"

    @property
    def kind(self) -> str:
        """The kind of change, unless the demand says no more than that."""
        return "" if self.demand.strip().rstrip("。") == self.measure else self.measure

    @property
    def tall(self) -> bool:
        """Takes some twenty lines or more in the annex table."""
        return len(self.problem) > 200 or max(len(self.demand), len(self.basis)) > 150 or len(self.also) > 4

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """Every place: 第3集 or 全片, with its timecodes (empty where it has none)."""
        found = ((self.episode, self.start, self.end), *self.also)
        return [(f"第{episode}集" if episode else "全片", start, end) for episode, start, end in found]

    @property
    def place(self) -> str:
        """第3集00:12:03:10—00:12:20:05、第5集00:01:00:00"""
        return "、".join(f"{name}{start}—{end}" if end else f"{name}{start}" for name, start, end in self.places)


def in_order(items: Iterable[LetterItem]) -> tuple[LetterItem, ...]:
    """The order of the letter, whose numbers the house answers by: what must change first, else as given."""
    return tuple(sorted(items, key=lambda item: not item.must))


@dataclass(frozen=True)
class Section:
    """A headed part of the letter's body."""

    heading: str
    texts: tuple[str, ...]
    items: tuple[LetterItem, ...] = ()


@dataclass(frozen=True)
class LetterContent:
    """Everything a review letter says. Refuses content that may not be issued (see `__post_init__`)."""

    number: str
    """发文字号, 苏广电网函〔2026〕1号; empty on a draft."""
    day: date
    """成文日期: the day of signing, not of sealing."""
    issuer: str
    recipient: str
    """主送: the production house."""
    project_type: str
    project_title: str
    outcome: str
    """Key of workflows.review.OUTCOMES."""
    project_number: str = ""
    episodes: int | None = None
    cut: int = 1
    """Version of the cut that was reviewed."""
    round: int = 1
    norms: tuple[str, ...] = ()
    """Names of the norms the review rests on, with their marks."""
    summary: str = ""
    reasons: str = ""
    """Why it is refused."""
    items: tuple[LetterItem, ...] = ()
    deadline: date | None = None
    """The house answers by this day."""
    remedies: str = ""
    office: str = ""
    """承办处室, whom the house turns to."""
    contact: str = ""
    phone: str = ""
    copies: tuple[str, ...] = ()
    """抄送."""
    note: str = ""
    """附注 without its brackets, 此件不公开."""
    sealed: bool = False
    """Leave the place of a round seal over signature and date."""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise RuleBroken(say("没有“%(outcome)s”这种审核结论。", outcome=self.outcome), "outcome")
        for name in ("issuer", "recipient", "project_title", "project_type"):
            if not getattr(self, name).strip():
                raise RuleBroken(say("函件缺少发文机关、主送机关、片名或类型。"), name)
        if self.outcome == "refused" and not (self.reasons.strip() and self.remedies.strip()):
            raise RuleBroken(say("不予许可的函必须写明理由和救济途径。"), "reasons")
        if self.outcome in ("pass_after_changes", "re_review") and not self.deadline:
            raise RuleBroken(say("需修改的函必须写明答复期限。"), "deadline")
        object.__setattr__(self, "items", in_order(self.items))

    def to_json(self) -> str:
        """The letter as JSON with sorted keys; `from_json` gives an equal letter back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)

    def to_data(self) -> dict[str, Any]:
        """The same as a dict that a JSON column holds."""
        data: dict[str, Any] = json.loads(self.to_json())
        return data

    @classmethod
    def from_json(cls, text: str) -> LetterContent:
        """The letter of a JSON text made by `to_json`; unknown keys are an error."""
        return cls.from_data(json.loads(text))

    @classmethod
    def from_data(cls, given: dict[str, Any]) -> LetterContent:
        """The letter of a dict made by `to_data`."""
        data = dict(given)
        for name in ("day", "deadline"):
            data[name] = date.fromisoformat(data[name]) if data.get(name) else None
        for name in ("norms", "copies"):
            data[name] = tuple(data.get(name, ()))
        data["items"] = tuple(_item_of(item) for item in data.get("items", ()))
        return cls(**data)

    @property
    def name(self) -> str:
        """《片名》, whether or not the name was filed with its marks."""
        return f"《{clean(self.project_title).strip().strip('《》')}》"

    @property
    def title(self) -> str:
        return "".join(self.title_pieces)

    @property
    def title_pieces(self) -> list[str]:
        return [f"关于{clean(self.project_type)}", self.name, "审核意见的函"]

    @property
    def title_on_lines(self) -> list[str]:
        return title_lines(self.title_pieces)

    @property
    def musts(self) -> int:
        return sum(item.must for item in self.items)

    @property
    def annexed(self) -> bool:
        """The items stand in an annex table, because they are many or long."""
        length = sum(len(item.problem + item.basis + item.demand) for item in self.items)
        return len(self.items) > INLINE_ITEMS or length > INLINE_LENGTH

    @property
    def annex(self) -> str:
        return f"{self.name}审核意见条目表" if self.annexed else ""

    @property
    def annotations(self) -> list[str]:
        """附注: whom to ask, and what else stands in brackets below the date."""
        office = f"承办处室：{self.office}" if self.office else ""
        who = f"联系人：{self.contact}" if self.contact else ""
        phone = f"联系电话：{self.phone}" if self.phone else ""
        return [text for text in (office, "，".join(filter(None, (who, phone))), self.note) if text]

    @property
    def you(self) -> str:
        return "你公司" if self.recipient.strip().endswith("公司") else "你单位"

    @property
    def it(self) -> str:
        return "该剧" if self.project_type.endswith("剧") else "该片"

    def opening(self) -> str:
        """What was sent, how it was reviewed, and that the opinion follows."""
        # the number last: it is long, and after the name it would leave a hole at the end of the first line
        details = [f"{self.episodes}集" if self.episodes else "", f"送审第{self.cut}版", self.project_number]
        norms = f"根据{'、'.join(self.norms)}，" if self.norms else ""
        return (
            f"{self.you}报送的{self.project_type}{self.name}（{'，'.join(filter(None, details))}）收悉。"
            f"{norms}我局组织专家审看并会商研究，现将第{self.round}轮审核意见函告如下："
        )

    def sections(self) -> list[Section]:
        """The body's headed parts in their order, numbered; parts without content are left out."""
        parts = [
            Section("审核结论", (self._conclusion(),)),
            Section("总体意见", tuple(paragraphs(self.summary))),
            Section("不予许可的理由", tuple(paragraphs(self.reasons)) if self.outcome == "refused" else ()),
            Section("具体意见", self._items_text(), () if self.annexed else self.items),
            Section("答复要求", self._answer_text()),
            Section("权利告知", tuple(paragraphs(self.remedies))),
        ]
        kept = [part for part in parts if part.texts]
        return [
            Section(f"{numeral}、{part.heading}", part.texts, part.items)
            for numeral, part in zip(NUMERALS, kept, strict=False)
        ]

    def _conclusion(self) -> str:
        then = {
            "passed": "请按规定办理后续手续。",
            "pass_after_changes": "修改情况经我局核验符合要求后，按规定办理后续手续。",
            "re_review": "请修改完成后重新送审，我局将组织专家复看。",
            "refused": "",
        }[self.outcome]
        return f"经审核，{self.it}的审核结论为“{OUTCOMES[self.outcome]}”（{DECISIONS[self.outcome]}）。{then}"

    def _items_text(self) -> tuple[str, ...]:
        if not self.items:
            return ()
        musts, shoulds = self.musts, len(self.items) - self.musts
        where = "详见附件。" if self.annexed else "具体如下："
        if musts and shoulds:
            return (f"共提出意见{musts + shoulds}条，其中必改{musts}条、建议{shoulds}条，{where}",)
        return (f"共提出{'必改' if musts else '建议'}意见{musts + shoulds}条，{where}",)

    def _answer_text(self) -> tuple[str, ...]:
        if self.deadline is None:
            return ()
        day = chinese_day(self.deadline)
        if self.outcome == "refused" or not self.items:
            return (f"请{self.you}于{day}前书面答复我局。",)
        shoulds = "；建议意见请研究采纳，并说明采纳情况" if self.musts < len(self.items) else ""
        what = "对必改意见逐条修改，逐条书面答复修改情况并附佐证材料" if self.musts else "书面答复我局"
        return (f"请{self.you}于{day}前{what}{shoulds}。",)


def _item_of(given: dict[str, Any]) -> LetterItem:
    """A point as `to_data` wrote it; letters made before points had several places have none further."""
    return LetterItem(**given | {"also": tuple(tuple(place) for place in given.get("also", ()))})


def chinese_day(day: date) -> str:
    """2026年1月2日: Arabic digits without leading zeros (7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def printed_text(content: LetterContent) -> str:
    """Every character the letter can print, for the check that a face holds each of them."""
    values = [getattr(content, field.name) for field in fields(content)]
    texts = [value for value in values if isinstance(value, str)]
    texts += [text for value in values if isinstance(value, tuple) for text in value if isinstance(text, str)]
    texts += [value for item in content.items for value in vars(item).values() if isinstance(value, str)]
    return clean("\n".join(texts))
