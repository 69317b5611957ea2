"""What is saved is found, by two characters upward, in the order of rank, on both engines."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from audiovisual.kernel import findable
from audiovisual.search import index, keys, language, rebuild
from audiovisual.search.keys import UnknownValue, register_key
from audiovisual.search.models import SearchDocument, SearchPassage
from audiovisual.search.queries import CAP, matching_projects, search

from .conftest import EXPERT, OFFICER, OTHER, PRODUCER, Paper, Seat


def ids(text: str, actor: Any = OFFICER, **more: Any) -> list[int]:
    return [hit.id for hit in search(text, actor, **more).hits]


def save(bank: Session, *papers: Paper) -> None:
    bank.add_all(papers)
    bank.commit()


def test_saved_is_found_changed_is_found_anew_deleted_is_gone(bank: Session) -> None:
    paper = Paper(id=1, project_id=1, title="苏州河的灯", text="一条河，两岸人家。")
    save(bank, paper)
    assert ids("两岸") == [1]
    paper.text = "三座桥。"
    bank.commit()
    assert (ids("两岸"), ids("三座")) == ([], [1])
    bank.delete(paper)
    bank.commit()
    assert ids("三座") == []
    assert bank.scalars(select(SearchPassage)).all() == []


def test_what_was_rolled_back_is_not_found(bank: Session) -> None:
    bank.add(Paper(id=1, title="夜航船"))
    bank.flush()
    bank.rollback()
    assert ids("夜航") == []


def test_a_finding_that_builds_to_nothing_goes_away(bank: Session) -> None:
    paper = Paper(id=1, title="夜航船")
    save(bank, paper)
    paper.title = ""
    bank.commit()
    assert ids("夜航") == []


def test_ranks_are_number_title_beginning_part_names_text(bank: Session) -> None:
    save(
        bank,
        Paper(id=1, title="无题", text="水乡人家在文中"),
        Paper(id=2, title="无题", names="水乡人家公司"),
        Paper(id=3, title="江南水乡人家"),
        Paper(id=4, title="水乡人家的事"),
        Paper(id=5, title="水乡人家"),
        Paper(id=6, title="无题", number="水乡人家"),
    )
    assert ids("水乡人家") == [6, 5, 4, 3, 2, 1]


def test_the_newest_come_first_among_equals_and_pages_do_not_overlap(bank: Session) -> None:
    save(bank, *(Paper(id=number, title=f"片{number}号", text="同一句话") for number in range(1, 48)))
    pages = [ids("同一句话", page=page) for page in (1, 2, 3, 4)]
    assert [number for page in pages for number in page] == list(range(47, 0, -1))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("後宮", [1]), ("后宫", [1]), ("ＡＩ", [1]), ("ai", [1]), ("苏网种(2026)7", [1]), ("苏网种2026-0007", [1]),
        ("编号:苏网种[2026]7", [1]), ("片名:后宫", [1]), ("片名:苏州", []), ("人:林晓", [1]), ("林晓 苏州", [1]),
        ("林晓 OR 无锡", [1, 2]), ("林晓 或 无锡", [1, 2]), ("苏州 NOT 无锡", [1]), ("苏州 -无锡", [1]), ("-苏州 -无锡", []),
        ("NOT 无锡", [1]), ('"苏州的雨"', [1]), ('"州雨"', []), ("(无锡 或 后宫) 苏州", [2, 1]), ("第3集", [1]), ("3集", [1]),
        ("seed20*", [2]), ("seed20", []), ("龙", [2]), ("州", []), ("人:州", []), ("片名:龙", [2]), ("𠮷野", [2]),
        ("林晓，苏州", [1]), ("雨里，第3集", [1]), ("", []), ("，。", []),
    ],
)  # fmt: skip
def test_the_language_finds(bank: Session, asked: str, found: list[int]) -> None:
    one = Paper(
        id=1, title="後宮傳", number="苏网种〔2026〕0007", names="林晓\n张三", text="AI 写的苏州的雨里，第3集。"
    )
    save(bank, one, Paper(id=2, title="龙吟", text="无锡与苏州，𠮷野家 seed2026。"))
    assert ids(asked) == found


def test_long_texts_are_kept_in_passages_and_found_as_one(bank: Session) -> None:
    text = "甲山之事。" + "闲话一句。" * 3000 + "乙水之事。"
    save(bank, Paper(id=1, title="长卷", text=text))
    assert ids("甲山 乙水") == [1]
    assert ids("甲山 NOT 乙水") == []
    assert "".join(bank.scalars(select(SearchPassage.text).order_by(SearchPassage.ordinal))) == text
    assert max(map(len, bank.scalars(select(SearchPassage.text)))) <= 3000
    assert "<mark>乙水之事</mark>" in search("乙水之事", OFFICER).hits[0].snippet


def test_an_unchanged_finding_is_left_alone_and_a_changed_state_keeps_its_place(bank: Session) -> None:
    paper = Paper(id=1, title="夜航船", state="草稿")
    save(bank, paper)
    before = bank.scalar(select(SearchDocument.id))
    assert index.put(bank, [findable.SOURCES[Paper].build(paper)]) == 0
    paper.state = "入库"
    bank.commit()
    assert bank.execute(select(SearchDocument.id, SearchDocument.state)).one() == (before, "入库")


def test_counts_are_exact_up_to_a_limit_and_then_say_more(bank: Session) -> None:
    save(bank, *(Paper(id=number, title=f"片{number}", text="同一句话") for number in range(1, CAP + 1)))
    exact = search("同一句话", OFFICER)
    assert (exact.total, exact.more, exact.kinds, exact.pages) == (CAP, False, [("paper", CAP)], CAP // 20)
    save(bank, Paper(id=CAP + 1, title="又一片", text="同一句话"))
    capped = search("同一句话", OFFICER)
    assert (capped.total, capped.more) == (CAP, True)


def test_each_sees_his_own(bank: Session) -> None:
    save(
        bank,
        Paper(id=1, project_id=1, title="水乡甲", audience="project", house_id=5),
        Paper(id=2, project_id=2, title="水乡乙", audience="house", house_id=5),
        Paper(id=3, project_id=1, title="水乡丙", audience="staff"),
        Paper(id=4, project_id=3, title="水乡丁", audience="owner:4"),
        Paper(id=5, project_id=3, title="水乡戊", audience="self:4"),
        Paper(id=6, title="水乡己", audience="everyone"),
        Seat(expert_id=4, project_id=1),
    )
    assert sorted(ids("水乡")) == [1, 3, 4, 6]
    assert sorted(ids("水乡", PRODUCER)) == [1, 2, 6]
    assert ids("水乡", OTHER) == [6]
    assert sorted(ids("水乡", EXPERT)) == [1, 4, 5, 6]
    assert set(bank.scalars(matching_projects("水乡", EXPERT))) == {1, 3}


def test_an_unknown_audience_is_refused(bank: Session) -> None:
    bank.add(Paper(id=1, title="水乡", audience="publik"))
    with pytest.raises(ValueError, match="publik"):
        bank.commit()
    bank.rollback()


@pytest.fixture
def state_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key over project ids, as a feature would register it."""
    monkeypatch.setattr(keys, "KEYS", dict(keys.KEYS))
    monkeypatch.setattr(keys, "_names", dict(keys._names))

    def state(value: Any, project_id: Any, staff: bool) -> Any:
        if value.text and value.text not in ("入库", "立项"):
            raise UnknownValue(["入库", "立项"])
        matching = select(Paper.project_id)
        if value.text:
            return project_id.in_(matching.where(Paper.state == value.text))
        conditions = [Paper.id >= int(value.low)] if value.low else []
        conditions += [Paper.id <= int(value.high)] if value.high else []
        return project_id.in_(matching.where(*conditions))

    register_key("状态", ("state",), state)
    yield
    language.parse.cache_clear()
    language._parser.cache_clear()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("状态:入库", [1]), ("state:入库,立项", [2, 1]), ("状态:入库 水乡", [1]), ("水乡 NOT 状态:入库", [2]),
        ("状态:入库 或 人家", [2, 1]), ("状态:2..3", [2]), ("状态:>=2", [2]), ("状态:[1 TO 1]", [1]), ("状态:(入库 OR 立项)", [2, 1]),
    ],
)  # fmt: skip
def test_keys_of_features_join_with_words(bank: Session, state_key: None, asked: str, found: list[int]) -> None:
    save(
        bank,
        Paper(id=1, project_id=1, title="水乡甲", state="入库"),
        Paper(id=2, project_id=2, title="水乡乙人家", state="立项"),
    )
    assert ids(asked) == found
    assert sorted(bank.scalars(matching_projects(asked, OFFICER))) == sorted(found)


