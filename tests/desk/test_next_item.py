"""After an act the clerk reads what happened and who acts now, and goes on with the next item of the same list."""

from __future__ import annotations

import re

from tests import factories as make


def told(client, address, **form):
    """What the page says after the act, and where its link to the next item leads."""
    done = client.post(address, data=form)
    assert done.status_code == 303
    page = client.get(done.location).text
    said, link = re.search(r'<p class="note note-green">.*?<span>(.*?)(<a .*?</a>)?</span>', page).groups()
    return said.strip(), link and re.search(r'href="(.*?)"', link)[1]


def test_after_receiving_the_next_filing_to_receive_is_one_press_away(app, login):
    officer, house = make.user("officer"), make.producer()
    first, second = make.project("submitted", by=house), make.project("submitted", by=house)
    make.project("accepted", by=house, officer=officer)
    client = login(officer)
    said = "已收件，请看材料是否齐全。"
    assert told(client, f"/projects/{first.id}/steps/receive") == (said, f"/projects/{second.id}")
    text, following = told(client, f"/projects/{second.id}/steps/receive")
    assert text == said and following is not None  # none is left to receive: the first of the list comes next


def test_where_nothing_is_left_no_link_leads_anywhere(app, login):
    officer = make.user("officer")
    only = make.project("submitted")
    client = login(officer)
    assert told(client, f"/projects/{only.id}/steps/receive") == ("已收件，请看材料是否齐全。", None)


def test_after_admitting_a_house_the_next_applicant_comes(app, login):
    officer = make.user("officer")
    first, second = make.house(state="applied"), make.house(state="applied")
    client = login(officer)
    said = "已同意入驻，这家机构可以提交申报了。"
    assert told(client, f"/houses/{first.id}/steps/admit") == (said, f"/houses/{second.id}")
    assert told(client, f"/houses/{second.id}/steps/admit") == (said, None)
