"""The tables of the first release.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from audiovisual.search.engines import create_index, drop_index

# revision identifiers, used by Alembic.
revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "audit_row",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_row")),
    )
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.create_index("ix_audit_project", ["project_id"], unique=False)
        batch_op.create_index("ix_audit_subject", ["subject_type", "subject_id"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_calendar_day_kind")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "dated_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_dated_rule_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_rule")),
    )
    with op.batch_alter_table("dated_rule", schema=None) as batch_op:
        batch_op.create_index("ux_dated_rule", ["kind", "valid_from"], unique=True)

    op.create_table(
        "house",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("short_name", sa.String(), nullable=False),
        sa.Column("former_names", sa.String(), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("licence_number", sa.String(), nullable=False),
        sa.Column("licence_expires_on", sa.Date(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("applied_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state != 'admitted' OR decided_at IS NOT NULL", name=op.f("ck_house_admitted_was_decided")),
        sa.CheckConstraint("state != 'refused' OR refusal IS NOT NULL", name=op.f("ck_house_refusal_has_reason")),
        sa.CheckConstraint("state IN ('applied','admitted','refused','barred')", name=op.f("ck_house_state")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_house_decided_by_id"), use_alter=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
        sa.UniqueConstraint("name", name=op.f("uq_house_name")),
        sa.UniqueConstraint("uscc", name=op.f("uq_house_uscc")),
    )
    with op.batch_alter_table("house", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_house_city"), ["city"], unique=False)
        batch_op.create_index(batch_op.f("ix_house_state"), ["state"], unique=False)

    op.create_table(
        "norm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norm")),
        sa.UniqueConstraint("code", name=op.f("uq_norm_code")),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_number_series")),
    )
    op.create_table(
        "outbox_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("failed_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.CheckConstraint("done_at IS NULL OR failed_at IS NULL", name=op.f("ck_outbox_row_done_or_failed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_row")),
    )
    with op.batch_alter_table("outbox_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_open",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_outbox_row_event_id"), ["event_id"], unique=False)

    op.create_table(
        "pulse",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulse")),
    )
    op.create_table(
        "search_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("ref_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("number_key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("title_key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("everyone", sa.Boolean(), nullable=False),
        sa.Column("experts", sa.Boolean(), nullable=False),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("kind", "ref_id", name=op.f("uq_search_document_kind_ref_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("search_document", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_document_audience",
            ["id", "kind", "staff", "everyone", "experts", "house_id", "owner_id", "project_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_search_document_house_id"), ["house_id"], unique=False)
        batch_op.create_index("ix_search_document_number_key", ["number_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_document_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_search_document_title_key", ["title_key"], unique=False)

    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_stored_file_sha256")),
        sa.CheckConstraint("size > 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.create_index("ix_stored_file_sha256", ["sha256"], unique=False)

    op.create_table(
        "clause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("norm_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("heading", sa.String(), nullable=False),
        sa.Column("keywords", sa.String(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["norm_id"], ["norm.id"], name=op.f("fk_clause_norm_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clause")),
        sa.UniqueConstraint("norm_id", "reference", name=op.f("uq_clause_norm_id_reference")),
    )
    with op.batch_alter_table("clause", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clause_norm_id"), ["norm_id"], unique=False)

    op.create_table(
        "search_passage",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["search_document.id"], name=op.f("fk_search_passage_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name=op.f("pk_search_passage")),
    )
    op.create_table(
        "upload",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (file_id IS NULL)", name=op.f("ck_upload_file_when_finished")),
        sa.CheckConstraint("state IN ('open', 'finished', 'taken')", name=op.f("ck_upload_state")),
        sa.CheckConstraint("size > 0 AND received BETWEEN 0 AND size", name=op.f("ck_upload_received")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_upload_file_id")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index("ix_upload_file", ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_upload_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["house_id"], ["house.id"], name=op.f("fk_user_house_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("login", name=op.f("uq_user_login")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_house_id"), ["house_id"], unique=False)

    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("absent_id != deputy_id", name=op.f("ck_delegation_two_people")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_delegation_in_order")),
        sa.ForeignKeyConstraint(["absent_id"], ["user.id"], name=op.f("fk_delegation_absent_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["user.id"], name=op.f("fk_delegation_deputy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_absent_id"), ["absent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "expert",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("institution", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("specialities", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("past_employers", sa.JSON(), nullable=False),
        sa.Column("relatives", sa.JSON(), nullable=False),
        sa.Column("biography", sa.String(), nullable=False),
        sa.Column("training_until", sa.Date(), nullable=True),
        sa.Column("max_load", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_expert_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_expert")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("house_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["house_id"], ["house.id"], name=op.f("fk_invitation_house_id")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user.id"], name=op.f("fk_invitation_invited_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("resume_state", sa.String(), nullable=True),
        sa.Column("house_id", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("predecessor_id", sa.Integer(), nullable=True),
        sa.Column("holder_role", sa.String(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("held_since", sa.DateTime(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paused_since", sa.Date(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("key_year", sa.Integer(), nullable=True),
        sa.Column("class_code", sa.String(), nullable=True),
        sa.Column("class_rule_id", sa.Integer(), nullable=True),
        sa.Column("class_detail", sa.JSON(), nullable=True),
        sa.Column("class_decided_by_id", sa.Integer(), nullable=True),
        sa.Column("class_reason", sa.String(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("screened_at", sa.DateTime(), nullable=True),
        sa.Column("scheduled_at", sa.DateTime(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("aired_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("theme_era", sa.String(), nullable=True),
        sa.Column("theme_topic", sa.String(), nullable=True),
        sa.Column("episodes", sa.Integer(), nullable=True),
        sa.Column("minutes_per_episode", sa.Integer(), nullable=True),
        sa.Column("investment_yuan", sa.BigInteger(), nullable=True),
        sa.Column("cast_pay_yuan", sa.BigInteger(), nullable=True),
        sa.Column("lead_pay_yuan", sa.BigInteger(), nullable=True),
        sa.Column("source_kind", sa.String(), nullable=True),
        sa.Column("source_work", sa.String(), nullable=False),
        sa.Column("rights_note", sa.String(), nullable=False),
        sa.Column("platforms", sa.String(), nullable=False),
        sa.Column("shooting_place", sa.String(), nullable=False),
        sa.Column("shooting_start", sa.Date(), nullable=True),
        sa.Column("shooting_end", sa.Date(), nullable=True),
        sa.Column("release_on", sa.Date(), nullable=True),
        sa.Column("special_subjects", sa.JSON(), nullable=True),
        sa.Column("submitted_elsewhere", sa.Boolean(), nullable=True),
        sa.Column("elsewhere_detail", sa.String(), nullable=False),
        sa.Column("ai_use", sa.String(), nullable=True),
        sa.Column("ai_note", sa.String(), nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("front_page", sa.Boolean(), nullable=False),
        sa.Column("member_first", sa.Boolean(), nullable=False),
        sa.Column("voluntary_major", sa.Boolean(), nullable=False),
        sa.Column("interactive", sa.Boolean(), nullable=False),
        sa.Column("major_subject", sa.Boolean(), nullable=False),
        sa.Column("foreign_staff", sa.Boolean(), nullable=False),
        sa.Column("first_created", sa.Boolean(), nullable=False),
        sa.Column("first_created_evidence", sa.String(), nullable=False),
        sa.Column("first_reviewed", sa.Boolean(), nullable=False),
        sa.Column("first_reviewed_evidence", sa.String(), nullable=False),
        sa.Column("first_released", sa.Boolean(), nullable=False),
        sa.Column("first_released_evidence", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("pledged", sa.Boolean(), nullable=False),
        sa.Column("synopsis", sa.String(), nullable=False),
        sa.Column("theme_statement", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("letter_served", sa.Boolean(), nullable=False),
        sa.Column("changes_total", sa.Integer(), nullable=False),
        sa.Column("changes_unanswered", sa.Integer(), nullable=False),
        sa.Column("changes_open", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('suspended','dormant')) = (resume_state IS NOT NULL)",
            name=op.f("ck_project_set_aside_can_resume"),
        ),
        sa.CheckConstraint("state != 'aired' OR aired_on IS NOT NULL", name=op.f("ck_project_aired_has_day")),
        sa.CheckConstraint(
            "state != 'reviewed' OR (outcome IN ('passed','pass_after_changes') AND letter_served AND changes_open = 0)",
            name=op.f("ck_project_reviewed_is_settled"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','discarded') OR (number IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_project_submitted_has_number"),
        ),
        sa.CheckConstraint(
            "state IN ('draft','submitted','received','completing','accepted','proposed','screened','scheduled','in_production','in_review','rectifying','reviewed','aired','rejected','withdrawn','refiled','discarded','suspended','dormant')",
            name=op.f("ck_project_state"),
        ),
        sa.CheckConstraint("investment_yuan IS NULL OR investment_yuan >= 0", name=op.f("ck_project_investment")),
        sa.ForeignKeyConstraint(["class_decided_by_id"], ["user.id"], name=op.f("fk_project_class_decided_by_id")),
        sa.ForeignKeyConstraint(["class_rule_id"], ["dated_rule.id"], name=op.f("fk_project_class_rule_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name=op.f("fk_project_created_by_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["user.id"], name=op.f("fk_project_holder_id")),
        sa.ForeignKeyConstraint(["house_id"], ["house.id"], name=op.f("fk_project_house_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["user.id"], name=op.f("fk_project_officer_id")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["project.id"], name=op.f("fk_project_predecessor_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_project_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("number", name=op.f("uq_project_number")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(
            "ix_project_by_investment",
            [
                "investment_yuan",
                "id",
                "state",
                "type",
                "class_code",
                "house_id",
                "officer_id",
                "theme_era",
                "theme_topic",
                "urgent",
                "key_year",
                "due_on",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_project_by_submitted",
            [
                "submitted_at",
                "id",
                "state",
                "type",
                "class_code",
                "house_id",
                "officer_id",
                "theme_era",
                "theme_topic",
                "urgent",
                "key_year",
                "due_on",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_project_by_title",
            [
                "title_key",
                "id",
                "state",
                "type",
                "class_code",
                "house_id",
                "officer_id",
                "theme_era",
                "theme_topic",
                "urgent",
                "key_year",
                "due_on",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_project_by_updated",
            [
                "updated_at",
                "id",
                "state",
                "type",
                "class_code",
                "house_id",
                "officer_id",
                "theme_era",
                "theme_topic",
                "urgent",
                "key_year",
                "due_on",
            ],
            unique=False,
        )
        batch_op.create_index("ix_project_class", ["class_code", "state", "type", "house_id"], unique=False)
        batch_op.create_index("ix_project_holder", ["holder_id", "due_on"], unique=False)
        batch_op.create_index("ix_project_holder_role", ["holder_role", "state", "due_on", "holder_id"], unique=False)
        batch_op.create_index("ix_project_house", ["house_id", "state", "updated_at"], unique=False)
        batch_op.create_index("ix_project_key_year", ["key_year", "state"], unique=False)
        batch_op.create_index(
            "ix_project_officer",
            [
                "officer_id", "state", "type", "class_code", "house_id", "holder_role", "holder_id", "due_on",
                "paused_since",
            ],
            unique=False,
        )  # fmt: skip
        batch_op.create_index("ix_project_state", ["state", "type", "house_id", "updated_at"], unique=False)
        batch_op.create_index("ix_project_state_due", ["state", "due_on"], unique=False)
        batch_op.create_index("ix_project_theme", ["theme_era", "theme_topic", "state", "type", "house_id"], unique=False)
        batch_op.create_index("ix_project_title_key", ["title_key"], unique=False)
        batch_op.create_index("ix_project_type_state", ["type", "state", "class_code", "updated_at", "house_id"], unique=False)
        batch_op.create_index(
            "ix_project_urgent",
            ["urgent", "due_on"],
            unique=False,
            sqlite_where=sa.text("urgent"),
            postgresql_where=sa.text("urgent"),
        )

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_user_id"), ["user_id"], unique=False)

    op.create_table(
        "role_grant",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role IN ('producer','expert','officer','head','leader','sealer','admin')", name=op.f("ck_role_grant_role")
        ),
        sa.ForeignKeyConstraint(["granted_by_id"], ["user.id"], name=op.f("fk_role_grant_granted_by_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_role_grant_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index("ix_role_grant_role", ["role"], unique=False)

    op.create_table(
        "airing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("aired_on", sa.Date(), nullable=False),
        sa.Column("licence_number", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_airing_file_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_airing_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_airing_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_airing")),
    )
    with op.batch_alter_table("airing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_airing_project_id"), ["project_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["user.id"], name=op.f("fk_attachment_added_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_attachment_file_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_attachment_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_project_id"), ["project_id"], unique=False)

    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("house_after_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_change_request_decided")),
        sa.CheckConstraint("kind IN ('title','house','episodes')", name=op.f("ck_change_request_kind")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_change_request_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_change_request_decided_by_id")),
        sa.ForeignKeyConstraint(["house_after_id"], ["house.id"], name=op.f("fk_change_request_house_after_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_change_request_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_request_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "ux_change_request_open",
            ["project_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("statutory_on", sa.Date(), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("internal_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_clock_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rule.id"], name=op.f("fk_clock_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_clock_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "ux_clock_running",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("stopped_on IS NULL"),
            postgresql_where=sa.text("stopped_on IS NULL"),
        )

    op.create_table(
        "co_producer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("uscc", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_co_producer_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_producer")),
    )
    with op.batch_alter_table("co_producer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_co_producer_project_id"), ["project_id"], unique=False)

    op.create_table(
        "co_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state != 'answered' OR (verdict IS NOT NULL AND answered_on IS NOT NULL)",
            name=op.f("ck_co_review_answered"),
        ),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('agree','agree_with_changes','disagree')", name=op.f("ck_co_review_verdict")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_co_review_asked_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_co_review_file_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_co_review_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_co_review")),
    )
    with op.batch_alter_table("co_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_co_review_project_id"), ["project_id"], unique=False)

    op.create_table(
        "completion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_completion_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_completion_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "ux_completion_open",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("completed_at IS NULL"),
            postgresql_where=sa.text("completed_at IS NULL"),
        )

    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("declared_by_id", sa.Integer(), nullable=False),
        sa.Column("declared_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["declared_by_id"], ["user.id"], name=op.f("fk_conflict_declared_by_id")),
        sa.ForeignKeyConstraint(["expert_id"], ["user.id"], name=op.f("fk_conflict_expert_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_conflict_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_expert_id"), ["expert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_project_id"), ["project_id"], unique=False)

    op.create_table(
        "credit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_credit_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit")),
    )
    with op.batch_alter_table("credit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credit_project_id"), ["project_id"], unique=False)

    op.create_table(
        "cut",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("episodes", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("delivered_by_id", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["delivered_by_id"], ["user.id"], name=op.f("fk_cut_delivered_by_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_cut_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut")),
        sa.UniqueConstraint("project_id", "ordinal", name=op.f("uq_cut_project_id_ordinal")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("on_behalf_of_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("public_text", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("audit_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_event_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_actor", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_event_project", ["project_id", "id"], unique=False)
        batch_op.create_index("ix_event_subject", ["subject_type", "subject_id", "id"], unique=False)

    op.create_table(
        "former_title",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_former_title_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_title")),
    )
    with op.batch_alter_table("former_title", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_title_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_former_title_title_key"), ["title_key"], unique=False)

    op.create_table(
        "key_project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("steward_id", sa.Integer(), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot >= 1", name=op.f("ck_key_project_slot")),
        sa.ForeignKeyConstraint(["chosen_by_id"], ["user.id"], name=op.f("fk_key_project_chosen_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_key_project_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["steward_id"], ["user.id"], name=op.f("fk_key_project_steward_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_project")),
        sa.UniqueConstraint("project_id", name=op.f("uq_key_project_project_id")),
        sa.UniqueConstraint("year", "slot", name=op.f("uq_key_project_year_slot")),
    )
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("actual_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_milestone_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("project_id", "kind", name=op.f("uq_milestone_project_id_kind")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_project_id"), ["project_id"], unique=False)

    op.create_table(
        "permit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("warned_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('planning_filing','release_filing','series_licence','micro_licence','approval','programme_number','record_number','platform_record','registration')",
            name=op.f("ck_permit_kind"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name=op.f("ck_permit_in_order")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_permit_file_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_permit_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_permit_recorded_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_permit_kind_number")),
    )
    with op.batch_alter_table("permit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_permit_project_id"), ["project_id"], unique=False)
        batch_op.create_index("ix_permit_valid", ["valid_until"], unique=False)

    op.create_table(
        "progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("spent_yuan", sa.BigInteger(), nullable=True),
        sa.Column("cast_pay_yuan", sa.BigInteger(), nullable=True),
        sa.Column("episodes_done", sa.Integer(), nullable=True),
        sa.Column("problems", sa.String(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_progress_percent")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_progress_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["reported_by_id"], ["user.id"], name=op.f("fk_progress_reported_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_progress")),
        sa.UniqueConstraint("project_id", "period", name=op.f("uq_progress_project_id_period")),
    )
    op.create_table(
        "project_tie",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('reader','recused')", name=op.f("ck_project_tie_kind")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_tie_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_project_tie_user_id")),
        sa.PrimaryKeyConstraint("project_id", "user_id", "kind", name=op.f("pk_project_tie")),
    )
    with op.batch_alter_table("project_tie", schema=None) as batch_op:
        batch_op.create_index("ix_project_tie_user", ["user_id", "kind", "project_id"], unique=False)

    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("recommendation", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("recommendation IN ('admit','reject')", name=op.f("ck_screening_recommendation")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL AND decided_by_id IS NULL)", name=op.f("ck_screening_decided")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_screening_decided_by_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["user.id"], name=op.f("fk_screening_officer_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_screening_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["dated_rule.id"], name=op.f("fk_screening_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_project_id"), ["project_id"], unique=False)

    op.create_table(
        "urgent_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_urgent_request_decided")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["user.id"], name=op.f("fk_urgent_request_asked_by_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_urgent_request_decided_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_urgent_request_file_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_urgent_request_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgent_request")),
    )
    with op.batch_alter_table("urgent_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urgent_request_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "ux_urgent_request_open",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked','approved')"),
            postgresql_where=sa.text("state IN ('asked','approved')"),
        )

    op.create_table(
        "viewing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_viewing_file_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_viewing_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_viewing_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
        sa.UniqueConstraint("user_id", "file_id", "session_id", name=op.f("uq_viewing_user_id_file_id_session_id")),
    )
    op.create_table(
        "completion_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("demand", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_completion_item_answered_by_id")),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_completion_item_completion_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_completion_item_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_item")),
    )
    with op.batch_alter_table("completion_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_item_completion_id"), ["completion_id"], unique=False)

    op.create_table(
        "cut_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cut_id", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("frames", sa.BigInteger(), nullable=True),
        sa.Column("rate_num", sa.Integer(), nullable=False),
        sa.Column("rate_den", sa.Integer(), nullable=False),
        sa.Column("start_frame", sa.Integer(), nullable=False),
        sa.Column("drop", sa.Boolean(), nullable=False),
        sa.Column("plays", sa.Boolean(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.CheckConstraint("rate_num > 0 AND rate_den > 0", name=op.f("ck_cut_part_rate")),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"], name=op.f("fk_cut_part_cut_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_cut_part_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cut_part")),
        sa.UniqueConstraint("cut_id", "episode", name=op.f("uq_cut_part_cut_id_episode")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_message_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_message_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("user_id", "event_id", name=op.f("uq_message_user_id_event_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_user", ["user_id", "read_at", "id"], unique=False)

    op.create_table(
        "review_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cut_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("form_rule_id", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("grounds", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(), nullable=True),
        sa.Column("agreed_by_id", sa.Integer(), nullable=True),
        sa.Column("agreed_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("issued_at", sa.DateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('passed','pass_after_changes','re_review','refused')",
            name=op.f("ck_review_round_outcome"),
        ),
        sa.CheckConstraint(
            "state IN ('composing','reading','frozen','proposed','agreed','decided','issued','closed','cancelled')",
            name=op.f("ck_review_round_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('decided','issued','closed') OR (outcome IS NOT NULL AND proposed_by_id IS NOT NULL AND agreed_by_id IS NOT NULL AND decided_by_id IS NOT NULL AND decided_at IS NOT NULL)",
            name=op.f("ck_review_round_decided_has_chain"),
        ),
        sa.CheckConstraint(
            "agreed_by_id IS NULL OR decided_by_id IS NULL OR agreed_by_id != decided_by_id",
            name=op.f("ck_review_round_two_hands_again"),
        ),
        sa.CheckConstraint(
            "proposed_by_id IS NULL OR agreed_by_id IS NULL OR proposed_by_id != agreed_by_id",
            name=op.f("ck_review_round_two_hands"),
        ),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["user.id"], name=op.f("fk_review_round_agreed_by_id")),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"], name=op.f("fk_review_round_cut_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_review_round_decided_by_id")),
        sa.ForeignKeyConstraint(["form_rule_id"], ["dated_rule.id"], name=op.f("fk_review_round_form_rule_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_review_round_opened_by_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_review_round_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_review_round_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_round")),
        sa.UniqueConstraint("project_id", "ordinal", name=op.f("uq_review_round_project_id_ordinal")),
    )
    with op.batch_alter_table("review_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_round_state"), ["state"], unique=False)
        batch_op.create_index(
            "ux_round_open",
            ["project_id"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('closed','cancelled')"),
            postgresql_where=sa.text("state NOT IN ('closed','cancelled')"),
        )

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("invited_at", sa.DateTime(), nullable=True),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(state = 'signed') = (signed_at IS NOT NULL)", name=op.f("ck_assignment_signed")),
        sa.ForeignKeyConstraint(["expert_id"], ["user.id"], name=op.f("fk_assignment_expert_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_assignment_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_assignment_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("round_id", "expert_id", name=op.f("uq_assignment_round_id_expert_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_expert", ["expert_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_project_id"), ["project_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("frame_in", sa.Integer(), nullable=True),
        sa.Column("frame_out", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("demand", sa.String(), nullable=False),
        sa.Column("demand_text", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("demand IN ('cut','alter','subtitle','redub','explain')", name=op.f("ck_change_demand")),
        sa.CheckConstraint("severity IN ('must','should')", name=op.f("ck_change_severity")),
        sa.CheckConstraint("state IN ('drafted','open','answered','closed')", name=op.f("ck_change_state")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_change_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["review_round.id"], name=op.f("fk_change_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index("ix_change_project", ["project_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_round_id"), ["round_id"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("series", sa.String(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(), nullable=False),
        sa.Column("preview_id", sa.Integer(), nullable=True),
        sa.Column("sealed_by_id", sa.Integer(), nullable=True),
        sa.Column("sealed_at", sa.DateTime(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("served_at", sa.DateTime(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('drafted','withdrawn') OR (number IS NOT NULL AND dated IS NOT NULL AND sealed_by_id IS NOT NULL)",
            name=op.f("ck_document_sealed_has_number"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('served','superseded') OR (file_id IS NOT NULL AND served_at IS NOT NULL)",
            name=op.f("ck_document_served_has_file"),
        ),
        sa.CheckConstraint(
            "sealed_by_id IS NULL OR decided_by_id IS NULL OR sealed_by_id != decided_by_id",
            name=op.f("ck_document_two_hands"),
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_document_decided_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_file_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["user.id"], name=op.f("fk_document_opened_by_id")),
        sa.ForeignKeyConstraint(["preview_id"], ["stored_file.id"], name=op.f("fk_document_preview_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_document_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_document_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["sealed_by_id"], ["user.id"], name=op.f("fk_document_sealed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("number", name=op.f("uq_document_number")),
        sa.UniqueConstraint("series", "year", "ordinal", name=op.f("uq_document_series_year_ordinal")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_round_id"), ["round_id"], unique=False)
        batch_op.create_index("ix_document_state", ["state", "drafted_at"], unique=False)

    op.create_table(
        "letter_preview",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.DateTime(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_letter_preview_file_id")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["review_round.id"], name=op.f("fk_letter_preview_round_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_letter_preview")),
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("new_episode", sa.Integer(), nullable=True),
        sa.Column("new_frame", sa.Integer(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("verdict_reason", sa.String(), nullable=False),
        sa.Column("verdict_by_id", sa.Integer(), nullable=True),
        sa.Column("verdict_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("how IN ('done','done_differently','explained')", name=op.f("ck_answer_how")),
        sa.CheckConstraint("verdict IS NULL OR verdict IN ('closed','reopened')", name=op.f("ck_answer_verdict")),
        sa.CheckConstraint("(verdict IS NULL) = (verdict_at IS NULL)", name=op.f("ck_answer_verdict_has_day")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_answer_answered_by_id")),
        sa.ForeignKeyConstraint(["change_id"], ["change.id"], name=op.f("fk_answer_change_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_answer_file_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_answer_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["verdict_by_id"], ["user.id"], name=op.f("fk_answer_verdict_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_change_id"), ["change_id"], unique=False)

    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.String(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("signed_hash", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "conclusion IS NULL OR conclusion IN ('passed','pass_after_changes','re_review','refused')",
            name=op.f("ck_opinion_conclusion"),
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_opinion_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_opinion_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_opinion_assignment_id")),
    )
    with op.batch_alter_table("opinion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_project_id"), ["project_id"], unique=False)

    op.create_table(
        "opinion_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=True),
        sa.Column("frame_in", sa.Integer(), nullable=True),
        sa.Column("frame_out", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=True),
        sa.Column("clause_id", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("demand", sa.String(), nullable=True),
        sa.Column("demand_text", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "demand IS NULL OR demand IN ('cut','alter','subtitle','redub','explain')",
            name=op.f("ck_opinion_row_demand"),
        ),
        sa.CheckConstraint("severity IN ('must','should')", name=op.f("ck_opinion_row_severity")),
        sa.CheckConstraint(
            "frame_out IS NULL OR frame_in IS NULL OR frame_out >= frame_in", name=op.f("ck_opinion_row_in_before_out")
        ),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("fk_opinion_row_clause_id")),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinion.id"], name=op.f("fk_opinion_row_opinion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_row")),
    )
    with op.batch_alter_table("opinion_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_row_opinion_id"), ["opinion_id"], unique=False)

    op.create_table(
        "opinion_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 100", name=op.f("ck_opinion_score_score")),
        sa.ForeignKeyConstraint(
            ["opinion_id"], ["opinion.id"], name=op.f("fk_opinion_score_opinion_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_score")),
        sa.UniqueConstraint("opinion_id", "dimension", name=op.f("uq_opinion_score_opinion_id_dimension")),
    )
    op.create_table(
        "change_source",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_change_source_change_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["row_id"], ["opinion_row.id"], name=op.f("fk_change_source_row_id")),
        sa.PrimaryKeyConstraint("change_id", "row_id", name=op.f("pk_change_source")),
    )
    # by what work lists sort; Alembic does not write indexes of expressions by itself
    due = sa.text("coalesce(due_on, '9999-12-31')")
    op.create_index(
        "ix_project_by_due",
        "project",
        [
            sa.text("urgent DESC"),
            due,
            "id",
            "state",
            "type",
            "class_code",
            "house_id",
            "officer_id",
            "theme_era",
            "theme_topic",
            "urgent",
            "key_year",
            "due_on",
        ],
    )
    bind = op.get_bind()
    create_index(bind)
    if bind.dialect.name == "postgresql":  # SQLite holds this circle of house and user within CREATE TABLE
        op.create_foreign_key("fk_house_decided_by_id", "house", "user", ["decided_by_id"], ["id"])


def downgrade():
    bind = op.get_bind()
    drop_index(bind)
    if bind.dialect.name == "postgresql":
        op.drop_constraint("fk_house_decided_by_id", "house", type_="foreignkey")
    op.drop_table("change_source")
    op.drop_table("opinion_score")
    with op.batch_alter_table("opinion_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinion_row_opinion_id"))

    op.drop_table("opinion_row")
    with op.batch_alter_table("opinion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_opinion_project_id"))

    op.drop_table("opinion")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_change_id"))

    op.drop_table("answer")
    op.drop_table("letter_preview")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index("ix_document_state")
        batch_op.drop_index(batch_op.f("ix_document_round_id"))
        batch_op.drop_index(batch_op.f("ix_document_project_id"))

    op.drop_table("document")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_round_id"))
        batch_op.drop_index("ix_change_project")

    op.drop_table("change")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_project_id"))
        batch_op.drop_index("ix_assignment_expert")

    op.drop_table("assignment")
    with op.batch_alter_table("review_round", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_round_open",
            sqlite_where=sa.text("state NOT IN ('closed','cancelled')"),
            postgresql_where=sa.text("state NOT IN ('closed','cancelled')"),
        )
        batch_op.drop_index(batch_op.f("ix_review_round_state"))

    op.drop_table("review_round")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_user")

    op.drop_table("message")
    op.drop_table("cut_part")
    with op.batch_alter_table("completion_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_completion_item_completion_id"))

    op.drop_table("completion_item")
    op.drop_table("viewing")
    with op.batch_alter_table("urgent_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_urgent_request_open",
            sqlite_where=sa.text("state IN ('asked','approved')"),
            postgresql_where=sa.text("state IN ('asked','approved')"),
        )
        batch_op.drop_index(batch_op.f("ix_urgent_request_project_id"))

    op.drop_table("urgent_request")
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_screening_project_id"))

    op.drop_table("screening")
    with op.batch_alter_table("project_tie", schema=None) as batch_op:
        batch_op.drop_index("ix_project_tie_user")

    op.drop_table("project_tie")
    op.drop_table("progress")
    with op.batch_alter_table("permit", schema=None) as batch_op:
        batch_op.drop_index("ix_permit_valid")
        batch_op.drop_index(batch_op.f("ix_permit_project_id"))

    op.drop_table("permit")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_project_id"))

    op.drop_table("milestone")
    op.drop_table("key_project")
    with op.batch_alter_table("former_title", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_title_title_key"))
        batch_op.drop_index(batch_op.f("ix_former_title_project_id"))

    op.drop_table("former_title")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_subject")
        batch_op.drop_index("ix_event_project")
        batch_op.drop_index("ix_event_actor")

    op.drop_table("event")
    op.drop_table("cut")
    with op.batch_alter_table("credit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credit_project_id"))

    op.drop_table("credit")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_project_id"))
        batch_op.drop_index(batch_op.f("ix_conflict_expert_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_completion_open",
            sqlite_where=sa.text("completed_at IS NULL"),
            postgresql_where=sa.text("completed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_completion_project_id"))

    op.drop_table("completion")
    with op.batch_alter_table("co_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_co_review_project_id"))

    op.drop_table("co_review")
    with op.batch_alter_table("co_producer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_co_producer_project_id"))

    op.drop_table("co_producer")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_clock_running",
            sqlite_where=sa.text("stopped_on IS NULL"),
            postgresql_where=sa.text("stopped_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_clock_project_id"))

    op.drop_table("clock")
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ux_change_request_open",
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )
        batch_op.drop_index(batch_op.f("ix_change_request_project_id"))

    op.drop_table("change_request")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_project_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("airing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_airing_project_id"))

    op.drop_table("airing")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_role_grant_role")

    op.drop_table("role_grant")
    with op.batch_alter_table("recovery_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_code_user_id"))

    op.drop_table("recovery_code")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index("ix_project_urgent", sqlite_where=sa.text("urgent"), postgresql_where=sa.text("urgent"))
        batch_op.drop_index("ix_project_type_state")
        batch_op.drop_index("ix_project_title_key")
        batch_op.drop_index("ix_project_theme")
        batch_op.drop_index("ix_project_state_due")
        batch_op.drop_index("ix_project_state")
        batch_op.drop_index("ix_project_officer")
        batch_op.drop_index("ix_project_key_year")
        batch_op.drop_index("ix_project_house")
        batch_op.drop_index("ix_project_holder_role")
        batch_op.drop_index("ix_project_holder")
        batch_op.drop_index("ix_project_class")
        batch_op.drop_index("ix_project_by_updated")
        batch_op.drop_index("ix_project_by_title")
        batch_op.drop_index("ix_project_by_submitted")
        batch_op.drop_index("ix_project_by_investment")

    op.drop_table("project")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_user_id"))

    op.drop_table("login_session")
    op.drop_table("invitation")
    op.drop_table("expert")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delegation_deputy_id"))
        batch_op.drop_index(batch_op.f("ix_delegation_absent_id"))

    op.drop_table("delegation")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_house_id"))

    op.drop_table("user")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_owner_id"))
        batch_op.drop_index("ix_upload_file")

    op.drop_table("upload")
    op.drop_table("search_passage")
    with op.batch_alter_table("clause", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_clause_norm_id"))

    op.drop_table("clause")
    with op.batch_alter_table("stored_file", schema=None) as batch_op:
        batch_op.drop_index("ix_stored_file_sha256")

    op.drop_table("stored_file")
    op.drop_table("setting")
    with op.batch_alter_table("search_document", schema=None) as batch_op:
        batch_op.drop_index("ix_search_document_title_key")
        batch_op.drop_index(batch_op.f("ix_search_document_project_id"))
        batch_op.drop_index("ix_search_document_number_key")
        batch_op.drop_index(batch_op.f("ix_search_document_house_id"))
        batch_op.drop_index("ix_search_document_audience")

    op.drop_table("search_document")
    op.drop_table("pulse")
    with op.batch_alter_table("outbox_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_row_event_id"))
        batch_op.drop_index(
            "ix_outbox_open", sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )

    op.drop_table("outbox_row")
    op.drop_table("number_series")
    op.drop_table("norm")
    with op.batch_alter_table("house", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_house_state"))
        batch_op.drop_index(batch_op.f("ix_house_city"))

    op.drop_table("house")
    with op.batch_alter_table("dated_rule", schema=None) as batch_op:
        batch_op.drop_index("ux_dated_rule")

    op.drop_table("dated_rule")
    op.drop_table("calendar_day")
    with op.batch_alter_table("audit_row", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_subject")
        batch_op.drop_index("ix_audit_project")

    op.drop_table("audit_row")
