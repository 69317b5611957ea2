"""All that an expert signed is accounted for: points left out with their reason, failed bottom lines with their answer, merged
rows with every place and a mark while their common text is not written. Rows end where nothing is asked of them any more.

Of rounds that were proposed before, the points in no row are marked as left out without a reason: none was asked then.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0017", "0016", None, None

STATES = ("drafted", "open", "answered", "closed", "noted", "carried", "lapsed")
BEFORE = ("drafted", "open", "answered", "closed")
ENDED = "SELECT id FROM project WHERE state IN ('aired','rejected','withdrawn','refiled','discarded','reviewed')"
SILENT = "SELECT id FROM review_round WHERE answer_by IS NULL"
LEFT = """
INSERT INTO left_out (row_id, round_id, reason)
SELECT opinion_row.id, assignment.round_id, '' FROM opinion_row
JOIN opinion ON opinion.id = opinion_row.opinion_id JOIN assignment ON assignment.id = opinion.assignment_id
JOIN review_round ON review_round.id = assignment.round_id
WHERE assignment.state = 'signed' AND review_round.state IN ('proposed','agreed','decided','issued','closed')
AND opinion_row.id NOT IN (SELECT row_id FROM change_source)
"""


WORDS = {
    "专家意见公开，开始汇总": "专家意见公开，开始整理",
    "核验通过，关闭": "核验通过了整改",
}
"""What timelines call an act, before and after."""


def _states(batch: object, states: tuple[str, ...]) -> None:
    batch.drop_constraint(op.f("ck_change_state"), type_="check")
    batch.create_check_constraint(op.f("ck_change_state"), f"state IN ({','.join(map(repr, states))})")


def upgrade() -> None:
    for name in ("suggestions_unanswered", "suggestions_open"):
        op.add_column("project", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "left_out",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(by_id IS NULL) = (trim(reason) = '')", name=op.f("ck_left_out_with_its_reason")),
        sa.ForeignKeyConstraint(
            ["row_id"], ["opinion_row.id"], name=op.f("fk_left_out_row_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_left_out_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_left_out_by_id")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_left_out")),
    )
    op.create_index(op.f("ix_left_out_round_id"), "left_out", ["round_id"])
    op.create_table(
        "bottom_line_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("trim(text) <> ''", name=op.f("ck_bottom_line_answer_in_words")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_bottom_line_answer_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_bottom_line_answer_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bottom_line_answer")),
        sa.UniqueConstraint("round_id", "key", name=op.f("uq_bottom_line_answer_round_id_key")),
    )
    with op.batch_alter_table("change") as batch:
        batch.add_column(sa.Column("to_word", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("carried_from_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_change_carried_from_id"), "change", ["carried_from_id"], ["id"])
        batch.create_index(op.f("ix_change_carried_from_id"), ["carried_from_id"])
        batch.create_check_constraint(op.f("ck_change_worded_before_it_goes_out"), "state = 'drafted' OR NOT to_word")
        _states(batch, STATES)
    op.create_table(
        "change_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("frame_in", sa.Integer(), nullable=True),
        sa.Column("frame_out", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "frame_out IS NULL OR frame_in IS NULL OR frame_out >= frame_in", name=op.f("ck_change_place_in_before_out")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_change_place_change_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_place")),
    )
    op.create_index(op.f("ix_change_place_change_id"), "change_place", ["change_id"])
    _account_for_what_is_there()


def _account_for_what_is_there() -> None:
    """Mark what was left out, end the rows of titles that have ended and of letters that asked nothing, count suggestions."""
    op.execute(LEFT)
    for before, after in WORDS.items():
        op.execute(f"UPDATE event SET text = '{after}' WHERE text = '{before}'")
        op.execute(f"UPDATE message SET subject = '{after}' WHERE subject = '{before}'")
    op.execute(f"UPDATE change SET state = 'noted' WHERE state = 'open' AND round_id IN ({SILENT})")
    op.execute(f"UPDATE change SET state = 'lapsed' WHERE state IN ('open','answered') AND project_id IN ({ENDED})")
    op.execute("UPDATE project SET changes_unanswered = 0, changes_open = 0 WHERE changes_open > 0"
               f" AND id IN ({ENDED})")  # fmt: skip
    op.execute("UPDATE project SET changes_total = (SELECT count(*) FROM change WHERE change.project_id = project.id"
               " AND severity = 'must' AND change.state IN ('open','answered','closed')) WHERE changes_total > 0")  # fmt: skip
    for name, states in (("suggestions_unanswered", "('open')"), ("suggestions_open", "('open','answered')")):
        op.execute(f"UPDATE project SET {name} = (SELECT count(*) FROM change WHERE change.project_id = project.id"
                   f" AND severity = 'should' AND change.state IN {states}) WHERE letter_served OR changes_total > 0")  # fmt: skip


def downgrade() -> None:
    for before, after in WORDS.items():
        op.execute(f"UPDATE event SET text = '{before}' WHERE text = '{after}'")
    op.execute("UPDATE change SET state = 'open' WHERE state = 'noted'")
    op.execute("UPDATE change SET state = 'closed' WHERE state IN ('carried','lapsed')")
    op.drop_table("change_place")
    with op.batch_alter_table("change") as batch:
        _states(batch, BEFORE)
        batch.drop_constraint(op.f("ck_change_worded_before_it_goes_out"), type_="check")
        batch.drop_index(op.f("ix_change_carried_from_id"))
        batch.drop_constraint(op.f("fk_change_carried_from_id"), type_="foreignkey")
        batch.drop_column("carried_from_id")
        batch.drop_column("to_word")
    op.drop_table("bottom_line_answer")
    op.drop_index(op.f("ix_left_out_round_id"), table_name="left_out")
    op.drop_table("left_out")
    for name in ("suggestions_open", "suggestions_unanswered"):
        op.drop_column("project", name)
