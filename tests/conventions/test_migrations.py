"""The tables' history, up and down, with a filled bank: nothing is left behind, nothing differs, every row fits again.

A new revision: add a line to `PASSAGES` that says what its data looked like before and what it must look like after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import JSON, CheckConstraint, Connection, column, inspect, select, text
from sqlalchemy.exc import IntegrityError

from audiovisual.kernel import audit, keys
from audiovisual.kernel.events import Event
from audiovisual.kernel.model import Base, db
from audiovisual.kernel.text import told as event_told
from audiovisual.proof import proven
from audiovisual.search.rebuild import check as index_differences
from audiovisual.search.rebuild import rebuild
from tests.conftest import POSTGRES


def _changes(connection: Connection) -> dict[str, str]:
    """What is asked of a change of house, and of a change of title, by kind: its state."""
    rows = connection.execute(text("SELECT kind, state FROM change_request WHERE decided_at IS NULL"))
    return {row.kind: row.state for row in rows}


def _are_offered(connection: Connection, before: dict[str, str]) -> None:
    assert before == {"house": "asked", "title": "asked"}
    assert _changes(connection) == {"house": "offered", "title": "asked"}


def _last_columns(connection: Connection) -> dict[str, str]:
    """Of each index on titles, the column it ends with; the one over an expression is not told."""
    return {index["name"]: index["column_names"][-1] for index in inspect(connection).get_indexes("project")}  # type: ignore[misc]


def _hold_more(connection: Connection, before: dict[str, str]) -> None:
    wider = {
        "ix_project_house": "paused_since",
        "ix_project_holder_role": "paused_since",
        "ix_project_state_due": "officer_id",
    }
    assert _last_columns(connection) == before | wider and before["ix_project_house"] == "updated_at"


def _left_open(connection: Connection) -> int:
    """A request nobody answered, of a title that then ended: its id."""
    title = connection.execute(
        text("SELECT project_id FROM change_request WHERE kind = 'title' AND state = 'asked'")
    ).scalar_one()
    connection.execute(text("UPDATE project SET state = 'withdrawn' WHERE id = :title"), {"title": title})
    return title


def _ended_with_the_title(connection: Connection, title: int) -> None:
    rows = connection.execute(text("SELECT project_id, state FROM change_request WHERE decided_at IS NOT NULL"))
    assert (title, "ended") in {tuple(row) for row in rows}
    assert title not in {
        row[0] for row in connection.execute(text("SELECT project_id FROM change_request WHERE state = 'asked'"))
    }


def _proposed(connection: Connection) -> int:
    """A title that lies before the head: its id."""
    return connection.execute(text("SELECT id FROM project WHERE state = 'proposed' LIMIT 1")).scalar_one()


def _proposed_in_nobodys_name(connection: Connection, title: int) -> None:
    found = connection.execute(
        text("SELECT proposed_by_id, proposed_for_id FROM project WHERE id = :id"), {"id": title}
    )
    assert [bool(row[0]) and row[1] is None for row in found] == [True]


def _no_readings_yet(connection: Connection) -> int:
    """How many rounds there are; who read them was not kept."""
    assert not inspect(connection).has_table("opinion_reading")
    return connection.execute(text("SELECT count(*) FROM review_round")).scalar_one()


def _readings_begin(connection: Connection, rounds: int) -> None:
    assert connection.execute(text("SELECT count(*) FROM review_round")).scalar_one() == rounds
    assert connection.execute(text("SELECT count(*) FROM opinion_reading")).scalar_one() == 0


def _below(connection: Connection) -> dict[str, Any]:
    """What hangs on the tables that are made anew, and cascades from them: opinions on seats, letters on rounds."""
    counted = ("assignment", "opinion", "opinion_row", "opinion_score", "document", "co_review", "urgent_request")
    return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in counted}


def _know_their_states(connection: Connection, before: dict[str, Any]) -> None:
    assert _below(connection) == before and min(before.values()) > 0
    for table in ("assignment", "co_review", "change_request", "urgent_request", "document"):
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(text(f"UPDATE {table} SET state = 'elsewhere'"))


def _last_of_the_chain(connection: Connection) -> tuple[int, str]:
    """Number and hash of the last audit row."""
    return tuple(connection.execute(text("SELECT seq, hash FROM audit_row ORDER BY seq DESC LIMIT 1")).one())


def _is_its_end(connection: Connection, last: tuple[int, str]) -> None:
    assert [tuple(row) for row in connection.execute(text("SELECT id, seq, hash FROM audit_end"))] == [(1, *last)]


def _titles(connection: Connection) -> int:
    """How many titles there are."""
    return connection.execute(text("SELECT count(*) FROM project")).scalar_one()


def _were_made_at_home(connection: Connection, before: int) -> None:
    answers = connection.execute(text("SELECT foreign_co_production, count(*) FROM project GROUP BY 1"))
    assert [(bool(answer), count) for answer, count in answers] == [(False, before)]


def _of_rounds(connection: Connection) -> dict[str, list[str]]:
    """The indexes on rounds that are not there for uniqueness: their columns."""
    found = inspect(connection).get_indexes("review_round")
    return {index["name"]: index["column_names"] for index in found if not index["unique"]}  # type: ignore[misc]


def _are_found_by_title(connection: Connection, before: dict[str, list[str]]) -> None:
    assert before == {"ix_review_round_state": ["state"]}
    assert _of_rounds(connection) == {"ix_review_round_project": ["project_id", "state", "answer_by"]}


def _of_no_row(connection: Connection) -> list[int]:
    """The points of the signed opinions of a served round, none of which stands in a settled row any more."""
    of_served = "SELECT id FROM change WHERE state = 'closed' ORDER BY id LIMIT 1"
    change = connection.execute(text(of_served)).scalar_one()
    points = connection.execute(text("SELECT row_id FROM change_source WHERE change_id = :id"), {"id": change})
    found = sorted(row[0] for row in points)
    connection.execute(text("DELETE FROM change_source WHERE change_id = :id"), {"id": change})
    return found


def _are_left_out_without_a_reason(connection: Connection, points: list[int]) -> None:
    rows = connection.execute(text("SELECT row_id, reason, by_id FROM left_out ORDER BY row_id")).all()
    assert points and [tuple(row) for row in rows] == [(point, "", None) for point in points]
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(text("UPDATE left_out SET reason = '说明'"))


def _opinions(connection: Connection) -> tuple[int, int]:
    """How many opinions there are, and how many rows."""
    counted = ("opinion", "opinion_row")
    return tuple(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in counted)  # type: ignore[return-value]


def _explain_nothing_yet(connection: Connection, before: tuple[int, int]) -> None:
    opinions = connection.execute(text("SELECT count(*) FROM opinion WHERE explanation = ''")).scalar_one()
    rows = connection.execute(text("SELECT count(*) FROM opinion_row WHERE mark IS NULL")).scalar_one()
    assert (opinions, rows) == before and min(before) > 0
    assert connection.execute(text("SELECT count(*) FROM dropped_row")).scalar_one() == 0


def _worded_as_buttons(connection: Connection) -> int:
    """A fact as it was once written, and an expert whose city was kept as a key: the fact's id."""
    event = connection.execute(text("SELECT min(id) FROM event WHERE subject_type = 'project'")).scalar_one()
    written = "UPDATE event SET \"trigger\" = 'deliver', text = '送审样片', public_text = '送审样片' WHERE id = :event"
    connection.execute(text(written), {"event": event})
    told = "UPDATE message SET subject = '送审样片', event_id = :event WHERE id = (SELECT min(id) FROM message)"
    connection.execute(text(told), {"event": event})
    connection.execute(text("UPDATE expert SET city = 'yancheng'"))
    return event


