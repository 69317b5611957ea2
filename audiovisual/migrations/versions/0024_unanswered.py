"""No title waits for what nobody can do, and no text is lost: suggestions that were never answered are noted, rows that were
merged before the common text was asked for hold all that their sources say.

A suggestion needed no answer when the letters of titles now in review were answered; the house cannot answer it there, so
it is not waited for. Rows merged in rounds not proposed yet held the words of their first point alone.

Revision ID: 0024
Revises: 0023
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0024", "0023", None, None

IN_REVIEW = "(SELECT id FROM project WHERE state = 'in_review' OR resume_state = 'in_review')"
UNANSWERED = "id NOT IN (SELECT change_id FROM answer)"
ASKED = "(SELECT id FROM review_round WHERE answer_by IS NOT NULL)"
DEMANDS = {"cut": "删减", "alter": "修改", "subtitle": "加字幕", "redub": "重配", "explain": "说明"}
MERGED = """
SELECT change.id, change.problem, change.demand, change.demand_text, change.episode, change.frame_in, change.frame_out
FROM change JOIN review_round ON review_round.id = change.round_id
WHERE change.state = 'drafted' AND NOT change.to_word AND review_round.state IN ('composing','reading','frozen')
AND (SELECT count(*) FROM change_source WHERE change_source.change_id = change.id) > 1
ORDER BY change.id
"""
SOURCES = """
SELECT r.problem, CASE WHEN r.basis <> '' OR clause.id IS NULL THEN r.basis ELSE norm.name || clause.reference END AS basis,
coalesce(r.demand, 'alter') AS demand, r.demand_text, r.severity, r.episode, r.frame_in, r.frame_out
FROM change_source JOIN opinion_row r ON r.id = change_source.row_id
LEFT JOIN clause ON clause.id = r.clause_id LEFT JOIN norm ON norm.id = clause.norm_id
WHERE change_source.change_id = :id ORDER BY r.id
"""
JOINED = """
UPDATE change SET problem = :problem, basis = :basis, demand_text = :demand_text, severity = :severity, to_word = :to_word,
version = version + 1 WHERE id = :id
"""
PLACES = "SELECT episode, frame_in, frame_out FROM change_place WHERE change_id = :id"
PLACE = "INSERT INTO change_place (change_id, episode, frame_in, frame_out) VALUES (:id, :episode, :frame_in, :frame_out)"


def upgrade() -> None:
    never = f"state = 'open' AND severity = 'should' AND {UNANSWERED} AND project_id IN {IN_REVIEW}"
    op.execute(f"UPDATE change SET state = 'noted' WHERE {never}")
    _count()
    connection = op.get_bind()
    for change in connection.execute(sa.text(MERGED)).all():
        sources = connection.execute(sa.text(SOURCES), {"id": change.id}).all()
        if _is_first_alone(change, sources):
            _join(connection, change, sources)


def downgrade() -> None:
    back = f"state = 'noted' AND severity = 'should' AND {UNANSWERED} AND project_id IN {IN_REVIEW}"
    op.execute(f"UPDATE change SET state = 'open' WHERE {back} AND round_id IN {ASKED}")
    _count()


def _count() -> None:
    """Write anew how many suggestions of the titles in review wait for an answer, and for the officer."""
    for name, states in (("suggestions_unanswered", "('open')"), ("suggestions_open", "('open','answered')")):
        op.execute(f"UPDATE project SET {name} = (SELECT count(*) FROM change WHERE change.project_id = project.id"
                   f" AND severity = 'should' AND change.state IN {states}) WHERE id IN {IN_REVIEW}")  # fmt: skip


def _words(row: Any) -> tuple[str, str, str]:
    return row.problem.strip(), row.demand, row.demand_text.strip()


def _is_first_alone(change: Any, sources: Sequence[Any]) -> bool:
    """Whether the row says what one of its sources says, and another says something else: nobody has worded it."""
    said = {(*_words(source), source.basis.strip()) for source in sources}
    return len(said) > 1 and _words(change) in {_words(source) for source in sources}


def _join(connection: Any, change: Any, sources: Sequence[Any]) -> None:
    """Give the row every text, basis and place of its sources, and mark it to be worded."""
    differ = len({source.demand for source in sources}) > 1
    demands = (f"{DEMANDS[one.demand]}：{one.demand_text.strip()}".rstrip("：") if differ else one.demand_text for one in sources)
    joined = {
        "id": change.id, "problem": _once("\n", (source.problem for source in sources)), "to_word": True,
        "basis": _once("；", (source.basis for source in sources)), "demand_text": _once("\n", demands),
        "severity": "must" if any(source.severity == "must" for source in sources) else "should",
    }  # fmt: skip
    connection.execute(sa.text(JOINED), joined)
    known = {tuple(place) for place in connection.execute(sa.text(PLACES), {"id": change.id})}
    known.add((change.episode, change.frame_in, change.frame_out))
    for place in dict.fromkeys((source.episode, source.frame_in, source.frame_out) for source in sources):
        if place not in known:
            given = dict(zip(("episode", "frame_in", "frame_out"), place, strict=True))
            connection.execute(sa.text(PLACE), {"id": change.id, **given})


def _once(between: str, texts: Iterable[str]) -> str:
    return between.join(text for text in dict.fromkeys(text.strip() for text in texts) if text)
