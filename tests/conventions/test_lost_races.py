"""Two windows on one form: the one that comes second is told who was faster, and when, and nothing is written over."""

from __future__ import annotations

import re

from tests.clipboard.test_every_field import filled, sent

from .forms import Form, every_form

TOLD = re.compile(r"在另一个窗口 \d\d:\d\d (存过|答复过)（您本人）")
STRICT = ("name", "uscc", "licence_number", "pattern_project", "pattern_letter")
KINDS = ("text", "textarea", "search")
NEEDED = {
    "/account": {"phone": "", "email": ""},
    "/experts/": {"training_until": "2027-01-05"},
    "/experts/me": {"max_load": "3", "specialities": "艺术"},
    "/houses/": {"contact_phone": "025-83331234", "contact_email": "lin@example.com"},
    "/settings": {"contact_phone": "025-83331234", "contact_email": "lin@example.com"},
    "/answer": {"how": "explained", "new_episode": "", "new_place": ""},
    "/extend": {"answer_by": "2027-06-05"},
    "/steward": {"steward": "{user:head}"},
    "/progress/": {"percent": "50", "spent_yuan": "", "cast_pay_yuan": "", "episodes_done": ""},
    "/plan": {"script_lock": "2026-12-01", "shooting_start": "2026-12-05", "shooting_end": "2026-12-20",
              "cut_delivery": "2027-01-05", "release": "2027-02-05"},
    "/propose": {"outcome": "pass_after_changes", "answer_by": "2027-02-05"},
}  # fmt: skip
"""What a form has to hold to be taken, beside words; by what its address has in it."""
LATER = {
    "/experts/": {"training_until": "2027-02-06"}, "/plan": {"release": "2027-03-05"}, "/steward": {"steward": "{user:head2}"},
    "/extend": {"answer_by": "2027-07-05"},
}  # fmt: skip
"""What the second window says instead, where words alone make no difference."""
ELSEWHERE = {
    "/withdraw": "taken back once, by whoever asked",
    "/refuse": "decided once: tests/projects/test_lost_races.py",
    "/hand-over": "the title is in other hands then: tests/projects/test_lost_races.py",
    "/days": "the days that can be told are few here: tests/projects/test_corrections.py",
    "/class": "decided once: the same file",
    "/projects/{draft}/edit": "tests/projects/test_filing_page.py: both texts",
    "/completion": "tests/projects/test_completion.py",
    "/scores/": "tests/reviews/test_room.py: both texts",
    "/propose": "tests/reviews/test_settling.py",
}


def written(stage, form: Form, words: str) -> dict[str, str]:
    """The form as its page drew it, with these words in every text, and what else it needs."""
    texts = [each.name for each in form.typed if each.kind in KINDS and each.name not in STRICT]
    pairs = {**filled(form), **dict.fromkeys(texts, words)}
    for part, values in {**NEEDED, **({} if words == "先存的" else LATER)}.items():
        known = {name: stage.path(value) for name, value in values.items() if name in {i.name for i in form.inputs}}
        pairs |= known if part in form.action else {}
    return pairs


def test_a_lost_race_says_who_was_faster_and_when(stage):
    found = []
    for form in every_form(stage):
        elsewhere = any(stage.path(part) in form.action for part in ELSEWHERE)
        if "version" not in form.filling() or not form.typed or elsewhere:
            continue
        first, second = (sent(stage, form, written(stage, form, words)) for words in ("先存的", "后存的"))
        answers = first.status_code, second.status_code, bool(TOLD.search(second.text))
        stage.restore()
        if answers != (303, 409, True):
            found.append((form.action, answers, re.findall(r'class="err"[^>]*>.*?<span>(.+?)</span>', first.text)))
    assert not found, "\n".join(map(str, found))
