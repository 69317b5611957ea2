"""What is sensitive in this bank: one table of columns, and how long each kind of thing is kept.

The models declare their columns beside themselves (`declare`). A test walks all columns and fails for one that looks
sensitive and is not declared. README shows the table; `flask --app wsgi sensitive table` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CLEAR, ENCRYPTED, PRINT = "明文", "加密", "只存摘要"
"""How a column is stored: as it is, encrypted with a key outside the database, or as a hash alone."""
APART, TOLD, ABSENT = "另存", "照写", "不写"
"""What audit rows hold of a column's values: a print, the values themselves, nothing."""
RECORD = "办理记录，不删"
"""Kept as long as the bank: what the law asks to be kept."""
ACCOUNT = "随账号"
"""Kept as long as the account; of people who left, see the term `left_people`."""
REPLACED = "用过或换掉为止"

LOOKS = re.compile(
    r"phone|mobile|\btel\b|mail|address|agent|contact|identity|id_card|passport|birth|bank|honorarium|_pay_|"
    r"password|secret|token|credential|public_key|_hash$|relative|employer|institution|biography|company|conclusion|comment|explanation|"
    r"opinion|problem|demand_text|content|payload|fields|params|body|data$|corrections|salt"
)
"""Names of columns that must be declared, or named in the test as holding nothing sensitive."""


@dataclass(frozen=True)
class Term:
    """How long a kind of thing is kept: a number of days, counted `since` something; then the worker deletes it."""

    code: str
    what: str
    since: str
    days: int

    @property
    def told(self) -> str:
        """The term in words."""
        return f"{self.since} {self.days} 天后删"


TERMS = {
    term.code: term
    for term in (
        Term("sessions", "登录（来访地址、浏览器）；审看记录里只留编号", "退出或最后一次使用", 180),
        Term("browsers", "记得的浏览器（来访地址）", "最后一次使用", 180),
        Term("attempts", "输错的次数（按账号、地址）", "最后一次", 1),
        Term("security_events", "安全事件（来访地址），已写进日志文件的", "发生", 180),
        Term("outbox", "后台办完的事", "办完", 30),
        Term("mails", "发出的邮件（收件人、内容）", "发出", 90),
        Term("given_up", "后台放弃的事", "放弃", 180),
        Term("uploads", "没有交的上传", "最后一次传送", 7),
        Term("read_messages", "看过的消息", "看过", 365),
        Term("messages", "没看过的消息", "收到", 730),
        Term("form_drafts", "没有交的表单", "最后一次保存", 30),
        Term("taken_forms", "交过的表单（带密钥的指纹）", "交了", 1),
        Term("invitations", "没有接受的邀请", "过期或收回", 180),
        Term("left_people", "离职人员的电话、邮箱，专家的亲属、任职经历", "离职", 1095),
        Term("withheld", "审计里敏感的值（另存的）", "写下", 1095),
    )
}
"""Every kind of thing that is not kept for ever. What is not named here is never deleted."""


@dataclass(frozen=True)
class Column:
    """One sensitive column: what it is, who may see it, how long it is kept, how it is stored, and whether audit rows hold
    its values: not at all, in clear as part of the record, or a print alone (`withheld`)."""

    table: str
    name: str
    what: str
    who: str
    kept: str
    stored: str = CLEAR
    in_audit: str = ABSENT

    @property
    def apart(self) -> bool:
        """Whether audit rows hold a print of its values alone."""
        return self.in_audit == APART


COLUMNS: dict[tuple[str, str], Column] = {}
VALUES_OF: dict[str, str] = {}
"""Tables whose audit rows keep values of another table's columns: a completion keeps those of its title."""


def declare(
    table: str, names: str, what: str, who: str, kept: str, *, stored: str = CLEAR, apart: bool = False,
    told: bool = False,
) -> None:  # fmt: skip
    """Declare columns of a table (names with blanks between). `kept` is a sentence, or the code of a term. `apart`: audit
    rows hold a print of the values alone; `told`: they hold them in clear."""
    in_audit = APART if apart else TOLD if told else ABSENT
    for name in names.split():
        term = TERMS[kept].told if kept in TERMS else kept
        COLUMNS[table, name] = Column(table, name, what, who, term, stored, in_audit)


def is_apart(table: str, name: str) -> bool:
    """Whether audit rows hold of that column's values a hash alone."""
    column = COLUMNS.get((table, name))
    return column is not None and column.apart


def readme() -> str:
    """Both tables in Markdown."""
    return "\n".join((*_columns(), "", *_terms()))


def _columns() -> Iterator[str]:
    yield "| 表 | 列 | 是什么 | 谁能看 | 留多久 | 怎样存 | 审计里 |"
    yield "|---|---|---|---|---|---|---|"
    rows: dict[tuple[str, ...], list[str]] = {}
    for one in COLUMNS.values():
        same = (one.table, one.what, one.who, one.kept, one.stored, one.in_audit)
        rows.setdefault(same, []).append(one.name)
    for (table, *rest), names in sorted(rows.items()):
        yield f"| `{table}` | {' '.join(f'`{name}`' for name in names)} | {' | '.join(rest)} |"


def _terms() -> Iterator[str]:
    yield "| 期满由后台删去的 | 期限 |"
    yield "|---|---|"
    for term in TERMS.values():
        yield f"| {term.what} | {term.told} |"


declare("audit_row", "data", "办了什么的细节；敏感的值只有摘要", "系统管理员（账号记录）", RECORD)
declare("security_event", "address object", "安全事件：来访地址、试了什么", "系统管理员", "security_events")
declare("withheld_value", "value", "审计里敏感的值", "看得到那条记录的人", "withheld")
declare("withheld_value", "salt", "上面那个值的盐", "没有人", "withheld")
declare("event", "data reason", "时间线上的细节和理由；敏感的值只有摘要", "看得到那条时间线的人", RECORD)
declare("outbox_row", "payload", "后台要办的事，邮件的收件人和内容", "没有人", "outbox")
declare("form_draft", "fields", "没有交的表单", "本人", "form_drafts")
declare("taken_form", "content", "交过的表单的指纹", "没有人", "taken_forms", stored=PRINT)
declare("upload", "token", "上传的编号", "本人", "uploads")
declare("search_passage", "text", "检索用的正文", "看得到原件的人", "随原件")
