"""One title's page: who reads it, what each reads, what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale

from audiovisual.kernel.calendar import working_calendar
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import today
from audiovisual.projects import clocks, labels
from audiovisual.projects.models import Tie
from audiovisual.projects.operations import intake, office, records
from tests import asked
from tests import factories as make
from workflows.clock import working_days_between

STATES = ("submitted", "received", "accepted", "proposed", "screened", "scheduled", "in_production")
MOST = 12
"""Statements of one page, the BEGIN of its transaction and the look at the calendar every ten seconds not counted."""


def statements(client, address):
    """The page and how many statements it asked, once everything that is read once has been read."""
    client.get(address)
    with asked.statements() as told:
        page = client.get(address)
    return page, [statement for statement in told if "FROM calendar_day" not in statement]


def with_records(project, by, officer, count):
    """`count` of everything that hangs on a title in production."""
    for n in range(count):
        with unit_of_work():
            records.record_permit(
                project,
                make.actor_of(officer),
                "planning_filing",
                f"32012600{project.id}{n}",
                make.plan()["script_lock"],
            )
        with unit_of_work():
            office.remark(project, make.actor_of(officer), f"第 {n} 次核对。", public=True)
        reader = make.user("expert")
        with unit_of_work() as session:
            session.add(Tie(project_id=project.id, user_id=reader.id, kind="reader"))


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_page_for_the_bureau_and_for_the_house(app, login, state):
    by, officer, head = make.producer(), make.user("officer"), make.user("head")
    project = make.project(state, by=by, officer=officer, head=head)
    for person in (officer, head, by, make.user("officer"), make.user("leader")):
        client = login(person)
        for part in ("", "/materials", "/records", "/timeline"):
            assert client.get(f"/projects/{project.id}{part}").status_code == 200


@pytest.mark.parametrize("state", STATES)
def test_a_page_asks_the_same_few_statements_for_one_row_and_for_three(app, login, state):
    by, officer = make.producer(), make.user("officer")
    counts = []
    for rows in (1, 3):
        project = make.project(state, by=by, officer=officer)
        if state == "in_production":
            with_records(project, by, officer, rows)
        page, asked = statements(login(officer), f"/projects/{project.id}")
        assert page.status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= MOST, counts


def test_another_house_and_a_stranger_expert_meet_404(app, login):
    project = make.project("accepted")
    for person in (make.producer(), make.user("expert")):
        client = login(person)
        for part in ("", "/materials", "/records", "/timeline", "/steps/withdraw", "/remarks/new"):
            assert client.get(f"/projects/{project.id}{part}").status_code in (403, 404), part
        assert client.get(f"/projects/{project.id}").status_code == 404


def test_an_expert_of_the_title_reads_the_filing_and_nothing_else(app, login):
    project, expert = make.project("in_production"), make.user("expert")
    with unit_of_work() as session:
        session.add(Tie(project_id=project.id, user_id=expert.id, kind="reader"))
    client = login(expert)
    page = client.get(f"/projects/{project.id}")
    assert page.status_code == 200
    assert "时间线" not in page.text and "在谁手里" not in page.text and "暂停" not in page.text
    assert client.get(f"/projects/{project.id}/materials").status_code == 200
    assert client.get(f"/projects/{project.id}/timeline").status_code == 403
    assert client.get(f"/projects/{project.id}/records").status_code == 403


def test_drafts_are_for_their_house_alone(app, login):
    by = make.producer()
    project = make.draft(by)
    assert login(by).get(f"/projects/{project.id}").status_code == 200
    assert login(make.user("officer")).get(f"/projects/{project.id}").status_code == 404


def test_a_house_reads_public_words_and_no_name_of_an_officer(app, login):
    by, officer, head = make.producer(), make.user("officer", name="顾惟安"), make.user("head", name="陆怀远")
    project = make.project("proposed", by=by, officer=officer, head=head)
    with unit_of_work():
        intake.send_back(project, make.actor_of(head), "市场一项理由太空。")
        office.remark(project, make.actor_of(officer), "内部核对用。")
    client = login(by)
    for part in ("", "/timeline", "/records"):
        text = client.get(f"/projects/{project.id}{part}").text
        assert "顾惟安" not in text and "陆怀远" not in text
        assert "市场一项理由太空" not in text and "内部核对用" not in text and "退回再审" not in text
    assert "省局已受理" in client.get(f"/projects/{project.id}").text
    assert "市场一项理由太空" in login(officer).get(f"/projects/{project.id}").text


def test_the_house_reads_why_it_was_declined(app, login):
    by, officer = make.producer(), make.user("officer")
    project = make.project("received", by=by, officer=officer)
    with unit_of_work():
        intake.decline(project, make.actor_of(officer), "不属于受理范围。")
    assert "不属于受理范围。" in login(by).get(f"/projects/{project.id}").text


def test_a_refused_step_is_a_sentence_and_no_button(app, login):
    officer = make.user("officer")
    project = make.project("accepted", officer=officer)
    with unit_of_work():
        records.ask_co_review(project, make.actor_of(officer), "省公安厅", "请审看。")
    text = login(officer).get(f"/projects/{project.id}").text
    assert "还在等省公安厅的协审意见" in text
    assert f"/projects/{project.id}/propose" not in text


def test_every_link_an_officer_is_shown_opens(app, login):
    import re

    for state in STATES:
        officer, head, by = make.user("officer"), make.user("head"), make.producer()
        project = make.project(state, by=by, officer=officer, head=head)
        for person in (officer, head, by):
            client = login(person)
            page = client.get(f"/projects/{project.id}").text
            links = set(re.findall(rf'href="(/projects/{project.id}/[^"#?]*)"', page))
            assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_twins_are_named_to_the_bureau(app, login):
    officer = make.user("officer")
    first = make.project("submitted", title="梧桐深处")
    project = make.project("submitted", title="梧桐深处有人家", officer=officer)
    text = login(officer).get(f"/projects/{project.id}").text
    assert "同名与近似片名" in text and first.number in text


def test_papers_are_served_to_those_who_read_the_filing(app, login):
    by = make.producer()
    project = make.project("submitted", by=by)
    paper = project.attachments[0].id
    address = f"/projects/{project.id}/papers/{paper}/file"
    assert login(by).get(address).status_code == 200
    assert login(make.user("officer")).get(address).status_code == 200
    assert login(make.producer()).get(address).status_code == 404
    other = make.project("submitted")
    assert login(make.user("officer")).get(f"/projects/{other.id}/papers/{paper}/file").status_code == 404


def test_a_theme_is_two_words_in_english_and_one_in_chinese(app):
    with app.test_request_context():
        assert labels.theme_name("当代", "都市") == "当代都市"
        with force_locale("en"):
            assert labels.theme_name("当代", "都市") == "Contemporary Urban"


def test_who_recused_himself_reads_the_title_as_its_house_does(app, login):
    officer, recused, by = make.user("officer"), make.user("officer"), make.producer()
    project = make.project("accepted", by=by, officer=officer)
    with unit_of_work():
        office.remark(project, make.actor_of(officer), "内部：先看第三稿。")
    base, inner = f"/projects/{project.id}", ("先看第三稿", f"经办：{officer.name}", f"{officer.name} 受理")
    for path in (base, "/"):
        assert inner[0] in login(recused).get(path).text
    with unit_of_work():
        office.recuse(project, make.actor_of(recused), "与主创是亲属。")
    text = login(recused).get(base).text
    assert "省局已受理" in text and "内部 " not in text
    for path in (base, f"{base}/timeline", f"{base}/records", "/"):
        page = login(recused).get(path).text
        assert [words for words in inner if words in page] == []
    assert login(recused).post(f"{base}/remarks/new", data={"text": "我看不行。"}).status_code == 403


@pytest.mark.parametrize(("used", "light"), [(13, "g"), (14, "y"), (19, "y"), (21, "r")])
def test_the_light_of_a_title_is_amber_from_thirty_per_cent_of_its_clock(app, login, used, light):
    """The first review has 20 working days by its promise: six left are amber, seven are green."""
    officer = make.user("officer")
    row = make.project("accepted", officer=officer)
    start = today()
    while working_days_between(start, today(), working_calendar()) < used:
        start -= timedelta(days=1)
    with unit_of_work():
        clocks.running(row).started_on = start
        clocks.refresh(row)
    clock = login(officer).get(f"/projects/{row.id}").text.split('<section class="clock">')[1].split("</section>")[0]
    assert f'class="light light-{light}"' in clock


def test_a_screening_that_came_back_is_taken_up_where_it_stood_with_the_heads_reason(app, login):
    officer, head = make.user("officer"), make.user("head")
    project = make.project("proposed", officer=officer)
    with unit_of_work():
        intake.send_back(project, make.actor_of(head), "市场一项的依据没有写清。")
    client = login(officer)
    assert "处长退回：市场一项的依据没有写清。" in client.get(f"/projects/{project.id}").text
    form = client.get(f"/projects/{project.id}/propose").text
    assert "处长退回：市场一项的依据没有写清。" in form
    assert form.count('value="80"') == 4 and form.count("材料齐全，条件具备。") == 4
    assert (
        "checked"
        in form.split('value="admit"')[0].rsplit("<input", 1)[1] + form.split('value="admit"')[1].split(">")[0]
    )
