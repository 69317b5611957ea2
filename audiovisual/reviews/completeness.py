"""What keeps an opinion from being signed: scores with reasons, rows with place, basis and demand, a conclusion.

The action plan asks of an opinion: 客观有据、简明扼要、通俗易懂、切实可行.
"""

from __future__ import annotations

from typing import Any

from workflows.errors import Sentence, say

from .models import Assignment, Opinion, OpinionRow

POSITIVE = ("passed", "pass_after_changes")


def lacks_of(assignment: Assignment) -> list[Sentence]:
    """Every lack of the opinion, the form's order first; empty when it can be signed."""
    opinion = assignment.opinion
    if opinion is None:
        return [say("还没有写意见。")]
    form = assignment.round.form
    return [*_scores(opinion, form), *_rows(opinion), *_conclusion(opinion, form)]


def score_key(dimension: str, item: str) -> str:
    """Key of a bottom-line check: A.minors."""
    return f"{dimension}.{item}"


def _scores(opinion: Opinion, form: dict[str, Any]) -> list[Sentence]:
    given = {score.dimension: score for score in opinion.scores}
    found = []
    for dimension in form["dimensions"]:
        label = say(dimension["label"])
        if dimension["kind"] == "checks":
            keys = [score_key(dimension["code"], item["code"]) for item in dimension["items"]]
            missing = sum(1 for key in keys if key not in given or given[key].score is None)
            if missing:
                found.append(say("“%(name)s”还有 %(n)s 项没有判断。", name=label, n=missing))
            failed = [given[key] for key in keys if key in given and given[key].score == 0]
            if any(not score.reason.strip() for score in failed):
                found.append(say("“%(name)s”判为不合格的，要写明理由。", name=label))
            continue
        score = given.get(dimension["code"])
        if score is None or score.score is None:
            found.append(say("“%(name)s”还没有打分。", name=label))
        elif not score.reason.strip():
            found.append(say("“%(name)s”还没有写理由。", name=label))
    return found


def row_lacks(row: OpinionRow) -> list[Sentence]:
    """What one row lacks."""
    found = []
    if not row.problem.strip():
        found.append(say("没有写问题"))
    if row.demand is None:
        found.append(say("没有选处理要求"))
    if row.severity == "must":
        if row.episode is None:
            found.append(say("没有写第几集"))
        if row.frame_in is None:
            found.append(say("没有时码"))
        if row.clause_id is None and not row.basis.strip():
            found.append(say("没有依据"))
    return found


def _rows(opinion: Opinion) -> list[Sentence]:
    return [
        say("第 %(n)s 条：%(what)s。", n=number, what="、".join(found))
        for number, row in enumerate(opinion.rows, 1)
        if (found := row_lacks(row))
    ]


def _conclusion(opinion: Opinion, form: dict[str, Any]) -> list[Sentence]:
    if opinion.conclusion is None:
        return [say("还没有选结论。")]
    found = []
    must = [row for row in opinion.rows if row.severity == "must"]
    if opinion.conclusion == "passed" and must:
        found.append(say("结论是“通过”，但有 %(n)s 条“必改”。", n=len(must)))
    if opinion.conclusion in ("pass_after_changes", "re_review") and not must:
        found.append(say("结论要求修改，但没有一条“必改”。"))
    checks = {score_key(d["code"], i["code"]) for d in form["dimensions"] if d["kind"] == "checks" for i in d["items"]}
    if opinion.conclusion == "passed" and any(s.dimension in checks and s.score == 0 for s in opinion.scores):
        found.append(say("底线合规有不合格项，结论不能是“通过”。"))
    if not opinion.comment.strip():
        found.append(say("还没有写总评。"))
    return found
