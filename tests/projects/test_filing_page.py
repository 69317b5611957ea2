"""The page of a filing: nothing typed is lost, whatever is wrong with it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.kernel.text import hour
from audiovisual.people.models import User
from audiovisual.projects.filing_forms import form_of
from audiovisual.projects.models import Project
from audiovisual.projects.operations import filing, intake
from tests import factories as make
from tests.asked import statements

LONG = "很长的文字" * 5000
WRONG = {
    "title": ("长" * 61, "最多 60 字，现在 61 字。"),
    "platforms": ("长" * 301, "最多 300 字，现在 301 字。"),
    "contact_name": ("长" * 61, "最多 60 字"),
    "contact_phone": ("1" * 41, "最多 40 字"),
    "source_work": ("长" * 201, "最多 200 字"),
    "shooting_place": ("长" * 201, "最多 200 字"),
    "rights_note": ("长" * 2001, "最多 2000 字"),
    "synopsis": (LONG, "最多 20000 字，现在 25000 字。"),
    "theme_statement": (LONG, "最多 6000 字"),
    "ai_note": ("长" * 2001, "最多 2000 字"),
    "elsewhere_detail": ("长" * 2001, "最多 2000 字"),
    "first_created_evidence": ("长" * 2001, "最多 2000 字"),
    "first_reviewed_evidence": ("长" * 2001, "最多 2000 字"),
    "first_released_evidence": ("长" * 2001, "最多 2000 字"),
    "episodes": ("99999999999999999999", "请填整数，如 24。"),
    "minutes_per_episode": ("四十五", "请填整数，如 24。"),
    "investment_yuan": (str(2**70), "请填金额（万元）"),
    "cast_pay_yuan": ("-5", "应在 0 到"),
    "lead_pay_yuan": ("1e400", "请填金额（万元）"),
    "shooting_start": ("0000-01-01", "请填日期，如 2026-11-22。"),
    "shooting_end": ("2026-02-30", "请填日期，如 2026-11-22。"),
    "release_on": ("9999-01-01", "年份应在 1980 到 2100 之间。"),
    "type": ("opera", ""),
    "form": ("puppet", ""),
    "theme": ("未来/都市", ""),
    "special_subjects": ("astrology", ""),
    "source_kind": ("stolen", ""),
    "ai_use": ("maybe", ""),
    "submitted_elsewhere": ("perhaps", ""),
    "credits-0-name": ("长" * 61, "最多 60 字"),
    "credits-0-role": ("king", ""),
    "co_producers-0-name": ("长" * 101, "最多 100 字"),
    "co_producers-0-uscc": ("123", "18 位"),
}
"""Every field with something wrong in it, and the sentence that stands beside it ("" where any will do)."""
CHOSEN = ("type", "form", "theme", "special_subjects", "source_kind", "ai_use", "submitted_elsewhere", "credits-0-role")
"""Chosen from a list: what is no choice is not shown again."""


def page_of(project: Project) -> dict[str, Any]:
    """What a browser sends back of an untouched page."""
    form = form_of(project)
    found: dict[str, Any] = {"version": str(project.version), "boxes": "1"}
    for field in form:
        if hasattr(field, "entries"):
            found.update({sub.name: sub.data or "" for entry in field for sub in entry.form})
        elif field.type == "BooleanField":
            found.update({field.name: "y"} if field.data else {})
        elif field.type == "SelectMultipleField":
            found[field.name] = field.data or []
        elif field.type == "RadioField":
            found.update({field.name: field.data} if field.data else {})
        elif field.name != "csrf_token":
            found[field.name] = field._value() if hasattr(field, "_value") else field.data or ""
    return found


@pytest.fixture
def by(app: Any) -> User:
    return make.producer()


@pytest.fixture
def draft(by: User) -> Project:
    return make.draft(by, title="春水码头", synopsis="原来的概要。")


def test_a_sentence_and_the_link_after_it_stand_apart(app: Any, login: Any) -> None:
    by = make.producer()
    page = login(by).get(f"/projects/{make.draft(by).id}/edit").text
    assert re.search(r"有效期至 [^<]+。\s+<a href=\"/houses/\d+/edit\">改机构资料</a>", page)


def test_a_draft_begins_with_title_type_and_the_contact_of_its_house(login: Any, by: User) -> None:
    answer = login(by).post("/projects/new", data={"title": "梧桐深处", "type": "micro_drama"})
    project = db.session.query(Project).one()
    assert (answer.status_code, answer.location) == (303, f"/projects/{project.id}/edit")
    assert (project.title, project.type, project.state, project.contact_name) == (
        "梧桐深处",
        "micro_drama",
        "draft",
        "林知夏",
    )
    assert login(by).get(answer.location).status_code == 200


def test_pressing_begin_twice_makes_one_draft(login: Any, by: User) -> None:
    client = login(by)
    first = client.post("/projects/new", data={"title": "梧桐深处", "type": "micro_drama"})
    assert client.post("/projects/new", data={"title": "梧桐深处", "type": "micro_drama"}).location == first.location


def test_a_title_typed_with_its_marks_is_the_same_title(login: Any, by: User) -> None:
    client = login(by)
    at = client.post("/projects/new", data={"title": "梧桐深处", "type": "micro_drama"}).location
    assert client.post("/projects/new", data={"title": "《梧桐深处》", "type": "micro_drama"}).location == at
    client.post(at, data={"title": "《梧桐浅处》", "version": "1"})
    assert db.session.query(Project).one().title == "梧桐浅处"


def test_going_back_to_choose_another_type_or_title_begins_what_was_chosen(login: Any, by: User) -> None:
    client, drafts = login(by), []
    for title, type_ in (("梧桐深处", "web_series"), ("梧桐深处", "micro_drama"), ("梧桐·深处", "micro_drama")):
        at = client.post("/projects/new", data={"title": title, "type": type_}).location
        project = db.session.get_one(Project, int(at.split("/")[2]))
        drafts.append((project.title, project.type))
    assert drafts == [("梧桐深处", "web_series"), ("梧桐深处", "micro_drama"), ("梧桐·深处", "micro_drama")]


def test_a_draft_needs_a_title_and_keeps_what_was_typed(login: Any, by: User) -> None:
    answer = login(by).post("/projects/new", data={"title": "长" * 61, "type": ""})
    assert answer.status_code == 422 and "长" * 61 in answer.text and "最多 60 字" in answer.text


def test_a_page_sent_back_untouched_changes_nothing(login: Any, by: User, draft: Project) -> None:
    version, page = draft.version, page_of(draft)
    assert login(by).post(f"/projects/{draft.id}/edit", data=page).status_code == 303
    db.session.expire_all()
    assert draft.version == version


def test_each_wrong_field_is_said_beside_it_kept_as_typed_and_the_rest_is_saved(
    login: Any, by: User, draft: Project
) -> None:
    client, faults = login(by), []
    for turn, (name, (typed, sentence)) in enumerate(WRONG.items()):
        other = "contact_name" if name != "contact_name" else "shooting_place"
        page = page_of(draft) | {
            "co_producers-0-name": "",
            "co_producers-0-uscc": "",
            name: typed,
            other: f"顾清让{turn}",
        }
        if name == "co_producers-0-uscc":
            page["co_producers-0-name"] = "苏州试映公司"
        answer = client.post(f"/projects/{draft.id}/edit", data=page)
        db.session.expire_all()
        if (
            answer.status_code != 422
            or sentence not in answer.text
            or (name not in CHOSEN and typed not in answer.text)
        ):
            faults.append((name, answer.status_code))
        if getattr(draft, other) != f"顾清让{turn}":
            faults.append((name, "the rest was not saved"))
        told = client.post(f"/projects/{draft.id}/draft", data=page | {"version": str(draft.version)})
        if told.status_code != 422 or told.json["version"] != draft.version or not all(told.json["errors"].values()):
            faults.append((name, told.json))
    assert faults == []


def test_the_bar_does_not_say_saved_where_something_was_not(login: Any, by: User, draft: Project) -> None:
    page = login(by).post(
        f"/projects/{draft.id}/edit", data=page_of(draft) | {"episodes": "许多", "release_on": "明年"}
    )
    bar = page.text.partition("data-autosave-status")[2].partition("</span>")[0].partition(">")[2]
    assert (page.status_code, bar) == (422, "有 2 处写得不对，先留在本机；其余已保存")


def test_every_field_wrong_at_once(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {name: typed for name, (typed, _) in WRONG.items()}
    answer = login(by).post(f"/projects/{draft.id}/edit", data=page)
    assert answer.status_code == 422
    for name, (_typed, sentence) in WRONG.items():
        assert sentence in answer.text, name
    db.session.expire_all()
    assert (draft.title, draft.synopsis, draft.episodes) == ("春水码头", "原来的概要。", 24)


def test_nul_and_half_surrogates_are_cleaned_away(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {"synopsis": "码头\x00上\x1b的人"}
    page.pop("title")
    body = (
        "&".join(f"{k}={v}" for k, v in page.items() if isinstance(v, str) and k in ("version", "synopsis"))
        + "&title=%ED%A0%80%00%E6%98%A5"
    )
    answer = login(by).post(f"/projects/{draft.id}/edit", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    db.session.expire_all()
    assert draft.synopsis == "码头上的人" and draft.title.endswith("春") and "\x00" not in draft.title


def test_ten_megabytes_of_text_are_refused_in_words(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {"synopsis": "字" * 3_500_000}
    assert login(by).post(f"/projects/{draft.id}/edit", data=page).status_code == 413
    told = login(by).post(f"/projects/{draft.id}/draft", data=page, headers={"X-Requested-With": "fetch"})
    assert told.status_code == 413 and "内容太大" in told.json["heading"]
    db.session.expire_all()
    assert draft.synopsis == "原来的概要。"


def test_a_page_cut_short_takes_nothing_away(login: Any, by: User, draft: Project) -> None:
    assert (
        login(by).post(f"/projects/{draft.id}/edit", data={"version": str(draft.version), "title": "新名"}).status_code
        == 303
    )
    db.session.expire_all()
    assert (draft.title, draft.episodes, draft.pledged, len(draft.credits)) == ("新名", 24, True, 4)


def test_both_none_and_one_of_the_nine_cannot_be(login: Any, by: User, draft: Project) -> None:
    answer = login(by).post(
        f"/projects/{draft.id}/edit", data=page_of(draft) | {"special_subjects": ["none", "police"]}
    )
    assert answer.status_code == 422 and "就不要再勾其他几类" in answer.text


def test_the_nine_heads_are_answered_one_way_or_not_at_all(login: Any, by: User, draft: Project) -> None:
    for ticked, expected in ((["police"], ["police"]), (["none"], []), ([], None)):
        page = page_of(draft) | {"special_subjects": ticked}
        assert login(by).post(f"/projects/{draft.id}/edit", data=page).status_code == 303
        db.session.expire_all()
        assert draft.special_subjects == expected


def test_rows_are_kept_in_order_and_blank_ones_are_none(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {
        "credits-0-name": "",
        "credits-9-role": "composer",
        "credits-9-name": "苏伴月",
        "co_producers-0-name": "苏州试映公司",
        "co_producers-0-uscc": make.uscc(77),
        "co_producers-1-name": "",
        "co_producers-1-uscc": "",
    }
    assert login(by).post(f"/projects/{draft.id}/edit", data=page).status_code == 303
    db.session.expire_all()
    assert [(c.role, c.name) for c in draft.credits] == [
        ("director", "贺兰舟"),
        ("producer", "林知夏"),
        ("lead_actor", "顾清让"),
        ("composer", "苏伴月"),
    ]
    assert [(c.name, c.uscc) for c in draft.co_producers] == [("苏州试映公司", make.uscc(77))]


WRONG_ROWS: dict[str, tuple[dict[str, str], str]] = {
    "a code mistyped": ({"co_producers-1-uscc": make.uscc(77)[:-1] + "I"}, "co_producers-1-uscc"),
    "a company's name taken out, its code left": ({"co_producers-1-name": ""}, "co_producers-1-name"),
    "a company's name too long": ({"co_producers-1-name": "长" * 101}, "co_producers-1-name"),
    "a person without a role": ({"credits-1-role": ""}, "credits-1-role"),
    "a person's name too long": ({"credits-1-name": "长" * 61}, "credits-1-name"),
    "a new company's code alone": ({"co_producers-2-uscc": make.uscc(79)}, "co_producers-2-name"),
    "a new person without a role": ({"credits-4-role": "", "credits-4-name": "苏伴月"}, "credits-4-role"),
}
"""What is typed wrongly into one row of several, and the control beside which it is said."""


@pytest.mark.parametrize("fault", WRONG_ROWS)
def test_a_row_with_something_wrong_in_it_stays_in_the_bank(login: Any, by: User, fault: str) -> None:
    companies = [{"name": "苏州试映公司", "uscc": make.uscc(76)}, {"name": "无锡试映公司", "uscc": make.uscc(77)}]
    draft = make.draft(by, title="春水码头", co_producers=companies)
    typed, where = WRONG_ROWS[fault]
    page = page_of(draft) | {"co_producers-2-name": "", "co_producers-2-uscc": "", "credits-0-name": "宋晚舟"} | typed
    for _press in ("once", "again"):
        told = login(by).post(f"/projects/{draft.id}/draft", data=page | {"version": str(draft.version)})
        assert (told.status_code, list(told.json["errors"])) == (422, [where])
        db.session.expire_all()
        assert [(row.name, row.uscc) for row in draft.co_producers] == [(row["name"], row["uscc"]) for row in companies]
        assert [(row.role, row.name) for row in draft.credits] == [
            ("writer", "宋晚舟"),
            ("director", "贺兰舟"),
            ("producer", "林知夏"),
            ("lead_actor", "顾清让"),
        ]


def test_a_row_taken_out_beside_a_wrong_one_is_gone(login: Any, by: User) -> None:
    companies = [{"name": "苏州试映公司", "uscc": make.uscc(76)}, {"name": "无锡试映公司", "uscc": make.uscc(77)}]
    draft = make.draft(by, title="春水码头", co_producers=companies)
    page = {name: value for name, value in page_of(draft).items() if not name.startswith("co_producers-1")}
    page |= {"co_producers-0-name": "无锡试映公司", "co_producers-0-uscc": "123"}
    assert login(by).post(f"/projects/{draft.id}/edit", data=page).status_code == 422
    db.session.expire_all()
    assert [(row.name, row.uscc) for row in draft.co_producers] == [("无锡试映公司", make.uscc(77))]


def test_the_great_era_answers_the_question_of_great_subjects(login: Any, by: User, draft: Project) -> None:
    login(by).post(f"/projects/{draft.id}/edit", data=page_of(draft) | {"theme": "重大/重大革命"})
    db.session.expire_all()
    assert (draft.theme_era, draft.theme_topic, draft.major_subject) == ("重大", "重大革命", True)


def test_a_title_made_with_a_company_abroad_is_left_to_the_officer(login: Any, by: User) -> None:
    """令16号52条: the rules of classes do not reach it; its approval is asked for among the papers."""
    draft = make.draft(by)
    client, page = login(by), page_of(draft) | {"foreign_co_production": "y"}
    assert client.post(f"/projects/{draft.id}/edit", data=page).status_code == 303
    lacking = client.get(f"/projects/{draft.id}/edit?check=1").text
    assert "请上传与境外合拍的批准文件。" in lacking
    file = make.stored(by, name="合拍批复.pdf")
    with unit_of_work():
        filing.attach(draft, make.actor_of(by), "co_production_approval", file)
    assert client.post(f"/projects/{draft.id}/submit").status_code == 303
    db.session.expire_all()
    assert (draft.state, draft.class_code, draft.foreign_co_production) == ("submitted", None, True)
    assert re.search(r"与境外机构合拍</dt>\s*<dd>\s*是", client.get(f"/projects/{draft.id}/materials").text)
    officer = make.user("officer")
    with unit_of_work():
        intake.receive(draft, make.actor_of(officer))
    assert (
        "与境外合拍另有规定，由经办按合拍批准文件认定（令16号第52条）。"
        in login(officer).get(f"/projects/{draft.id}/class").text
    )
    with unit_of_work():
        intake.decide_class(draft, make.actor_of(officer), "one", "按合拍批准文件认定。")
    assert draft.class_code == "one"


def test_autosave_says_when_and_what_stands_beside_the_form(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {"type": "micro_drama", "investment_yuan": "360", "minutes_per_episode": "12"}
    told = login(by).post(f"/projects/{draft.id}/draft", data=page)
    assert told.status_code == 200 and set(told.json) == {"version", "at", "base", "parts", "taken"}
    assert "一类" in told.json["parts"]["rules"] and "还差" in told.json["parts"]["lacks"]
    db.session.expire_all()
    assert told.json["version"] == draft.version and draft.investment_yuan == 3_600_000


def test_autosave_needs_few_statements_however_long_the_filing(login: Any, by: User, draft: Project) -> None:
    client = login(by)

    def count(page: dict[str, Any]) -> int:
        with statements() as asked:
            assert client.post(f"/projects/{draft.id}/draft", data=page).status_code == 200
        return len(asked)

    client.post(f"/projects/{draft.id}/draft", data=page_of(draft) | {"platforms": "优酷"})
    db.session.expire_all()
    short = count(page_of(draft) | {"synopsis": "改一个字。"})
    with unit_of_work():
        filing.save(
            draft,
            make.actor_of(by),
            draft.version,
            credits=[{"role": "editor", "name": f"人{n}", "note": ""} for n in range(40)],
        )
    db.session.expire_all()
    assert count(page_of(draft) | {"synopsis": "再改一个字。"}) == short <= 12


def test_the_second_of_two_colleagues_sees_both_texts_and_picks(login: Any, by: User, draft: Project) -> None:
    colleague = make.user("producer", house=by.house)
    mine = page_of(draft) | {"synopsis": "我写的概要。", "platforms": "优酷"}
    theirs = page_of(draft) | {"synopsis": "同事写的概要。", "shooting_place": ""}
    assert login(colleague).post(f"/projects/{draft.id}/edit", data=theirs).status_code == 303
    client = login(by)
    told = client.post(f"/projects/{draft.id}/draft", data=mine)
    said = f"{colleague.name} {hour(draft.updated_at)} 在别处存过这份内容"
    assert (told.status_code, told.json) == (409, {"url": f"/projects/{draft.id}/both", "post": True, "said": said})
    page = client.post(f"/projects/{draft.id}/edit", data=mine)
    assert page.status_code == 409 and "我写的概要。" in page.text and "同事写的概要。" in page.text
    assert client.post(f"/projects/{draft.id}/both", data=mine).status_code == 409
    db.session.expire_all()
    asked = mine | {"version": str(draft.version), "do": "merge"}
    unpicked = client.post(f"/projects/{draft.id}/both", data=asked)
    assert unpicked.status_code == 422 and "我写的概要。" in unpicked.text
    picks = {"pick-synopsis": "mine", "pick-platforms": "theirs", "pick-shooting_place": "mine"}
    assert client.post(f"/projects/{draft.id}/both", data=asked | picks).status_code == 303
    db.session.expire_all()
    assert (draft.synopsis, draft.platforms, draft.shooting_place) == ("我写的概要。", "荔枝网", "南京")


def opened(login: Any, by: User, draft: Project) -> dict[str, Any]:
    """What a window sends back that was opened now, with what it read of each field."""
    page = login(by).get(f"/projects/{draft.id}/edit").text
    return page_of(draft) | {"base": re.search(r'name="base" value="([^"]+)"', page)[1]}  # type: ignore[index]


def test_what_two_windows_changed_in_different_fields_is_put_together(login: Any, by: User, draft: Project) -> None:
    first, second = opened(login, by, draft), opened(login, by, draft)
    client = login(by)
    people = {"credits-0-name": "宋知微改", "special_subjects": ["police"], "theme": "古代/传奇", "promoted": "y"}
    assert (
        client.post(f"/projects/{draft.id}/draft", data=first | {"synopsis": "甲窗口写的。"} | people).status_code
        == 200
    )
    told = client.post(f"/projects/{draft.id}/draft", data=second | {"platforms": "优酷"})
    assert told.status_code == 200
    theirs = {name: each["values"] for name, each in told.json["theirs"].items()}
    assert theirs == {
        "synopsis": ["甲窗口写的。"], "special_subjects": ["police"], "theme": ["古代/传奇"], "promoted": ["y"],
    }  # fmt: skip
    db.session.expire_all()
    kept = (draft.synopsis, draft.platforms, draft.credits[0].name, draft.theme_era, draft.promoted)
    assert kept == ("甲窗口写的。", "优酷", "宋知微改", "古代", True)
    again = second | {"platforms": "优酷、荔枝网", "version": str(draft.version), "base": told.json["base"]}
    assert client.post(f"/projects/{draft.id}/edit", data=again).status_code == 303
    db.session.expire_all()
    assert (draft.synopsis, draft.platforms, draft.credits[0].name) == ("甲窗口写的。", "优酷、荔枝网", "宋知微改")


def test_rows_another_window_added_are_not_written_over_by_a_window_that_does_not_show_them(
    login: Any, by: User, draft: Project
) -> None:
    first, second = opened(login, by, draft), opened(login, by, draft)
    client = login(by)
    added = {"credits-4-role": "composer", "credits-4-name": "苏伴月"}
    assert client.post(f"/projects/{draft.id}/draft", data=first | added).status_code == 200
    told = client.post(f"/projects/{draft.id}/draft", data=second | {"platforms": "优酷"}).json
    later = second | {"platforms": "优酷", "version": str(told["version"]), "base": told["base"]}
    later["credits-0-name"] = "宋知微改"
    raced = client.post(f"/projects/{draft.id}/draft", data=later)
    assert (raced.status_code, raced.json["said"]) == (409, "同事或您的另一个窗口存过这份内容")
    db.session.expire_all()
    assert [row.name for row in draft.credits] == ["宋知微", "贺兰舟", "林知夏", "顾清让", "苏伴月"]
    page = client.post(f"/projects/{draft.id}/both", data=later).text
    assert re.findall(r'name="(pick-[^"]+)" value="mine"', page) == ["pick-credits"] and "苏伴月" in page
    mine = later | {"do": "mine", "version": str(draft.version)}
    assert client.post(f"/projects/{draft.id}/edit", data=mine).status_code == 303
    db.session.expire_all()
    assert [row.name for row in draft.credits] == ["宋知微改", "贺兰舟", "林知夏", "顾清让"]


def test_only_what_both_windows_changed_is_asked_and_it_is_said_who_saved(login: Any, by: User, draft: Project) -> None:
    first, second = opened(login, by, draft), opened(login, by, draft)
    client = login(by)
    client.post(f"/projects/{draft.id}/draft", data=first | {"synopsis": "甲窗口写的。", "shooting_place": "无锡"})
    db.session.expire_all()
    mine = second | {"synopsis": "乙窗口写的。", "platforms": "优酷"}
    told = client.post(f"/projects/{draft.id}/draft", data=mine)
    said = f"这份内容在另一个窗口 {hour(draft.updated_at)} 存过（您本人）"
    assert (told.status_code, told.json["said"]) == (409, said)
    page = client.post(f"/projects/{draft.id}/both", data=mine).text
    assert re.findall(r'name="(pick-[^"]+)" value="mine"', page) == ["pick-synopsis"] and said in page
    picked = mine | {"version": str(draft.version), "do": "merge", "pick-synopsis": "mine"}
    assert client.post(f"/projects/{draft.id}/both", data=picked).status_code == 303
    db.session.expire_all()
    assert (draft.synopsis, draft.platforms, draft.shooting_place) == ("乙窗口写的。", "优酷", "无锡")


def test_all_of_mine_leaves_alone_what_i_did_not_touch(login: Any, by: User, draft: Project) -> None:
    first, second = opened(login, by, draft), opened(login, by, draft)
    client = login(by)
    client.post(f"/projects/{draft.id}/draft", data=first | {"synopsis": "甲窗口写的。", "shooting_place": "无锡"})
    db.session.expire_all()
    mine = second | {"synopsis": "乙窗口写的。", "version": str(draft.version), "do": "mine"}
    assert client.post(f"/projects/{draft.id}/edit", data=mine).status_code == 303
    db.session.expire_all()
    assert (draft.synopsis, draft.shooting_place) == ("乙窗口写的。", "无锡")


def test_what_was_wrong_here_and_changed_elsewhere_stays_a_conflict(login: Any, by: User, draft: Project) -> None:
    first, second = opened(login, by, draft), opened(login, by, draft)
    client = login(by)
    client.post(f"/projects/{draft.id}/draft", data=first | {"episodes": "30"})
    told = client.post(f"/projects/{draft.id}/draft", data=second | {"episodes": "很多"})
    assert told.status_code == 422
    mended = second | {"episodes": "40", "version": str(told.json["version"]), "base": told.json["base"]}
    db.session.expire_all()
    assert client.post(f"/projects/{draft.id}/draft", data=mended | {"version": "1"}).status_code == 409
    assert draft.episodes == 30


def test_after_a_lost_race_a_wrong_text_cannot_be_picked_but_is_shown(login: Any, by: User, draft: Project) -> None:
    mine = page_of(draft) | {"episodes": "很多", "platforms": "优酷"}
    login(make.user("producer", house=by.house)).post(
        f"/projects/{draft.id}/edit", data=page_of(draft) | {"platforms": "爱奇艺"}
    )
    client = login(by)
    db.session.expire_all()
    answer = client.post(
        f"/projects/{draft.id}/both",
        data=mine | {"do": "merge", "version": str(draft.version), "pick-platforms": "mine", "pick-episodes": "mine"},
    )
    assert answer.status_code == 422 and "很多" in answer.text and "请填整数" in answer.text


def test_what_was_typed_is_shown_when_a_colleague_submitted_meanwhile(login: Any, by: User, draft: Project) -> None:
    page = page_of(draft) | {"synopsis": "我还在写的概要。"}
    with unit_of_work():
        filing.save(draft, make.actor_of(by), draft.version, synopsis=make.filled()["synopsis"])
    with unit_of_work():
        filing.submit(draft, make.actor_of(by))
    answer = login(by).post(f"/projects/{draft.id}/edit", data=page)
    assert answer.status_code == 409 and "我还在写的概要。" in answer.text and "已经提交，不能再改" in answer.text
    assert login(by).get(f"/projects/{draft.id}/edit").status_code == 303


def test_nobody_outside_the_house_finds_a_draft(login: Any, by: User, draft: Project) -> None:
    for stranger in (make.producer(), make.user("producer", "officer", house=make.house())):
        for path in ("edit", "submit", "discard", "completion"):
            assert login(stranger).get(f"/projects/{draft.id}/{path}").status_code == 404, path
        for path in ("edit", "draft", "both", "submit", "discard", "completion", "completion/draft"):
            assert login(stranger).post(f"/projects/{draft.id}/{path}", data={"title": "夺来"}).status_code == 404, path
    assert login(make.user("officer")).get(f"/projects/{draft.id}/edit").status_code == 403


def test_a_leaver_reaches_nothing_any_more(login: Any, by: User, draft: Project) -> None:
    page, client = page_of(draft), login(by)
    with unit_of_work():
        by.left_on = date(2020, 1, 1)
    assert client.get(f"/projects/{draft.id}/edit").location.startswith("/login")
    told = client.post(f"/projects/{draft.id}/draft", data=page, headers={"X-Requested-With": "fetch"})
    assert told.status_code == 401


def test_a_producer_without_a_house_is_told_so(login: Any, app: Any) -> None:
    lonely = make.user("producer")
    assert login(lonely).get("/projects/new").status_code == 403
    assert login(lonely).get("/projects/drafts").status_code == 403


def test_a_house_learns_that_a_name_is_taken_but_not_by_whom(login: Any, by: User, draft: Project) -> None:
    other = make.project("submitted", title="春水码头", synopsis="别家的秘密概要。" * 300)
    text = login(by).get(f"/projects/{draft.id}/edit").text
    assert "种子库里已有相同或相近的片名" in text
    assert other.number not in text and other.house.name not in text and "别家的秘密概要" not in text
    told = login(by).post(f"/projects/{draft.id}/draft", data=page_of(draft) | {"title": "天下无双的另一个名字"})
    assert "相同或相近" not in told.json["parts"]["twins"]


def test_cost_beyond_the_usual_share_warns(login: Any, by: User, draft: Project) -> None:
    login(by).post(f"/projects/{draft.id}/edit", data=page_of(draft) | {"cast_pay_yuan": "600", "lead_pay_yuan": "500"})
    text = login(by).get(f"/projects/{draft.id}/edit").text
    assert "演员总片酬超过制作总成本的百分之 40" in text and "主要演员片酬超过总片酬的百分之 70" in text


def test_drafts_and_completions_of_the_house_are_listed(login: Any, by: User, draft: Project) -> None:
    make.draft(make.producer(), title="别家的草稿")
    text = login(by).get("/projects/drafts").text
    assert "春水码头" in text and "别家的草稿" not in text


def test_a_draft_is_discarded_after_being_asked_once_more(login: Any, by: User, draft: Project) -> None:
    client = login(by)
    assert client.get(f"/projects/{draft.id}/discard").status_code == 200
    assert client.post(f"/projects/{draft.id}/discard").status_code == 303
    db.session.expire_all()
    assert draft.state == "discarded" and "春水码头" not in client.get("/projects/drafts").text
    assert client.post(f"/projects/{draft.id}/discard").status_code == 303, "told as done"


def test_two_faults_under_one_heading_say_which_field_each_is_of(login):
    by = make.producer()
    project = make.draft(by)
    data = {**page_of(project), "episodes": "许多", "minutes_per_episode": "不长"}
    page = login(by).post(f"/projects/{project.id}/edit", data=data).text
    for field, label in (("episodes", "集数"), ("minutes_per_episode", "单集时长")):
        assert f"{label}：请填整数，如 24。" in page.split(f'id="{field}-error"')[1].split("</p>")[0]
