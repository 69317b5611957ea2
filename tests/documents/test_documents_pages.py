"""Letters through the pages: listed, sealed, read, received; hidden from whom they do not concern."""

from __future__ import annotations

from audiovisual.documents.models import Document
from audiovisual.documents.operations import seal
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.outbox import work_off
from audiovisual.people.models import User
from audiovisual.projects.operations import office
from audiovisual.search import queries as search
from tests import factories as make
from tests.asked import statements
from tests.reviews.stages import again, fresh


def letter() -> Document:
    return db.session.scalars(db.select(Document)).one()


def test_the_next_letter_is_one_press_away_also_once_the_page_has_renewed_itself(app, login):
    _round, people = make.decided()
    sealer, own = people["sealer"].id, letter().id
    second, _others = make.decided()
    following = f"/documents/{db.session.scalar(db.select(Document.id).where(Document.round_id == second.id))}"
    client = login(db.session.get_one(User, sealer))
    assert following not in client.get(f"/documents/{own}").text
    client.post(f"/documents/{own}/seal")
    work_off()
    renewed = login(db.session.get_one(User, sealer)).get(f"/documents/{own}").text
    assert "已送达" in renewed and f'href="{following}">下一件' in renewed


def test_the_sealer_numbers_and_the_worker_serves(app, login):
    _, people = make.decided()
    client, url = login(people["sealer"]), f"/documents/{letter().id}"
    page = client.get(url).text
    assert "文稿正在排版" in page and "确认编号" in page
    mark = client.get(url + "/state")
    assert client.get(url + "/state", headers={"If-None-Match": mark.headers["ETag"]}).status_code == 304
    work_off()
    assert client.get(url + "/state", headers={"If-None-Match": mark.headers["ETag"]}).status_code == 200
    assert client.get(url + "/file?inline=1").data[:5] == b"%PDF-"
    assert client.post(url + "/seal").status_code == 303
    assert "制作中" in client.get(url).text
    assert "已经办过了，这次没有重复办。" in client.post(url + "/seal", follow_redirects=True).text
    work_off()
    page = client.get(url).text
    assert "苏广电网〔2026〕1号" in page and "已送达" in page
    told = client.get(url + "/file").headers["Content-Disposition"]
    assert "attachment" in told and "%E8%8B%8F%E5%B9%BF%E7%94%B5%E7%BD%91" in told


def test_the_house_signs_for_it_by_a_press_and_not_by_looking(app, login):
    _, people = make.served()
    document, producer = letter(), people["producer"]
    url = f"/documents/{document.id}"
    assert login(people["officer"]).get(url).status_code == 200 and again(document).opened_at is None
    client = login(fresh(producer))
    assert client.get("/documents").text.count(document.title) == 1
    assert client.head(url).status_code == client.head(url + "/file").status_code == 200
    page = client.get(url).text
    client.get(url + "/file")
    assert "局领导签批" not in page and "/reviews/" not in page
    assert again(document).opened_at is None
    assert "已签收。" in client.post(url + "/receipt", follow_redirects=True).text
    first = again(document).opened_at
    assert first is not None and again(document).opened_by_id == producer.id
    assert "这份公文已经签收过了。" in client.post(url + "/receipt", follow_redirects=True).text
    assert again(document).opened_at == first and "与签收早晚无关" not in client.get(url).text
    assert "制作机构签收" in login(people["officer"]).get(url).text


def test_a_letter_is_nobodys_business_before_it_is_served(app, login):
    round_, people = make.decided()
    document = letter()
    for person, status in (
        (people["producer"], 404), (make.producer(), 404), (round_.assignments[0].expert, 403), (make.user("admin"), 403),
    ):  # fmt: skip
        client = login(person)
        for path in ("", "/file", "/state"):
            assert client.get(f"/documents/{document.id}{path}").status_code == status
        assert client.post(f"/documents/{document.id}/seal").status_code == 403
        assert client.get(f"/documents/proposals/{round_.id}").status_code in (403, 404)
    assert document.title not in login(people["producer"]).get("/documents").text
    for role in ("officer", "head", "leader"):
        assert login(people[role]).post(f"/documents/{document.id}/seal").status_code == 403


def test_who_recused_himself_meets_a_letter_only_once_it_is_served(app, login):
    _, people = make.decided()
    document, recused = letter(), make.user("officer", "sealer")
    link = f'href="/documents/{document.id}"'
    assert link in login(recused).get("/").text
    with unit_of_work():
        office.recuse(document.project, make.actor_of(recused), "与出品人是亲属。")
    number, title, me = document.id, document.title, make.actor_of(recused)

    def found():
        return any(hit.kind == "document" for hit in search.search("点烟近景", me).hits)

    assert login(recused).get(f"/documents/{number}").status_code == 404
    for page in ("/documents", "/"):
        text = login(fresh(recused)).get(page).text
        assert title not in text and link not in text
    assert not found()
    with unit_of_work():
        seal(letter(), make.actor_of(people["sealer"]))
    work_off()
    page = login(fresh(recused)).get(f"/documents/{number}")
    assert page.status_code == 200 and "局领导签批" not in page.text and found()


def test_after_it_is_served_only_its_house_reads_it(app, login):
    round_, _people = make.served()
    document = letter()
    assert login(make.producer()).get(f"/documents/{document.id}").status_code == 404
    assert login(round_.assignments[0].expert).get(f"/documents/{document.id}").status_code == 403


def test_the_list_of_the_bureau_goes_by_state(app, login):
    round_, people = make.served()
    make.decided()
    client = login(fresh(people["officer"]))
    client.get("/documents")
    with statements() as told:
        page = client.get("/documents").text
    assert page.count('scope="row"') == 2 and len(told) <= 12
    assert client.get("/documents?state=served").text.count('scope="row"') == 1
    assert client.get("/documents?state=nonsense&page=-4&project=x").status_code == 200
    assert client.get(f"/documents?project={round_.project_id}").text.count('scope="row"') == 1
    with statements() as told:
        client.get(f"/documents/{round_.id}")
    assert len(told) <= 12, "\n".join(told)


def test_whoever_decided_does_not_seal_and_reads_why(app, login):
    _, people = make.decided()
    document = letter()
    with unit_of_work():
        from audiovisual.people.models import RoleGrant

        db.session.add(RoleGrant(user_id=people["leader"].id, role="sealer"))
    client = login(people["leader"])
    page = client.get(f"/documents/{document.id}").text
    assert "编号要由另一位同事办" in page and "确认编号" not in page
    assert client.post(f"/documents/{document.id}/seal").status_code == 403


def test_a_letter_is_found_by_what_it_says_once_served(app):
    round_, people = make.decided()
    house, staff, expert = (
        make.actor_of(p) for p in (people["producer"], people["officer"], round_.assignments[0].expert)
    )

    def found(actor) -> bool:
        return any(hit.kind == "document" for hit in search.search("点烟近景", actor).hits)

    assert (found(staff), found(house), found(expert)) == (True, False, False)
    with unit_of_work():
        from audiovisual.documents.operations import seal

        seal(letter(), make.actor_of(people["sealer"]))
    work_off()
    assert (found(staff), found(house), found(expert)) == (True, True, False)
    assert not found(make.actor_of(make.producer()))
