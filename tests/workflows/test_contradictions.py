"""Where the parts of an opinion speak against each other."""

from __future__ import annotations

import pytest

from workflows.contradictions import Verdict, contradictions

FINE = {"价值与社会效益": 85, "艺术质量": 85, "技术质量": 85, "传播效果": 85}
MIXED = FINE | {"艺术质量": 79}
POOR = FINE | {"艺术质量": 59}
NOTHING_TO_CHANGE = "结论是“不予通过”，但没有一条“必改”，底线合规也没有不合格项。"
ALL_GOOD = "结论是“不予通过”，但各项评分都在 80 分以上。"


def verdict(conclusion, scores, must=0, failed=(), unnamed=()):
    return Verdict(conclusion, scores, list(failed), list(unnamed), must)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (verdict("refused", FINE), [NOTHING_TO_CHANGE, ALL_GOOD]),
        (verdict("refused", MIXED), [NOTHING_TO_CHANGE]),
        (verdict("refused", FINE, must=3), [ALL_GOOD]),
        (verdict("refused", MIXED, must=1), []),
        (verdict("refused", MIXED, failed=["未成年人"], unnamed=["未成年人"]), []),
        (verdict("passed", FINE), []),
        (verdict("passed", POOR), ["结论是“通过”，但“艺术质量”只有 59 分。"]),
        (verdict("pass_after_changes", POOR, must=2), ["结论是“修改后通过”，但“艺术质量”只有 59 分。"]),
        (verdict("pass_after_changes", FINE, must=2), []),
        (
            verdict("passed", FINE, failed=["未成年人", "迷信"]),
            ["结论是“通过”，但底线合规有不合格项：未成年人、迷信。"],
        ),
        (verdict("re_review", FINE, must=1), []),
        (
            verdict("re_review", FINE, must=1, failed=["未成年人", "迷信"], unnamed=["迷信"]),
            ["“迷信”判为不合格，但没有一条“必改”说到它。"],
        ),
        (verdict(None, FINE), []),
    ],
)
def test_what_does_not_fit_the_conclusion_is_said(given, said):
    assert contradictions(given) == said
