"""Papers of a filing, its submission, its completion."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from audiovisual.kernel import uploads
from audiovisual.kernel.database import unit_of_work
from audiovisual.kernel.model import db
from audiovisual.people.models import User
from audiovisual.projects.models import Completion, Project
from audiovisual.projects.operations import filing, intake
from tests import factories as make
from tests.asked import statements
from tests.projects.test_filing_page import page_of

PDF = b"%PDF-1.4\n%the house's paper\n"


@pytest.fixture
def by(app: Any) -> User:
    return make.producer()


@pytest.fixture
def draft(by: User) -> Project:
    return make.draft(by, title="春水码头")


@pytest.fixture
def asked(by: User) -> Project:
    """A title for which two things are asked."""
    officer = make.user("officer")
    project = make.project("received", by=by, officer=officer, title="盐城滩涂记")
    items = [{"field": "paper_pledge", "demand": "补盖章页。"}, {"field": "synopsis", "demand": "补写结局。"}]
    with unit_of_work():
        intake.ask_completion(project, make.actor_of(officer), items)
    return project


def file(content: bytes = PDF, name: str = "盖章页.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def papers(project: Project, kind: str) -> list[tuple[str, bool]]:
    """Names of that kind, and whether each is in force."""
    db.session.expire_all()
    return [(paper.name, paper.removed_at is None) for paper in project.attachments if paper.kind == kind]


def finished(by: User, content: bytes = PDF, name: str = "成本.pdf") -> str:
    """The token of an upload that came in pieces."""
    actor = make.actor_of(by)
    with unit_of_work():
        token = uploads.begin(name, len(content), actor).token
    uploads.receive(token, actor, 0, content)
    uploads.finish(token, actor)
    return token


def post(client: Any, project: Project, **more: Any) -> Any:
    return client.post(f"/projects/{project.id}/edit", data=page_of(project) | more, content_type="multipart/form-data")


def test_a_file_without_script_takes_the_place_of_the_one_before(login: Any, by: User, draft: Project) -> None:
    client = login(by)
    assert post(client, draft, paper_pledge=file()).status_code == 303
    assert papers(draft, "pledge") == [("承诺书.pdf", False), ("盖章页.pdf", True)]
    assert post(client, draft, paper_pledge=file()).status_code == 303
    assert papers(draft, "pledge") == [("承诺书.pdf", False), ("盖章页.pdf", True)]


def test_other_materials_gather(login: Any, by: User, draft: Project) -> None:
    client = login(by)
    assert post(client, draft, paper_other=[file(name="一.pdf"), file(PDF + b"2", "二.pdf")]).status_code == 303
    assert papers(draft, "other") == [("一.pdf", True), ("二.pdf", True)]


def test_an_upload_is_attached_by_autosave_and_named_again_harmlessly(login: Any, by: User, draft: Project) -> None:
    client, token = login(by), finished(by)
    page = page_of(draft) | {"paper_other_id": token}
    told = client.post(f"/projects/{draft.id}/draft", data=page)
    assert told.status_code == 200 and "成本.pdf" in told.json["parts"]["kept-other"]
    again = client.post(f"/projects/{draft.id}/draft", data=page | {"version": str(told.json["version"])})
    assert again.status_code == 200
    assert papers(draft, "other") == [("成本.pdf", True)]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\x00 program", "承诺书.pdf"),
        (PDF, "承诺书.exe"),
        (b"", "空.pdf"),
        (b"\x00\x00\x00\x18ftypmp42" + b"0" * 64, "片花.mp4"),
    ],
)
def test_a_wrong_file_is_said_beside_its_place_and_the_text_is_saved(
    content: bytes, name: str, login: Any, by: User, draft: Project
) -> None:
    answer = post(login(by), draft, paper_pledge=file(content, name), platforms="优酷")
    assert answer.status_code == 422 and 'id="paper_pledge-error"' in answer.text
    assert papers(draft, "pledge") == [("承诺书.pdf", True)] and draft.platforms == "优酷"


def test_a_name_with_path_parts_keeps_only_the_name(login: Any, by: User, draft: Project) -> None:
    assert post(login(by), draft, paper_other=file(name="../../etc/盖章页.pdf")).status_code == 303
    [(name, _)] = papers(draft, "other")
    assert "/" not in name and name.endswith("盖章页.pdf")


def test_another_persons_upload_cannot_be_taken(login: Any, by: User, draft: Project) -> None:
    stolen = finished(make.producer())
    told = login(by).post(f"/projects/{draft.id}/draft", data=page_of(draft) | {"paper_other_id": stolen})
    assert told.status_code == 422 and "没有找到这个上传的文件" in told.json["errors"]["paper_other"]


def test_a_file_is_taken_away_with_the_page_saved(login: Any, by: User, draft: Project) -> None:
    paper = next(p for p in draft.attachments if p.kind == "pledge")
    assert post(login(by), draft, remove=str(paper.id), platforms="优酷").location.endswith("#attachments")
    assert papers(draft, "pledge") == [("承诺书.pdf", False)] and draft.platforms == "优酷"


def test_a_file_taken_away_is_put_back(login: Any, by: User, draft: Project) -> None:
    client, where = login(by), f"/projects/{draft.id}/edit"
    paper = next(each for each in draft.attachments if each.kind == "pledge")
    given = paper.name, paper.file_id
    post(client, draft, remove=str(paper.id))
    db.session.expire_all()
    assert f'name="restore" value="{paper.id}"' in client.get(where).text
    assert post(client, draft, restore=str(paper.id)).location == f"{where}#attachments"
    db.session.expire_all()
    there = [(each.name, each.file_id) for each in draft.attachments if each.kind == "pledge" and not each.removed_at]
    assert there == [given] and 'name="restore"' not in client.get(where).text


def test_a_file_of_another_title_cannot_be_taken_away(login: Any, by: User, draft: Project) -> None:
    other = make.draft(make.producer())
    assert post(login(by), draft, remove=str(other.attachments[0].id)).status_code == 303
    db.session.expire_all()
    assert other.attachments[0].removed_at is None


def test_papers_are_read_by_the_house_and_hidden_from_others(login: Any, by: User, draft: Project) -> None:
    address = f"/projects/{draft.id}/papers/{draft.attachments[0].id}/file"
    assert login(by).get(address).data.startswith(b"%PDF")
    assert login(make.producer()).get(address).status_code == 404
    assert login(make.user("officer")).get(address).status_code == 404


def test_everything_that_is_lacking_leads_to_its_place(login: Any, by: User) -> None:
    with unit_of_work():
        project = filing.begin(make.actor_of(by), "梧桐深处", "micro_drama")
    client = login(by)
    assert client.post(f"/projects/{project.id}/submit").location.endswith(
        f"/projects/{project.id}/edit?check=1#lacking"
    )
    text = client.get(f"/projects/{project.id}/edit?check=1").text
    for lack in filing.lacks(project):
        assert lack.sentence in text
    places = {part.split('"')[0] for part in text.split('<a href="#')[1:]}
    assert not {place for place in places if f'id="{place}"' not in text}


def test_a_complete_filing_is_confirmed_and_gets_its_number_once(login: Any, by: User, draft: Project) -> None:
    client = login(by)
    assert post(client, draft, do="submit").location == f"/projects/{draft.id}/submit"
    assert "承诺属实，提交" in client.get(f"/projects/{draft.id}/submit").text
    assert client.post(f"/projects/{draft.id}/submit").status_code == 303
    db.session.expire_all()
    number = draft.number
    assert draft.state == "submitted" and number
    shown = client.get(f"/projects/{draft.id}").text
    assert f"提交成功，编号 {number}" in shown
    assert client.post(f"/projects/{draft.id}/submit").status_code == 303
    assert f"已经提交过了，编号 {number}" in client.get(f"/projects/{draft.id}").text
    db.session.expire_all()
    assert draft.number == number and db.session.query(Project).filter(Project.number.is_not(None)).count() == 1


def test_a_house_not_admitted_yet_may_write_but_not_submit(login: Any) -> None:
    by = make.producer(make.house(state="applied", decided_at=None))
    project = make.draft(by)
    client = login(by)
    assert post(client, project, platforms="优酷").status_code == 303
    page = client.get(f"/projects/{project.id}/edit").text
    assert "贵机构还没有通过入驻审核" in page and 'value="submit"' not in page
    assert client.post(f"/projects/{project.id}/submit").status_code == 303
    db.session.expire_all()
    assert project.state == "draft" and project.platforms == "优酷"


def test_items_are_answered_in_words_or_with_a_file_and_handed_back(login: Any, by: User, asked: Project) -> None:
    client, where = login(by), f"/projects/{asked.id}/completion"
    first, second = asked.completion.items
    assert client.get(where).status_code == 200
    early = client.post(where, data={"do": "complete", f"answer-{first.id}": "已补盖章页。", "version": "0"})
    assert early.status_code == 422 and "还有 1 项没有补正" in early.text
    assert f'href="#answer-{second.id}"' in early.text and f'id="answer-{second.id}-error"' in early.text
    assert f'id="answer-{first.id}-error"' not in early.text
    db.session.expire_all()
    assert (first.answer, second.answered_at) == ("已补盖章页。", None)
    data = {f"file-{second.id}": file(), "version": "0"}
    assert client.post(where, data=data, content_type="multipart/form-data").status_code == 303
    assert client.post(where, data={"do": "complete"}).location == f"/projects/{asked.id}"
    db.session.expire_all()
    assert asked.state == "received" and asked.completions[0].completed_at is not None
    assert client.post(where, data={"do": "complete"}).status_code == 303, "told as done"


def test_answers_save_themselves_and_a_colleagues_words_are_not_written_over(
    login: Any, by: User, asked: Project
) -> None:
    client, draft = login(by), f"/projects/{asked.id}/completion/draft"
    item = asked.completion.items[0]
    told = client.post(draft, data={f"answer-{item.id}": "我补的。", "version": "1"})
    assert told.status_code == 200 and "1/2" in told.json["parts"]["state"]
    late = client.post(draft, data={f"answer-{item.id}": "同事补的。", "version": "1"})
    assert late.status_code == 409
    page = client.post(f"/projects/{asked.id}/completion", data={f"answer-{item.id}": "同事补的。", "version": "1"})
    assert page.status_code == 409 and "我补的。" in page.text and "同事补的。" in page.text
    db.session.expire_all()
    assert db.session.query(Completion).one().items[0].answer == "我补的。"


def test_two_windows_answering_different_items_are_put_together(login: Any, by: User, asked: Project) -> None:
    client, where = login(by), f"/projects/{asked.id}/completion"
    first, second = (f"answer-{item.id}" for item in asked.completion.items)
    page = client.get(where).text
    read = {name: re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("version", "base")}  # type: ignore[index]
    blank = read | {first: "", second: ""}
    assert client.post(f"{where}/draft", data=blank | {first: "甲窗口补的。"}).status_code == 200
    told = client.post(f"{where}/draft", data=blank | {second: "乙窗口补的。"})
    assert told.status_code == 200 and told.json["theirs"][first]["values"] == ["甲窗口补的。"]
    late = client.post(f"{where}/draft", data=blank | {first: "丙窗口补的。"})
    assert late.status_code == 409 and late.json["said"].endswith("存过（您本人）")
    db.session.expire_all()
    assert [item.answer for item in asked.completion.items] == ["甲窗口补的。", "乙窗口补的。"]


def test_a_file_is_taken_from_an_answer_and_the_words_stay(login: Any, by: User, asked: Project) -> None:
    client, where = login(by), f"/projects/{asked.id}/completion"
    first, second = asked.completion.items
    data = {f"answer-{first.id}": "已补盖章页。", "version": "0"}
    files = {f"file-{first.id}_id": finished(by), f"file-{second.id}_id": finished(by, PDF + b"2")}
    told = client.post(f"{where}/draft", data=data | files).json
    assert "成本.pdf" in told["parts"][f"kept-{first.id}"] and "已补正" in told["parts"][f"said-{second.id}"]
    for item in (first, second):
        gone = client.post(where, data={"remove": str(item.id), "version": str(told["version"])})
        assert gone.location.endswith(f"#item-{item.id}")
    db.session.expire_all()
    assert (first.answer, first.file_id, first.answered_at is None) == ("已补盖章页。", None, False)
    assert (second.file_id, second.answered_at) == (None, None)
    assert client.post(where, data={"remove": "7000", "version": "0"}).status_code == 303


def test_a_completion_with_many_files_takes_no_more_statements(login: Any, by: User) -> None:
    officer, counted = make.user("officer"), []
    for many in (1, 6):
        project = make.project("received", by=by, officer=officer)
        with unit_of_work():
            intake.ask_completion(project, make.actor_of(officer), [{"demand": "补盖章页。"}] * many)
        for number, item in enumerate(project.completion.items):
            with unit_of_work():
                filing.answer_item(item, make.actor_of(by), "", make.stored(by, name=f"{number}.pdf"))
        client = login(by)
        with statements() as asked:
            assert client.get(f"/projects/{project.id}/completion").status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_an_answer_too_long_or_a_wrong_file_keeps_the_other_answers(login: Any, by: User, asked: Project) -> None:
    first, second = asked.completion.items
    data = {
        f"answer-{first.id}": "长" * 4001,
        f"answer-{second.id}": "结局已补写。\x00",
        f"file-{second.id}": file(b"MZ", "a.pdf"),
        "version": "0",
    }
    answer = login(by).post(f"/projects/{asked.id}/completion", data=data, content_type="multipart/form-data")
    assert (
        answer.status_code == 422
        and "长" * 4001 in answer.text
        and "最多 4000 字" in answer.text
        and "结局已补写。" in answer.text
    )
    db.session.expire_all()
    assert (first.answered_at, second.answer, second.file_id) == (None, "结局已补写。", None)


def test_an_answer_that_is_emptied_is_unanswered_again(login):
    by, officer = make.producer(), make.user("officer")
    row = make.project("received", by=by, officer=officer)
    with unit_of_work():
        notice = intake.ask_completion(row, make.actor_of(officer), [{"field": "synopsis", "demand": "补写结局。"}])
        item = notice.items[0]
        filing.answer_item(item, make.actor_of(by), "结局已补。", None)
    client, where = login(by), f"/projects/{row.id}/completion"
    version = re.search(r'name="version" value="(\d+)"', client.get(where).text)[1]
    assert client.post(where, data={f"answer-{item.id}": "", "version": version}).status_code == 303
    db.session.expire_all()
    assert (item.answer, item.answered_at, item.answered_by_id) == ("", None, None)
