"""What an invited expert reads before accepting: who makes the title, how much there is to watch, by when, what counts."""

from __future__ import annotations

import re

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import OutboxRow, work_off
from audiovisual.people import mail
from audiovisual.reviews.invitation import watching
from audiovisual.reviews.models import Cut, CutPart
from audiovisual.reviews.operations import opinions, panels
from tests import factories as make


def invited(**given):
    """A title with partners, and the seat of an expert who was invited and has not answered."""
    officer = make.user("officer")
    house = make.house(name="南京三江影视文化有限公司", former_names="南京映画传播有限公司")
    partners = [{"name": "苏州橹声影业有限公司", "uscc": ""}]
    project = make.delivered(officer, make.producer(house), co_producers=partners, platforms="荔枝网", **given)
    expert = make.user("expert", name=given.get("expert", "郑可请"))
    with unit_of_work():
        round_ = panels.open_(project, make.actor_of(officer))
        round_.seats = 1
        panels.choose(round_, make.actor_of(officer), expert, is_lead=True)
        panels.invite(round_, make.actor_of(officer))
    return round_.assignments[0]


def words(page):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1]))


def test_it_lists_type_crew_companies_what_to_watch_the_day_and_what_counts_as_a_tie(login, app):
    seat = invited()
    text = words(login(seat.expert).get(f"/reviews/tasks/{seat.id}").text)
    day = f"{seat.due_on.year}年{seat.due_on.month}月{seat.due_on.day}日"
    for part in (
        "网络剧", "编剧 宋知微", "导演 贺兰舟", "制片人 林知夏", "主演 顾清让", "南京三江影视文化有限公司", "曾用名：南京映画传播有限公司",
        "苏州橹声影业有限公司", "荔枝网", "24 集 × 45 分钟", f"请您在{day}前看完样片（全片一个文件，按申报约 1080 分钟）", "请您担任组长",
        "您或近亲属参加过这部片的编剧、导演、制作、投资或宣传发行", "您与上列主创是近亲属，或有师生、合作、经济往来",
        "回避立即生效，不能撤回", "谢绝后，这部片不再对您开放",
    ):  # fmt: skip
        assert part in text, part


def test_it_shows_neither_the_cut_nor_who_else_was_asked(login, app):
    seat = invited()
    page = login(seat.expert).get(f"/reviews/tasks/{seat.id}").text
    part = seat.round.cut.parts[0]
    assert f"/reviews/cuts/parts/{part.id}" not in page and "第1集.mp4" not in page
    browser = login(seat.expert)
    closed = [f"/reviews/cuts/parts/{part.id}/stream", f"/reviews/tasks/{seat.id}/room", f"/reviews/{seat.round_id}"]
    assert [browser.get(path).status_code for path in closed] == [404, 303, 303]


def test_what_the_expert_wrote_that_looks_like_a_tie_is_shown_for_them_to_judge(login, app):
    seat = invited()
    with unit_of_work():
        seat.expert.name = "贺兰舟"
    text = words(login(seat.expert).get(f"/reviews/tasks/{seat.id}").text)
    assert "系统看到这几处，请您自己核对：与主创同名：贺兰舟。" in text and "没有利益冲突，接受" in text
    with unit_of_work():
        opinions.take(seat, make.actor_of(seat.expert))
    assert "系统看到这几处" not in login(seat.expert).get(f"/reviews/tasks/{seat.id}").text


def test_how_much_there_is_to_watch_is_measured_where_the_files_say_so(app):
    seat = invited()
    cut, project = seat.round.cut, seat.round.project
    file = cut.parts[0].file_id

    def with_parts(*parts):
        with unit_of_work() as session:
            for part in list(cut.parts):
                session.delete(part)
            session.flush()
            session.add_all(CutPart(cut_id=cut.id, file_id=file, episode=e, frames=f) for e, f in parts)
        db.session.expire_all()
        return str(watching(db.session.get(Cut, cut.id), project).sentence)

    assert with_parts((1, 67_500), (2, 67_500), (4, 67_501)) == "第 1—2、4 集，共 3 集，约 136 分钟"
    assert with_parts((1, 67_500), (2, None)) == "第 1—2 集，共 2 集，按申报约 90 分钟"
    assert with_parts((0, 12_000)) == "全片一个文件，约 8 分钟"
    assert with_parts((0, None)) == "全片一个文件，按申报约 1080 分钟"


def mails_to(address):
    """The mails that wait for this address, composed."""
    db.session.rollback()
    work_off(but=("mail",))
    rows = db.session.query(OutboxRow).filter_by(kind="mail").order_by(OutboxRow.id)
    return [mail.compose(row.payload) for row in rows if row.payload["to"] == address]


def test_the_mail_lists_the_same_facts_in_the_readers_language(app):
    seat = invited()
    address, locale = seat.expert.email, seat.expert.locale
    [letter] = mails_to(address)
    text = letter.get_content()
    for line in (
        "类型：网络剧", "要看的样片：全片一个文件，按申报约 1080 分钟", "制作和联合制作机构：南京三江影视文化有限公司、苏州橹声影业有限公司",
        "拟播出平台：荔枝网", "编剧：宋知微", "导演：贺兰舟", "制片人：林知夏", "主演：顾清让", "应当回避",
    ):  # fmt: skip
        assert line in text, line
    assert locale == "zh" and "\n\n\n" not in text
    row = db.session.query(OutboxRow).filter_by(kind="mail").order_by(OutboxRow.id).all()[-1]
    english = mail.compose({**row.payload, "language": "en"}).get_content()
    assert "Director: 贺兰舟" in english and "episode 1, 1 in all, about 45 minutes by the filing" in english
