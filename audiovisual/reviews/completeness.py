"""What keeps an opinion from being signed: scores with reasons, rows with place, basis and demand, a conclusion; and where
its parts speak against each other, which the expert explains.

The action plan asks of an opinion: 客观有据、简明扼要、通俗易懂、切实可行.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from workflows.contradictions import Verdict, contradictions
from workflows.errors import Sentence, listed, say

from .models import Assignment, Opinion, OpinionRow, OpinionScore

CLAUSE = re.compile(r"第[0-9〇零一二三四五六七八九十百]+[章条款项]")
"""A clause named in running text: 第二十五条第六项."""
CITED = re.compile(
    r"第[0-9〇零一二三四五六七八九十百]+.*[章条款项]|[0-9]+条|[0-9一二三四五六七八九十]+号|法(?=[第》，、；。 ]|$)|条例|办法|规定|标准|细则|通则|规范|《"
)
"""A document or a clause of one, named in a basis: 令16号, 著作权法, 短视频细则. A word that clauses were looked for by (未成年) names none."""
Lack = tuple[str, Sentence]
"""Where on the page it is mended (the id of an element), and what is lacking."""


def lacks_of(assignment: Assignment) -> list[Sentence]:
    """Every lack of the opinion, the form's order first; empty when it can be signed."""
    return [sentence for _, sentence in placed_lacks(assignment)]


def placed_lacks(assignment: Assignment) -> list[Lack]:
    """Every lack with the place on the page where it is mended."""
    opinion = assignment.opinion
    if opinion is None:
        return [("rows", say("还没有写意见。"))]
    form = assignment.round.form
    return [*_scores(opinion, form), *_rows(opinion), *_conclusion(opinion, form)]


def score_key(dimension: str, item: str) -> str:
    """Key of a bottom-line check: A.minors."""
    return f"{dimension}.{item}"


def score_id(key: str) -> str:
    """Id of a score's line on the page: score-A-minors."""
    return "score-" + key.replace(".", "-")


def _scores(opinion: Opinion, form: dict[str, Any]) -> list[Lack]:
    given = {score.dimension: score for score in opinion.scores}
    found: list[Lack] = []
    for dimension in form["dimensions"]:
        found += _checks(dimension, given, opinion.rows) if dimension["kind"] == "checks" else _score(dimension, given)
    return found


def _checks(dimension: dict[str, Any], given: dict[str, OpinionScore], rows: Sequence[OpinionRow]) -> list[Lack]:
    """A failed check is a veto: it says why, and names a clause in its reason or in a row about the same thing."""
    keys, label = [score_key(dimension["code"], item["code"]) for item in dimension["items"]], say(dimension["label"])
    missing = [key for key in keys if key not in given or given[key].score is None]
    unexplained = [key for key in keys if key in given and given[key].score == 0 and not given[key].reason.strip()]
    cited = {row.dimension for row in rows if row.clause_id is not None or row.basis.strip()}
    unfounded = [
        key for key in keys
        if key in given and given[key].score == 0 and key not in cited and not CLAUSE.search(given[key].reason)
    ]  # fmt: skip
    found: list[Lack] = []
    if missing:
        found.append((score_id(missing[0]), say("“%(name)s”还有 %(n)s 项没有判断。", name=label, n=len(missing))))
    if unexplained:
        found.append((score_id(unexplained[0]), say("“%(name)s”判为不合格的，要写明理由。", name=label)))
    elif unfounded:
        found.append(
            (
                score_id(unfounded[0]),
                say("“%(name)s”判为不合格的，要引条款：写在理由里，或写进同一项的意见条目。", name=label),
            )
        )
    return found


def _score(dimension: dict[str, Any], given: dict[str, OpinionScore]) -> list[Lack]:
    score, label, place = given.get(dimension["code"]), say(dimension["label"]), score_id(dimension["code"])
    if score is None or score.score is None:
        return [(place, say("“%(name)s”还没有打分。", name=label))]
    return [] if score.reason.strip() else [(place, say("“%(name)s”还没有写理由。", name=label))]


def row_lacks(row: OpinionRow | SimpleNamespace) -> list[Sentence]:
    """What one row lacks; the values about to be written may stand for the row."""
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