def _worded_as_facts(connection: Connection, event: int) -> None:
    row = connection.execute(text("SELECT text, public_text FROM event WHERE id = :event"), {"event": event}).one()
    assert tuple(row) == ("送审了样片", "送审了样片")
    told = text("SELECT DISTINCT subject FROM message WHERE event_id = :event AND id = (SELECT min(id) FROM message)")
    assert connection.scalars(told, {"event": event}).all() == ["送审了样片"]
    assert set(connection.scalars(text("SELECT DISTINCT city FROM expert"))) == {"盐城市"}


def _passed_without_a_number(connection: Connection) -> tuple[int, int]:
    """Two titles that passed and lie with their houses: one that needs a licence and has none, one that needs none."""
    ids = connection.execute(
        text("SELECT id FROM project WHERE state IN ('screened','scheduled','in_production') ORDER BY id")
    )
    needing, free = list(ids.scalars())[:2]
    for id_, licence in ((needing, "series_licence"), (free, "none")):
        connection.execute(text("DELETE FROM permit WHERE project_id = :id"), {"id": id_})
        connection.execute(
            text("UPDATE project SET state = 'reviewed', outcome = 'passed', letter_served = :yes, changes_open = 0,"
                 " holder_role = 'producer', holder_id = NULL, class_detail = :detail WHERE id = :id"),
            {"id": id_, "yes": True, "detail": f'{{"licence": "{licence}"}}'},
        )  # fmt: skip
    return needing, free


def _waits_for_its_officer(connection: Connection, titles: tuple[int, int]) -> None:
    found = connection.execute(
        text("SELECT id, holder_role, holder_id = officer_id FROM project WHERE state = 'reviewed'")
    )
    held = {row[0]: (row[1], bool(row[2])) for row in found}
    assert [held[id_] for id_ in titles] == [("officer", True), ("producer", False)]


def _no_drafts_yet(connection: Connection) -> int:
    """How many people there are; what they had begun to write was not kept."""
    assert not inspect(connection).has_table("form_draft")
    return connection.execute(text('SELECT count(*) FROM "user"')).scalar_one()


def _drafts_begin(connection: Connection, people: int) -> None:
    assert connection.execute(text('SELECT count(*) FROM "user"')).scalar_one() == people
    assert connection.execute(text("SELECT count(*) FROM form_draft")).scalar_one() == 0


def _waits_for_its_house(connection: Connection) -> Any:
    """A title whose house was asked to complete it: its id and the day of the notice; it had a due day all the same."""
    found = connection.execute(
        text("SELECT p.id, c.due_on FROM project p JOIN completion c ON c.project_id = p.id AND c.completed_at IS NULL"
             " WHERE p.state = 'completing' ORDER BY p.id")
    ).first()  # fmt: skip
    assert found is not None
    connection.execute(text("UPDATE project SET due_on = '2026-12-30' WHERE id = :id"), {"id": found[0]})
    return tuple(found)