def test_an_unknown_key_or_value_is_answered_with_the_valid_ones(bank: Session, state_key: None) -> None:
    save(bank, Paper(id=1, project_id=1, title="水乡甲", state="入库"))
    unknown = search("状太:入库", OFFICER)
    assert [(note.kind, note.written, note.valid[0]) for note in unknown.notes] == [("key", "状太", "状态")]
    wrong = search("状态:上天", OFFICER)
    assert [(note.kind, note.valid) for note in wrong.notes] == [("value", ("入库", "立项"))]
    assert wrong.hits == []


def test_snippets_are_marked_in_the_right_place_and_escaped(bank: Session) -> None:
    text = "前面的话。" * 30 + "<b>後宮</b>的<script>与AI&C，後面。" + "之后的话。" * 30
    save(bank, Paper(id=1, title="<i>后宫</i>", names="<u>后宫公司</u>", text=text))
    hit = search("后宫", OFFICER).hits[0]
    assert hit.title == "&lt;i&gt;<mark>后宫</mark>&lt;/i&gt;"
    assert "&lt;b&gt;<mark>後宮</mark>&lt;/b&gt;的&lt;script&gt;" in hit.snippet
    assert hit.names == "&lt;u&gt;<mark>后宫</mark>公司&lt;/u&gt;"
    assert hit.snippet.startswith("…") and hit.snippet.endswith("…")