def is_vague(row: OpinionRow | SimpleNamespace) -> bool:
    """Whether a row's basis names neither a document nor a clause, as far as can be told from the words: said before the
    signature and no reason to refuse it, for a basis may be anything a reader understands."""
    return bool(row.clause_id is None and row.basis.strip() and not CITED.search(row.basis))


def vague_bases(opinion: Opinion | None) -> list[Sentence]:
    """Of each row whose basis is vague, its number and words."""
    numbered = enumerate(opinion.rows, 1) if opinion is not None else ()
    return [say("第 %(n)s 条“%(words)s”", n=n, words=row.basis.strip()) for n, row in numbered if is_vague(row)]


def _rows(opinion: Opinion) -> list[Lack]:
    return [
        (f"row-{row.id}", say("第 %(n)s 条：%(what)s。", n=number, what=listed(found)))
        for number, row in enumerate(opinion.rows, 1)
        if (found := row_lacks(row))
    ]


def _conclusion(opinion: Opinion, form: dict[str, Any]) -> list[Lack]:
    found = [] if opinion.comment.strip() else [("comment", say("还没有写总评。"))]
    if opinion.conclusion is None:
        return [("conclusion", say("还没有选结论。")), *found]
    return [*(("conclusion", sentence) for sentence in _unfounded(opinion, form)), *found]


def _unfounded(opinion: Opinion, form: dict[str, Any]) -> list[Sentence]:
    """A conclusion stands on the rows and on the bottom line."""
    found, must = [], sum(1 for row in opinion.rows if row.severity == "must")
    if opinion.conclusion == "passed" and must:
        found.append(say("结论是“通过”，但有 %(n)s 条“必改”。", n=must))
    if opinion.conclusion in ("pass_after_changes", "re_review") and not must:
        found.append(say("结论要求修改，但没有一条“必改”。"))
    if opinion.conclusion in form.get("bottom_line_blocks", ()) and below_bottom_line(opinion, form):
        found.append(say("底线合规有不合格项，结论只能是“修改后重审”或“不予通过”。"))
    return found


def check_keys(form: dict[str, Any]) -> list[str]:
    """Keys of the bottom line's checks, in the form's order: A.minors, …"""
    return [score_key(d["code"], i["code"]) for d in form["dimensions"] if d["kind"] == "checks" for i in d["items"]]


def check_label(form: dict[str, Any], key: str) -> str:
    """What a check of the bottom line is called in the form: A.minors → 未成年人."""
    code, _, item = key.partition(".")
    items = next(dimension["items"] for dimension in form["dimensions"] if dimension["code"] == code)
    return str(next(each["label"] for each in items if each["code"] == item))


def below_bottom_line(opinion: Opinion, form: dict[str, Any]) -> int:
    """How many checks of the bottom line (底线合规) the opinion found failed."""
    checks = set(check_keys(form))
    return sum(1 for score in opinion.scores if score.dimension in checks and score.score == 0)


def contradictions_of(assignment: Assignment) -> list[Sentence]:
    """Where the parts of the opinion speak against each other (`workflows.contradictions`)."""
    opinion = assignment.opinion
    return contradictions(verdict_of(opinion, assignment.round.form)) if opinion is not None else []


def verdict_of(opinion: Opinion, form: dict[str, Any]) -> Verdict:
    """The opinion in short, in the words of its round's form."""
    given = {score.dimension: score.score for score in opinion.scores}
    checks = {
        score_key(d["code"], i["code"]): i["label"]
        for d in form["dimensions"] if d["kind"] == "checks" for i in d["items"]
    }  # fmt: skip
    marks = {d["label"]: given.get(d["code"]) for d in form["dimensions"] if d["kind"] != "checks"}
    failed = [key for key in checks if given.get(key) == 0]
    must = [row for row in opinion.rows if row.severity == "must"]
    named = {row.dimension for row in must}
    return Verdict(
        conclusion=opinion.conclusion,
        scores={label: score for label, score in marks.items() if score is not None},
        failed=[checks[key] for key in failed],
        unnamed=[checks[key] for key in failed if key not in named],
        must=len(must),
    )