def _has_the_houses_day(connection: Connection, given: Any) -> None:
    id_, day = given
    columns = "due_on, house_due_on, due_unit, amber_on, stood_days"
    row = connection.execute(text(f"SELECT {columns} FROM project WHERE id = :id"), {"id": id_}).one()
    assert tuple(row) == (None, day, "working", None, 0)


def _uploads_and_cuts(connection: Connection) -> dict[str, int]:
    """Files on their way and versions of cuts."""
    return {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in ("upload", "cut")}


def _are_of_no_form_and_whole(connection: Connection, before: dict[str, int]) -> None:
    assert min(before.values()) > 0 and _uploads_and_cuts(connection) == before
    places = set(connection.execute(text("SELECT place, modified FROM upload")))
    assert places == {("", None)}
    assert set(connection.execute(text("SELECT partial_note FROM cut")).scalars()) == {""}


def _seats(connection: Connection) -> tuple[int, dict[int, Any]]:
    """A seat released before anybody was invited, and the last days of the rounds of those who were."""
    moved = connection.execute(text("SELECT id FROM assignment WHERE state = 'accepted' LIMIT 1")).scalar_one()
    connection.execute(
        text("UPDATE assignment SET state = 'released', invited_at = NULL WHERE id = :id"), {"id": moved}
    )
    asked = "SELECT a.id, r.due_on FROM assignment a JOIN review_round r ON r.id = a.round_id WHERE a.state IN "
    return moved, dict(map(tuple, connection.execute(text(asked + "('invited', 'accepted', 'signed')"))))


def _have_days(connection: Connection, before: tuple[int, dict[int, Any]]) -> None:
    moved, days = before
    found = {row[0]: (row[1], row[2]) for row in connection.execute(text("SELECT id, state, due_on FROM assignment"))}
    assert found[moved] == ("removed", None)
    assert {id_: found[id_][1] for id_ in days} == days and None not in days.values()
    told = connection.execute(
        text("SELECT text, data FROM event WHERE subject_type = 'assignment' AND trigger = 'send'")
    )
    assert {(row[0], "name" in row[1]) for row in told} == {("邀请了%(name)s审看", True)}


def _saved_by_nobody(connection: Connection, before: int) -> None:
    found = connection.execute(text("SELECT count(*) FROM project WHERE saved_by_id IS NULL")).scalar_one()
    assert found == before > 0


def _a_key_title(connection: Connection) -> tuple[Any, ...]:
    """A key title as it was chosen by one person: its title, its steward, who chose it."""
    row = connection.execute(text("SELECT project_id, steward_id, chosen_by_id FROM key_project")).first()
    assert row is not None
    return tuple(row)


def _is_served_as_before(connection: Connection, given: tuple[Any, ...]) -> None:
    found = connection.execute(text("SELECT project_id, person_id, named_by_id, state FROM stewardship"))
    assert (*given, "accepted") in {tuple(row) for row in found}
    assert connection.execute(text("SELECT count(*) FROM key_proposal")).scalar_one() == 0


def _nothing_asked_yet(connection: Connection) -> int:
    """How many titles there are; what a house asked was a remark among others."""
    assert not inspect(connection).has_table("question")
    return connection.execute(text("SELECT count(*) FROM project")).scalar_one()


def _questions_begin(connection: Connection, titles: int) -> None:
    assert connection.execute(text("SELECT count(*) FROM project")).scalar_one() == titles
    assert connection.execute(text("SELECT count(*) FROM question")).scalar_one() == 0


def _answered_in_words(connection: Connection) -> list[Any]:
    """Items of completion notices with what their house answered."""
    return list(
        connection.execute(text("SELECT id, field, answer, file_id, answered_at FROM completion_item ORDER BY id"))
    )


def _stay_answers_and_changed_nothing(connection: Connection, before: list[Any]) -> None:
    assert before and _answered_in_words(connection) == before
    for told in ("SELECT before, after FROM completion_item", "SELECT corrections, corrections FROM completion"):
        assert {tuple(row) for row in connection.execute(text(told))} == {(None, None)}


def _worded(connection: Connection) -> set[str]:
    """What the rules of limits rest on; some named with words that promised a setting."""
    connection.execute(text("UPDATE event SET text = '申请了回避' WHERE id = (SELECT max(id) FROM event)"))
    values = connection.execute(select(column("value", JSON)).select_from(text("dated_rule"))).scalars()
    sources = set(re.findall(r"种子库[^\"]+", json.dumps(list(values), ensure_ascii=False)))
    assert {"种子库内部要求（可配置）", "种子库口径：网络纪录片不设许可环节（可配置）"} <= sources
    return sources


def _are_worded_truly(connection: Connection, before: set[str]) -> None:
    values = connection.execute(select(column("value", JSON)).select_from(text("dated_rule"))).scalars()
    assert set(re.findall(r"种子库[^\"]+", json.dumps(list(values), ensure_ascii=False))) == {
        source.replace("（可配置）", "") for source in before
    }
    last = "SELECT text FROM event WHERE id = (SELECT max(id) FROM event)"
    assert connection.execute(text(last)).scalar_one() == "回避了这部片"


