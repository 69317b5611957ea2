"""The rule of knowing and the condition in SQL say the same of everybody and every state."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from audiovisual.kernel import findable
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.projects.models import Project, Tie
from audiovisual.projects.queries import visible
from tests import factories as make
from workflows.access import ROLES, Actor, knows_project
from workflows.project import PROJECT

NEEDS = {"reviewed": {"outcome": "passed", "letter_served": True}, "suspended": {"resume_state": "accepted"},
         "dormant": {"resume_state": "screened"}}  # fmt: skip


def stock():
    """A title of each of two houses in every state, some with a reader; gives the people's ids and the titles."""
    houses, expert = [make.producer(), make.producer()], make.user("expert")
    first = make.project("submitted", by=houses[0])
    columns = {
        c.name: getattr(first, c.name) for c in Project.__table__.columns if c.name not in ("id", "number", "version")
    }
    with unit_of_work() as session:
        for n, state in enumerate(code.code for code in PROJECT.states):
            for m, person in enumerate(houses):
                row = Project(**{**columns, "number": f"苏网种〔2025〕{n}{m}", "state": state, "house_id": person.house_id,
                                 "aired_on": first.submitted_at.date(), **NEEDS.get(state, {})})  # fmt: skip
                session.add(row)
                session.flush()
                if n % 2 == m:
                    session.add(Tie(project_id=row.id, user_id=expert.id, kind="reader"))
                else:
                    session.add(Tie(project_id=row.id, user_id=expert.id, kind="recused"))
    return [person.house_id for person in houses], expert.id


def test_the_rule_and_the_query_agree(app):
    houses, expert = stock()
    everything = db.session.scalars(select(Project)).all()

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sets(st.sampled_from([*ROLES, "system"])),
        st.sampled_from([*houses, None, 10**6]),
        st.sampled_from([expert, 10**6]),
    )
    def agree(roles, house, person):
        actor = Actor(person, "某人", frozenset(roles), house)
        by_rule = {project.id for project in everything if knows_project(project, actor)}
        assert set(db.session.scalars(select(Project.id).where(visible(actor)))) == by_rule
        if "system" not in roles and actor.id == expert and not actor.is_staff and "expert" in roles:
            reached = findable.reach(actor).project_ids
            readable = set(db.session.scalars(reached))
            assert readable == {
                p.id for p in everything if p.state not in ("draft", "discarded") and expert in p.reader_ids
            }

    agree()