def test_rebuild_mends_what_drifted_and_check_names_it(bank: Session) -> None:
    save(bank, *(Paper(id=number, title=f"水乡{number}", text="同一句话") for number in range(1, 8)))
    assert list(rebuild.check()) == []
    bank.execute(Paper.__table__.update().where(Paper.id == 2).values(title="山城"))
    bank.execute(Paper.__table__.delete().where(Paper.id == 3))
    bank.execute(
        Paper.__table__.insert().values(id=9, title="新来", names="", number="", text="", audience="project", state="")
    )
    bank.commit()
    assert [fault.split()[1] for fault in rebuild.check()] == ["2", "9", "3"]
    assert rebuild.rebuild(batch=2) == 7
    assert list(rebuild.check()) == []
    assert (ids("山城"), ids("新来"), sorted(ids("水乡"))) == ([2], [9], [1, 4, 5, 6, 7])


def test_the_number_of_statements_does_not_grow(bank: Session) -> None:
    from sqlalchemy import event

    count: list[str] = []
    event.listen(bank.get_bind(), "before_cursor_execute", lambda *given: count.append(given[2]))
    spent = []
    for size in (1, 40):
        save(bank, *(Paper(project_id=size, title="水乡", text="同一句话") for _ in range(size)))
        bank.rollback()
        count.clear()
        search("同一句话", EXPERT)
        spent.append(len([one for one in count if not one.startswith("BEGIN")]))
        bank.rollback()
    assert spent[0] <= spent[1] <= 6