def _rounds(connection: Connection) -> int:
    return connection.execute(text("SELECT count(*) FROM review_round")).scalar_one()


def _were_written_by_nobody_known(connection: Connection, before: int) -> None:
    nobody = "SELECT count(*) FROM review_round WHERE drafted_by_id IS NULL AND drafted_at IS NULL"
    assert connection.execute(text(nobody)).scalar_one() == before > 0


def _screenings(connection: Connection) -> int:
    return connection.execute(text("SELECT count(*) FROM screening")).scalar_one()


def _explain_nothing_against_their_figures(connection: Connection, before: int) -> None:
    for table in ("screening", "airing"):
        column = "against" if table == "screening" else "elsewhere"
        said = connection.execute(text(f"SELECT count(*) FROM {table} WHERE {column} != ''")).scalar_one()
        assert said == 0
    assert _screenings(connection) == before > 0


def _said_with_the_post(connection: Connection) -> int:
    """Facts of experts' answers, whose words named the post beside the person."""
    signed = "UPDATE event SET text = '专家签名提交意见' WHERE subject_type = 'assignment' AND trigger = 'sign'"
    return connection.execute(text(signed)).rowcount


def _are_said_of_the_person(connection: Connection, before: int) -> None:
    said = "SELECT count(*) FROM event WHERE text = '签名提交了意见'"
    assert connection.execute(text(said)).scalar_one() == before > 0


def _taken_over_with_the_old_contact(connection: Connection) -> Any:
    """A title that another house took over, with the first one's contact; and whoever began its shooting."""
    id_, house = connection.execute(
        text("SELECT p.id, p.house_id FROM project p JOIN milestone m ON m.project_id = p.id AND m.kind = 'shooting_start'"
             " WHERE m.actual_on IS NOT NULL ORDER BY p.id")
    ).first()  # fmt: skip
    by = connection.execute(
        text("SELECT actor_id FROM event WHERE project_id = :id AND trigger = 'start_production' ORDER BY id DESC"),
        {"id": id_},
    ).scalar()
    asked = connection.execute(text("SELECT created_by_id FROM project WHERE id = :id"), {"id": id_}).scalar_one()
    connection.execute(
        text("INSERT INTO change_request (project_id, state, kind, before, after, reason, asked_by_id, asked_at, decided_at,"
             " house_after_id) VALUES (:id, 'approved', 'house', 'a', 'b', 'c', :by, '2026-01-01', '2026-01-01', :house)"),
        {"id": id_, "by": asked, "house": house},
    )  # fmt: skip
    connection.execute(
        text("UPDATE project SET contact_name = 'first', contact_phone = '1' WHERE id = :id"), {"id": id_}
    )
    contact = text("SELECT contact_name, contact_phone FROM house WHERE id = :id")
    return id_, by, tuple(connection.execute(contact, {"id": house}).one())


def _has_its_houses_own(connection: Connection, given: Any) -> None:
    id_, by, contact = given
    now = text("SELECT contact_name, contact_phone FROM project WHERE id = :id")
    assert tuple(connection.execute(now, {"id": id_}).one()) == contact
    gave = text("SELECT actual_by_id FROM milestone WHERE project_id = :id AND kind = 'shooting_start'")
    assert connection.execute(gave, {"id": id_}).scalar() == by
    assert set(connection.execute(text("SELECT version FROM permit")).scalars()) <= {1}


def _asked_and_merged(connection: Connection) -> tuple[int, int, int, list[str]]:
    """A title back in review whose suggestion nobody answered, and a row that was merged and holds its first point alone:
    the title, the suggestion, the row, and the words of its points."""
    closed = "SELECT id, project_id FROM change WHERE state = 'closed' ORDER BY id LIMIT 1"
    suggestion, title = connection.execute(text(closed)).one()
    connection.execute(text("DELETE FROM answer WHERE change_id = :id"), {"id": suggestion})
    connection.execute(text("UPDATE change SET state = 'open', severity = 'should' WHERE id = :id"), {"id": suggestion})
    waits = "UPDATE project SET state = 'in_review', suggestions_open = 1, suggestions_unanswered = 1 WHERE id = :id"
    connection.execute(text(waits), {"id": title})
    row, round_ = connection.execute(
        text("SELECT id, round_id FROM change WHERE state = 'drafted' AND round_id IN"
             " (SELECT id FROM review_round WHERE state = 'proposed') ORDER BY id LIMIT 1")
    ).one()  # fmt: skip
    connection.execute(text("UPDATE review_round SET state = 'frozen' WHERE id = :id"), {"id": round_})
    asked = "SELECT row_id FROM change_source WHERE change_id = :id ORDER BY row_id"
    points = list(connection.execute(text(asked), {"id": row}).scalars())
    words = [f"第 {number} 位专家的话。" for number, _point in enumerate(points, 1)]
    for point, said in zip(points, words, strict=True):
        connection.execute(text("UPDATE opinion_row SET problem = :said WHERE id = :id"), {"said": said, "id": point})
    first = (
        "UPDATE change SET problem = :said, to_word = false, demand = (SELECT demand FROM opinion_row WHERE id = :point),"
        " demand_text = (SELECT demand_text FROM opinion_row WHERE id = :point) WHERE id = :id"
    )
    connection.execute(text(first), {"said": words[0], "point": points[0], "id": row})
    return title, suggestion, row, words


