"""Forms sent with faults of several kinds at once, and the fields each has to be told of. Written by hand.

A fault of a field (a number in letters, nothing where something must stand) and a broken rule (a day in the future, a
number another title has) are found by different parts of the program; the person is to hear of all of them at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from audiovisual.kernel.model import today

from .stage import Stage

LONG = "长" * 20_001
FAR = "2099-12-01"
PAST = "2026-01-05"
THIS_MONTH = "this month"


@dataclass(frozen=True)
class Faulty:
    """One form: who sends it where, what is wrong with it, and the fields that are named beside themselves."""

    role: str
    path: str
    data: dict[str, Any]
    named: set[str]
    kept: dict[str, str] = field(default_factory=dict)
    """Values that are read from the bank: the name of the field and the statement."""

    def ask(self, stage: Stage) -> Any:
        """The answer."""
        data = {name: stage.path(value) if "{" in value else value for name, value in self.data.items()}
        data = {name: f"{today():%Y-%m}" if value == THIS_MONTH else value for name, value in data.items()}
        data |= {name: stage.value(stage.path(statement)) for name, statement in self.kept.items()}
        return stage.client(self.role).post(stage.path(self.path), data=data)


PLAN = {"shooting_start": "2026-12-20", "shooting_end": "2026-12-10", "cut_delivery": "1e3", "release": "2026-12-01"}
"""Out of order, and one day that is none."""
PARTICULARS = {
    "short_name": "渡", "licence_number": "无", "licence_expires_on": PAST, "city": "nanjing", "contact_name": "林",
    "contact_phone": "没有", "contact_email": "lin@example.com",
}  # fmt: skip

TABLE = (
    Faulty("visitor", "/houses/register/{registration}",
           {**PARTICULARS, "uscc": "", "login": "house", "password": "短", "again": "长"},
           {"name", "uscc", "licence_number", "licence_expires_on", "contact_phone", "login", "password", "again"},
           kept={"name": "SELECT name FROM house WHERE id = {house}"}),
    Faulty("house", "/houses/{house}/edit", {**PARTICULARS, "name": "另一个名称", "uscc": "无", "version": "1"},
           {"name", "uscc", "licence_number", "licence_expires_on", "contact_phone"}),
    Faulty("visitor", "/join/{join}", {"name": "", "login": "house", "password": "短", "again": "长", "phone": "没有"},
           {"name", "login", "password", "again", "phone"}),
    Faulty("house", "/account/password", {"current": "不是它", "password": "短", "again": "长"},
           {"current", "password", "again"}),
    Faulty("house", "/account", {"name": "", "email": "没有", "phone": LONG}, {"name", "email", "phone"}),
    Faulty("panel", "/experts/me", {"title": "", "institution": "", "max_load": "许多", "relatives": LONG}, {"title", "institution", "max_load", "relatives"}),
    Faulty("admin", "/invitations/new", {"name": "", "email": "mkinvited@example.test", "roles": "officer"}, {"name", "email"}),
    Faulty("head", "/delegations",
           {"role": "head", "deputy_id": "{user:leader}", "starts_on": PAST, "ends_on": "2025-12-31", "reason": LONG},
           {"starts_on", "ends_on", "reason"}),
    Faulty("head", "/delegations", {"role": "", "deputy_id": "{user:leader}", "starts_on": PAST, "ends_on": "哪天"},
           {"role", "starts_on", "ends_on", "reason"}),
    Faulty("admin", "/settings", {"bureau_name": "", "contact_email": "没有", "pattern_project": "无", "pattern_letter": "没有序号"},
           {"bureau_name", "contact_email", "pattern_project", "pattern_letter"}),
    Faulty("officer", "/projects/{screened}/key", {"year": "2026", "slot": "99", "reason": LONG, "steward": ""},
           {"slot", "reason", "steward"}),
    Faulty("officer", "/projects/{received}/ask-completion", {"items-0-field": "title", "items-1-demand": LONG},
           {"items-0-demand", "items-1-demand"}),
    Faulty("officer", "/projects/{undecided}/class", {"reason": LONG, "version": "1"}, {"class_code", "reason"}),
    Faulty("officer", "/projects/{screened}/schedule", {"script_lock": "", **PLAN}, {"script_lock", "shooting_end", "cut_delivery", "release"}),
    Faulty("officer", "/projects/{scheduled}/plan", {"script_lock": "", **PLAN}, {"script_lock", "shooting_end", "cut_delivery", "release", "reason"}),
    Faulty("house", "/projects/{in_production}/progress/new",
           {"period": THIS_MONTH, "percent": "许多", "text": "拍完了外景。", "spent_yuan": "1", "cast_pay_yuan": "2", "episodes_done": "900",
            "reached_script_lock": FAR, "forecast_cut_delivery": PAST},
           {"percent", "cast_pay_yuan", "episodes_done", "reached_script_lock", "forecast_cut_delivery"}),
    Faulty("officer", "/projects/{reviewed}/airing/new", {"platform": "", "aired_on": FAR, "licence_number": "没有这个号", "url": "ftp:/x"},
           {"platform", "aired_on", "licence_number", "url"}),
    Faulty("officer", "/projects/{reviewed}/airing/new", {"platform": LONG, "aired_on": "昨天", "licence_number": "没有这个号"},
           {"platform", "aired_on", "licence_number", "evidence"}),
    Faulty("officer", "/projects/{accepted}/permits/new", {"kind": "planning_filing", "number": "", "issued_on": FAR, "valid_until": PAST},
           {"number", "issued_on", "valid_until"}),
    Faulty("officer", "/projects/{undecided}/co-reviews/new", {"department": "公安厅", "question": ""}, {"department", "question"}),
    Faulty("officer", "/projects/{undecided}/co-reviews/{co_review}/answer", {"answered_on": FAR, "opinion": ""},
           {"verdict", "answered_on", "opinion"}),
    Faulty("house", "/projects/{accepted}/changes/new", {"kind": "episodes", "after": "--5", "reason": ""}, {"after", "reason"}),
    Faulty("house", "/projects/{accepted}/changes/new", {"kind": "house", "after": "没有这一家", "reason": ""}, {"after", "reason"}),
    Faulty("house", "/projects/{accepted}/changes/new", {"kind": "title", "reason": LONG}, {"after", "reason"},
           kept={"after": "SELECT title FROM project WHERE id = {accepted}"}),
    Faulty("officer", "/projects/{accepted}/hand-over", {"officer": "{user:officer}", "reason": LONG}, {"officer", "reason"}),
    Faulty("officer", "/projects/hand-over", {"old": "", "officer": "", "reason": LONG}, {"old", "officer", "reason"}),
    Faulty("house", "/projects/{in_production}/cut/new", {"note": LONG}, {"note", "cut"}),
    Faulty("house", "/projects/{rectifying}/changes/{change:rectifying}/answer", {"how": "done", "text": "", "new_episode": "许多"},
           {"text", "new_episode", "evidence"}),
    Faulty("officer", "/projects/{rectifying}/changes/extend", {"answer_by": PAST, "reason": ""}, {"answer_by", "reason"}),
    Faulty("officer", "/reviews/{round:frozen}/propose", {"outcome": "refused", "summary": "", "grounds": "", "answer_by": "哪天"},
           {"summary", "grounds", "answer_by"}),
    Faulty("officer", "/reviews/{round:frozen}/propose", {"outcome": "re_review", "summary": LONG, "answer_by": PAST},
           {"summary", "answer_by"}),
    Faulty("officer", "/reviews/{round:frozen}/settle/rows", {"problem": "", "episode": "900", "tc_in": "", "demand": ""},
           {"problem", "episode", "demand"}),
)  # fmt: skip
ALONE = {
    "/projects/<int:project_id>/edit": "tests/projects/test_named_errors.py",
    "/projects/<int:project_id>/draft": "keeps what is right, tells the rest: tests/projects/test_autosave_browser.py",
    "/projects/<int:project_id>/both": "a choice between two texts that were checked before",
    "/projects/<int:project_id>/completion": "tests/projects/test_completion.py",
    "/projects/<int:project_id>/completion/draft": "keeps what is right",
    "/projects/<int:project_id>/propose": "every field by itself; its rules are the fields' own",
    "/projects/<int:project_id>/screening": "every field by itself",
    "/projects/<int:project_id>/remarks/new": "one text and a box",
    "/projects/<int:project_id>/urgent": "a text and a file: tests/desk/test_key_and_urgent.py",
    "/projects/new": "the fields of a filing: tests/projects/test_named_errors.py",
    "/people/<int:user_id>/acts/<act>": "choices of who takes over",
    "/people/<int:user_id>/roles/<role>/revoke": "choices of who takes over",
    "/projects/<int:project_id>/changes/resubmit": "as the first cut; there once every point is answered",
    "/password/reset/<token>": "every field by itself",
    "/projects/<int:project_id>/permits/<int:record_id>/correct": "the rules of a new permit",
    "/projects/<int:project_id>/progress/<int:record_id>/correct": "the rules of a new report",
    "/projects/<int:project_id>/days": "the days by themselves: tests of corrections",
    "/projects/<int:project_id>/contact": "every field by itself",
    "/login": "never told which of the two is wrong",
    "/reviews/<int:round_id>/settle/adopt": "boxes and one text",
    "/reviews/<int:round_id>/settle/rows/<int:change_id>": "the fields of settle/rows",
    "/reviews/<int:round_id>/settle/bottom-lines/<key>": "every field by itself",
    "/reviews/<int:round_id>/panel": "one choice",
    "/reviews/rows/<int:row_id>": "the room saves field by field: tests/reviews/test_room.py",
    "/reviews/tasks/<int:assignment_id>/rows": "the room saves field by field",
    "/reviews/tasks/<int:assignment_id>/overall": "the room saves field by field",
    "/reviews/tasks/<int:assignment_id>/all": "the room saves field by field",
    "/reviews/tasks/<int:assignment_id>/scores/<key>": "the room saves field by field",
}
"""Forms of several fields that are not in the table, and why."""
