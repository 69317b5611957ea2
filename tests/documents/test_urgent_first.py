"""The green channel stands first: the bank, the desk, what waits for the seal; it ends with its title."""

import re

from audiovisual.desk import operations
from audiovisual.kernel.database import unit_of_work
from audiovisual.projects.operations import filing
from tests import factories
from tests.factories import actor_of


def hasten(project):
    """Ask for the green channel and approve it."""
    with unit_of_work():
        request = operations.ask_urgent(project, actor_of(factories.user("officer")), "档期临近。")
    with unit_of_work():
        operations.decide_urgent(request, actor_of(factories.user("leader")), True)


def order(page, *names):
    """The names in the order they stand on the page."""
    return sorted(names, key=lambda name: re.search(f"《{name}》|{name}", page).start())


def test_urgent_titles_stand_first_in_the_bank_and_on_the_desk(app, login):
    officer = factories.user("officer")
    late = factories.project("accepted", officer=officer, title="急件秋江")
    factories.project("accepted", officer=officer, title="平常春山")
    hasten(late)
    client = login(officer)
    for page in ("/projects", "/"):
        text = client.get(page).text
        main = text[text.index("<main") :]
        assert order(main, "急件秋江", "平常春山") == ["急件秋江", "平常春山"], page


def test_what_waits_for_the_seal_stands_urgent_first(app, login):
    urgent, people = factories.decided(title="急件秋江")
    factories.decided(title="平常春山")
    hasten(urgent.project)
    client = login(people["sealer"])
    for page in ("/documents", "/"):
        text = client.get(page).text
        main = text[text.index("<main") :]
        assert order(main, "急件秋江", "平常春山") == ["急件秋江", "平常春山"], page


def test_the_green_channel_ends_with_the_title_and_is_not_opened_for_one_that_ended(app, login):
    by = factories.producer()
    ended, other = factories.project("accepted", by=by), factories.project("accepted", by=by)
    hasten(ended)
    with unit_of_work():
        request = operations.ask_urgent(other, actor_of(by), "档期临近。")
    for project in (ended, other):
        with unit_of_work():
            filing.withdraw(project, actor_of(by), "投资方撤资。")
    assert ended.urgent is False
    answer = login(factories.user("leader")).post(f"/urgent/{request.id}/approve", data={})
    assert answer.status_code == 409 and "因办结终止" in answer.text
    assert other.urgent is False