def _wait_for_nobody_and_hold_all_words(connection: Connection, before: tuple[int, int, int, list[str]]) -> None:
    title, suggestion, row, words = before
    assert (
        connection.execute(text("SELECT state FROM change WHERE id = :id"), {"id": suggestion}).scalar_one() == "noted"
    )
    counted = "SELECT suggestions_open, suggestions_unanswered FROM project WHERE id = :id"
    assert tuple(connection.execute(text(counted), {"id": title}).one()) == (0, 0)
    said, to_word = connection.execute(text("SELECT problem, to_word FROM change WHERE id = :id"), {"id": row}).one()
    assert len(words) > 1 and (said.split("\n"), bool(to_word)) == (words, True)


def _with_a_second_step(connection: Connection) -> int:
    """Somebody's secret in clear, and a chain of plain hashes: its last row."""
    connection.execute(text("UPDATE \"user\" SET totp_secret = 'JBSWY3DPEHPK3PXP' WHERE id = 1"))
    seq, last = _last_of_the_chain(connection)
    assert len(last) == 64
    return seq


def _is_keyed_and_encrypted(connection: Connection, seq: int) -> None:
    """The secret is read with the key alone; the plain rows stay, the chain verifies, and its next row is keyed."""
    kept = connection.execute(text('SELECT totp_secret FROM "user" WHERE id = 1')).scalar_one()
    assert (keys.is_sealed(kept), keys.unseal(kept, "user.totp_secret")) == (True, "JBSWY3DPEHPK3PXP")
    end = connection.execute(text("SELECT seq, hash, keyed_from, seal FROM audit_end")).one()
    assert (end.seq, end.keyed_from) == (seq, seq + 1)
    assert keys.holds("chain", end.seal, f"end {end.seq} {end.hash}")


def _no_presses_known_yet(connection: Connection) -> int:
    """How many people there are; what they sent last was not remembered."""
    assert not inspect(connection).has_table("taken_form")
    return connection.execute(text('SELECT count(*) FROM "user"')).scalar_one()


def _presses_are_remembered_from_now(connection: Connection, people: int) -> None:
    assert connection.execute(text('SELECT count(*) FROM "user"')).scalar_one() == people
    assert connection.execute(text("SELECT count(*) FROM taken_form")).scalar_one() == 0


def _rows_in_hand(connection: Connection) -> list[Any]:
    """What waits for the worker; one of them is taken, and nobody knows by whom."""
    connection.execute(
        text("UPDATE outbox_row SET claimed_until = created_at WHERE id = (SELECT max(id) FROM outbox_row)")
    )
    return connection.execute(text("SELECT id, kind, claimed_until FROM outbox_row ORDER BY id")).all()


def _are_nobodys_by_name(connection: Connection, rows: list[Any]) -> None:
    assert connection.execute(text("SELECT id, kind, claimed_until FROM outbox_row ORDER BY id")).all() == rows
    assert connection.execute(text("SELECT count(claimed_by) FROM outbox_row")).scalar_one() == 0


def _people(connection: Connection) -> int:
    """How many people there are."""
    return connection.execute(text('SELECT count(*) FROM "user"')).scalar_one()


def _sizes(connection: Connection) -> list[Any]:
    """Files with their sizes."""
    return connection.execute(text("SELECT id, size FROM stored_file ORDER BY id")).all()


def _keep_their_sizes(connection: Connection, files: list[Any]) -> None:
    assert connection.execute(text("SELECT id, size FROM stored_file ORDER BY id")).all() == files


def _events_of_safety(connection: Connection) -> list[Any]:
    """Two security events: one whose line was written, one that waits."""
    added = "INSERT INTO security_event (at, kind, verdict, address, session, object, poured) VALUES"
    for kind, written in (("login", True), ("limit", False)):
        connection.execute(
            text(f"{added} (:at, :kind, 'good', '', '', '', :written)"),
            {"at": "2026-11-30 08:00:00", "kind": kind, "written": written},
        )
    return _told(connection, "poured")


def _told(connection: Connection, column: str) -> list[Any]:
    return connection.execute(text(f"SELECT id, kind, {column} FROM security_event ORDER BY id")).all()


def _are_told_once(connection: Connection, events: list[Any]) -> None:
    """What was written is not written again, what waited still waits."""
    assert _told(connection, "written_out") == events


def _holders(connection: Connection) -> list[Any]:
    """Names and codes of all houses."""
    return connection.execute(text("SELECT id, name, uscc FROM house ORDER BY id")).all()


def _hold_what_they_held(connection: Connection, houses: list[Any]) -> None:
    """Each keeps name and code; a refused one may share them with another from now on."""
    assert _holders(connection) == houses
    indexes = {index["name"]: index["unique"] for index in inspect(connection).get_indexes("house")}
    assert (indexes["uq_house_name"], indexes["uq_house_uscc"]) == (1, 1)


def _have_no_passkeys(connection: Connection, people: int) -> None:
    assert connection.execute(text('SELECT count(*) FROM "user"')).scalar_one() == people
    assert connection.execute(text("SELECT count(*) FROM passkey")).scalar_one() == 0


def _are_proposed_by_nobody(connection: Connection, people: int) -> None:
    assert (_people(connection), connection.execute(text("SELECT count(*) FROM admin_proposal")).scalar_one()) == (
        people,
        0,
    )


def _logged_in(connection: Connection) -> int:
    """How many sessions there are."""
    return connection.execute(text("SELECT count(*) FROM login_session")).scalar_one()


def _gave_no_password_since(connection: Connection, before: int) -> None:
    told = connection.execute(text("SELECT count(*) FROM login_session WHERE confirmed_at IS NULL")).scalar_one()
    assert told == before
    assert connection.execute(text("SELECT count(*) FROM \"user\" WHERE new_email != ''")).scalar_one() == 0


SECRETS = ("13900000045", "before@example.test", "某某的亲属在某某影视")


def _rows_in_clear(connection: Connection) -> tuple[int, str]:
    """Rows of the chain that hold a telephone, an address of a person, a relative, and a fact of the timeline with a
    telephone: number and hash of the last of them."""
    facts = text("SELECT id, audit_seq FROM event WHERE subject_type = 'project' ORDER BY id")
    event, seq = connection.execute(facts).first()
    phone, mail, relative = SECRETS
    values = {"before": f"老王 {phone}", "after": "老李 010-1"}
    connection.execute(
        text("UPDATE event SET \"trigger\" = 'change_contact', text = :said, public_text = :said, data = :data WHERE id = :id"),
        {"id": event, "said": "把联系人由%(before)s改为%(after)s", "data": json.dumps(values)},
    )  # fmt: skip
    by_hand = {seq: ("project.change_contact", "project", values)}
    by_hand[seq + 1] = (
        "user.edited",
        "user",
        {"before": {"email": mail, "name": "旧名"}, "after": {"email": "", "name": "新名"}},
    )
    by_hand[seq + 2] = ("expert.edited", "expert", {"before": {"relatives": [relative]}})
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL seedbank.rewrites_audit = 'yes'"))
    for number, (action, table, data) in by_hand.items():
        connection.execute(
            text("UPDATE audit_row SET action = :action, subject_type = :table, data = :data WHERE seq = :seq"),
            {"seq": number, "action": action, "table": table, "data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        )  # fmt: skip
    return _chained_anew(connection)


def _chained_anew(connection: Connection) -> tuple[int, str]:
    """The whole chain hashed as it stands, as if it had always held that: number and hash of the last row."""
    previous = audit.GENESIS
    rows = connection.execute(select(audit.AuditRow.__table__).order_by(text("seq"))).mappings().all()
    for row in rows:
        hash_ = audit.digest(dict(row), previous)
        connection.execute(
            text("UPDATE audit_row SET previous = :previous, hash = :hash WHERE seq = :seq"),
            {"previous": previous, "hash": hash_, "seq": row["seq"]},
        )
        previous = hash_
    last = rows[-1]["seq"]
    connection.execute(
        text("UPDATE audit_end SET seq = :seq, hash = :hash, seal = :seal, keyed_from = 1"),
        {"seq": last, "hash": previous, "seal": audit.seal_of(last, previous)},
    )
    return last, previous


def _hold_prints(connection: Connection, last: tuple[int, str]) -> None:
    """No secret stands in the chain or the timeline; each stands apart; a row tells of the break; all of it verifies."""
    told = [
        str(row) for table in ("audit_row", "event") for row in connection.execute(text(f"SELECT data FROM {table}"))
    ]
    assert [line for line in told for secret in SECRETS if secret in line] == []
    values = [json.loads(row[0]) for row in connection.execute(text("SELECT value FROM withheld_value"))]
    assert {f"老王 {SECRETS[0]}", SECRETS[1]} < {value for value in values if isinstance(value, str)}
    assert [SECRETS[2]] in values
    session = db.session()
    (told_of,) = audit.rewritings(session)
    assert (told_of.seq, told_of.last, told_of.head) == (last[0] + 1, *last)
    assert audit.verify(session) == audit.Verdict(last[0] + 1)
    event = session.scalars(select(Event).where(Event.trigger == "change_contact")).first()
    assert event_told(event.text, event.data) == f"把联系人由老王 {SECRETS[0]}改为老李 010-1"
    assert [found for found in proven("withheld") if found] == []


def _files(connection: Connection) -> set[str]:
    """The bytes that were uploaded, letters aside; no scanner was ever asked about them."""
    assert not inspect(connection).has_table("scan")
    made = "SELECT file_id FROM document UNION SELECT preview_id FROM document UNION SELECT file_id FROM letter_preview"
    rows = connection.execute(
        text(f"SELECT id, sha256 FROM stored_file WHERE id NOT IN (SELECT coalesce(file_id, 0) FROM ({made}) AS made)")
    )
    return {row.sha256 for row in rows}


def _are_told_as_not_scanned(connection: Connection, files: set[str]) -> None:
    assert files
    rows = connection.execute(text("SELECT sha256, verdict, proven, scanned_at FROM scan"))
    assert {tuple(row) for row in rows} == {(sha256, "unscanned", False, None) for sha256 in files}


def _missed_a_node(connection: Connection) -> tuple[int, str]:
    """A title in production whose shooting should have ended long ago, due by the delivery of its cut; with that day."""
    title = "SELECT min(id) FROM project WHERE state = 'in_production'"
    end = text(f"UPDATE milestone SET actual_on = NULL, planned_on = '2020-01-02' WHERE project_id = ({title})"
               " AND kind = 'shooting_end'")  # fmt: skip
    connection.execute(end)
    asked = f"SELECT project_id, planned_on FROM milestone WHERE project_id = ({title}) AND kind = 'cut_delivery'"
    found = connection.execute(text(asked)).one()
    connection.execute(text("UPDATE project SET due_on = :day WHERE id = :id"), {"id": found[0], "day": found[1]})
    return found[0], str(found[1])


def _is_due_by_that_node(connection: Connection, title: tuple[int, str]) -> None:
    asked = text("SELECT due_on, amber_on FROM project WHERE id = :id")
    due, amber = connection.execute(asked, {"id": title[0]}).one()
    assert (str(due), amber) == ("2020-01-02", None)


def _nobody_is_known_and_nothing_is_counted(connection: Connection, before: int) -> None:
    told = connection.execute(text("SELECT count(*) FROM login_session WHERE browser_id IS NULL")).scalar_one()
    assert told == before
    for table in ("known_browser", "attempt_count", "security_event"):
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert connection.execute(text('SELECT count(*) FROM "user" WHERE failed_at IS NOT NULL')).scalar_one() == 0


TAKEN_OUT = ("change", "opinion_row", "permit")


def _rows_people_take_out(connection: Connection) -> dict[str, list[Any]]:
    return {
        table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
        for table in TAKEN_OUT
    }


def _stay_and_leave_their_ids_to_nobody(connection: Connection, before: dict[str, list[Any]]) -> None:
    assert _rows_people_take_out(connection) == before
    assert all(before.values())
    begin = text("INSERT INTO form_draft (user_id, action, fields, saved_at, revision)"
                 " SELECT min(id), '/one', '[]', '2026-11-22 00:00:00', 1 FROM \"user\" RETURNING id")  # fmt: skip
    first = connection.execute(begin).scalar_one()
    connection.execute(text("DELETE FROM form_draft WHERE id = :id"), {"id": first})
    assert connection.execute(begin).scalar_one() > first
    connection.rollback()


PASSAGES: dict[str, tuple[Callable[[Connection], Any], Callable[[Connection, Any], None]]] = {
    "0002": (_changes, _are_offered),
    "0003": (_last_columns, _hold_more),
    "0004": (_left_open, _ended_with_the_title),
    "0005": (_proposed, _proposed_in_nobodys_name),
    "0006": (_no_readings_yet, _readings_begin),
    "0007": (_below, _know_their_states),
    "0008": (_last_of_the_chain, _is_its_end),
    "0009": (_titles, _were_made_at_home),
    "0010": (_of_rounds, _are_found_by_title),
    "0011": (_no_drafts_yet, _drafts_begin),
    "0012": (_passed_without_a_number, _waits_for_its_officer),
    "0013": (_worded_as_buttons, _worded_as_facts),
    "0014": (_seats, _have_days),
    "0015": (_opinions, _explain_nothing_yet),
    "0016": (_titles, _saved_by_nobody),
    "0017": (_of_no_row, _are_left_out_without_a_reason),
    "0018": (_waits_for_its_house, _has_the_houses_day),
    "0019": (_uploads_and_cuts, _are_of_no_form_and_whole),
    "0020": (_a_key_title, _is_served_as_before),
    "0021": (_nothing_asked_yet, _questions_begin),
    "0022": (_answered_in_words, _stay_answers_and_changed_nothing),
    "0023": (_worded, _are_worded_truly),
    "0024": (_asked_and_merged, _wait_for_nobody_and_hold_all_words),
    "0025": (_taken_over_with_the_old_contact, _has_its_houses_own),
    "0026": (_rounds, _were_written_by_nobody_known),
    "0027": (_said_with_the_post, _are_said_of_the_person),
    "0028": (_screenings, _explain_nothing_against_their_figures),
    "0029": (_no_presses_known_yet, _presses_are_remembered_from_now),
    "0052": (_events_of_safety, _are_told_once),
    "0051": (_holders, _hold_what_they_held),
    "0049": (_sizes, _keep_their_sizes),
    "0050": (_rows_people_take_out, _stay_and_leave_their_ids_to_nobody),
    "0048": (_rows_in_clear, _hold_prints),
    "0047": (_files, _are_told_as_not_scanned),
    "0046": (_missed_a_node, _is_due_by_that_node),
    "0045": (_logged_in, _nobody_is_known_and_nothing_is_counted),
    "0044": (_people, _have_no_passkeys),
    "0043": (_rows_in_hand, _are_nobodys_by_name),
    "0042": (_people, _are_proposed_by_nobody),
    "0041": (_logged_in, _gave_no_password_since),
    "0040": (_with_a_second_step, _is_keyed_and_encrypted),
}
"""By revision: a function that writes rows of the state before it, and one that checks them after the step up."""


def _revisions(app) -> list[str]:
    script = ScriptDirectory(app.extensions["migrate"].directory)
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def _rows() -> dict[str, list[dict[str, Any]]]:
    with db.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in Base.metadata.sorted_tables
        }  # fmt: skip


def _put_back(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Insert everything; references that run in circles are filled in last."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        for table in Base.metadata.sorted_tables:
            connection.execute(table.delete())
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def test_a_filled_bank_goes_down_to_nothing_and_up_again(restored):
    with restored.app.app_context():
        before = _rows()
        _let_go()
        downgrade(revision="base")
        left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
        assert left == set(), f"回退后还留着：{sorted(left)}"
        _let_go()
        upgrade()
        check()
        _let_go()
        _put_back(before)
        assert _rows() == before
        rebuild()
        assert list(index_differences()) == []
        assert audit.verify(db.session()).broken_at is None
        _let_go()


def test_the_tables_of_the_migrations_are_those_of_the_models(restored):
    with restored.app.app_context():
        check()
        _let_go()


def test_every_revision_after_the_first_says_what_becomes_of_data(app):
    missing = [revision for revision in _revisions(app)[1:] if revision not in PASSAGES]
    assert not missing, f"这些迁移没有写数据怎样过渡，请在 PASSAGES 里加上：{missing}"


VERSIONS = Path(__file__).parents[2] / "audiovisual" / "migrations" / "versions"
RELEASED = Path(__file__).with_name("released_migrations.txt")
"""Name and SHA-256 of each migration that banks have gone through: a line a file, as `sha256sum` writes it."""


def test_a_migration_that_banks_have_gone_through_is_not_changed():
    """A bank that took the step before keeps what it made then. What is to be otherwise is a step of its own; a new
    step adds its line here."""
    now = {path.name: sha256(path.read_bytes()).hexdigest() for path in VERSIONS.glob("0*.py")}
    kept = {name: digest for digest, name in (line.split() for line in RELEASED.read_text("utf-8").splitlines())}
    assert now == kept, "已经发布的迁移不能改，请另写一个；新的迁移在 released_migrations.txt 里加一行"


@pytest.mark.parametrize("revision", sorted(PASSAGES))
def test_rows_survive_the_step_to(restored, revision):
    write, holds = PASSAGES[revision]
    with restored.app.app_context():
        _let_go()
        downgrade(revision=f"{revision}-1")
        with db.engine.begin() as connection:
            given = write(connection)
        upgrade(revision=revision)
        with db.engine.connect() as connection:
            holds(connection, given)
        _let_go()


def test_back_again_a_refused_house_is_told_apart_from_the_one_that_has_its_name(restored):
    from audiovisual.people.models import House

    with restored.app.app_context():
        columns = ", ".join(column.name for column in House.__table__.columns if column.name != "id")
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE house SET state = 'refused', refusal = '冒用' WHERE id = 1"))
            connection.execute(
                text(
                    f"INSERT INTO house ({columns})"
                    f" SELECT {columns.replace('state', repr('applied'))} FROM house WHERE id = 1"
                )
            )
            name = connection.execute(text("SELECT name FROM house WHERE id = 1")).scalar_one()
        _let_go()
        downgrade(revision="0050")
        with db.engine.connect() as connection:
            now = connection.execute(
                text("SELECT id, name, uscc FROM house WHERE name LIKE :name ORDER BY id"), {"name": f"{name}%"}
            ).all()
        assert [row.name for row in now] == [f"{name}（未通过 1）", name]
        assert now[0].uscc == "REFUSED1" != now[1].uscc
        upgrade(revision="0051")
        _let_go()


def test_the_database_knows_the_states_of_every_machine_and_no_other(app):
    """A table whose rows have a machine names its states in a CHECK called `state` (`kernel.model.known_states`)."""
    found = []
    for mapper in Base.registry.mappers:
        machine, table = getattr(mapper.class_, "machine", None), mapper.local_table.name
        if machine is None:
            continue
        checks = {c["name"]: c["sqltext"] for c in inspect(db.engine).get_check_constraints(table)}
        known = set(re.findall(r"'(\w+)'", checks.get(f"ck_{table}_state", "")))
        if known != (states := {state.code for state in machine.states}):
            found.append(f"{table}：{sorted(known ^ states)}")
    assert not found, "状态与数据库所知不一致，请写一个迁移：\n" + "\n".join(found)


def _as_written(rule: str) -> str:
    """A CHECK's words without blanks, brackets and quotation marks, which databases and dialects set as they like."""
    return re.sub(r"[\s()\"`]", "", str(rule)).lower()


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL tells a CHECK back in its own words")
def test_the_checks_of_the_migrations_are_those_of_the_models(app):
    """`alembic check` compares columns and indexes, not what rows are refused."""
    found = []
    for table in Base.metadata.sorted_tables:
        rules = (rule for rule in table.constraints if isinstance(rule, CheckConstraint))
        wanted = {rule.name: _as_written(rule.sqltext) for rule in rules}
        made = {c["name"]: _as_written(c["sqltext"]) for c in inspect(db.engine).get_check_constraints(table.name)}
        found += [f"{table.name}.{name}：模型与迁移不一致" for name, _rule in wanted.items() ^ made.items()]
    assert sorted(set(found)) == []
