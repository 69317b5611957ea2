"""A company or a person is found in what people really write, and likenesses are asked about."""

import pytest

from workflows.naming import (
    Mention,
    asks_department,
    company_in,
    key,
    names_within,
    person_in,
    platform_in,
    spellings,
)

NONE, PERHAPS, CERTAIN = Mention.NONE, Mention.PERHAPS, Mention.CERTAIN
HOUSE = "南京三江影视文化有限公司"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("南京三江影视文化有限公司", CERTAIN),
        ("2021—2023年 南京三江影视文化有限公司 制片主任", CERTAIN),
        ("2021年2月至2023年5月南京三江影视文化有限公司制片主任", CERTAIN),
        ("南京三江影视文化有限公司，制片", CERTAIN),
        ("制片：南京三江影视文化有限公司（2021—2023）", CERTAIN),
        ("苏州橹声影业有限公司、南京三江影视文化有限公司", CERTAIN),
        ("苏州橹声影业有限公司 南京三江影视文化有限公司", CERTAIN),
        ("南京三江影视文化", CERTAIN),
        ("南京三江影视文化公司", CERTAIN),
        ("南京三江影视文化有限责任公司", CERTAIN),
        ("南京三江影视文化股份有限公司", CERTAIN),
        ("南京三江影视文化（集团）有限公司", CERTAIN),
        ("南京三江影视文化集团", CERTAIN),
        ("南京三江影视文化有限公司苏州分公司", CERTAIN),
        ("南京三江影视文化(有限公司)", CERTAIN),
        ("“南京三江影视文化有限公司”", CERTAIN),
        ("南京　三江影视文化有限公司", CERTAIN),
        ("南京三江影視文化有限公司", CERTAIN),
        ("南京三江\u200b影视文化\u00ad有限公司", CERTAIN),
        ("曾在南京三江影视文化工作三年", CERTAIN),
        ("南京三江影视文化制片主任", CERTAIN),
        ("三江影视文化", PERHAPS),
        ("三江影视文化有限公司 编剧", PERHAPS),
        ("南京三江影视文化学院", PERHAPS),
        ("南京三江影视文化制作有限公司", PERHAPS),
        ("苏州三江影视文化有限公司", NONE),
        ("南京三江学院", NONE),
        ("南京影视文化有限公司", NONE),
        ("影视文化", NONE),
        ("南京", NONE),
        ("", NONE),
    ],
)
def test_a_line_names_the_company(line, found):
    assert company_in(line, HOUSE) is found


@pytest.mark.parametrize(
    ("line", "name", "found"),
    [
        ("无锡蠡桨影业", "蠡桨影视文化（无锡）有限公司", NONE),
        ("蠡桨影视文化(无锡)有限公司", "蠡桨影视文化（无锡）有限公司", CERTAIN),
        ("蠡桨影视文化有限公司", "蠡桨影视文化（无锡）有限公司", CERTAIN),
        ("蠡桨影视文化〔无锡〕有限公司", "蠡桨影视文化（无锡）有限公司", CERTAIN),
        ("无锡蠡桨影视文化有限公司", "蠡桨影视文化（无锡）有限公司", PERHAPS),
        ("三江影视", "三江影视", CERTAIN),
        ("2019年起 三江影视", "三江影视", CERTAIN),
        ("苏州三江影视有限公司", "三江影视", PERHAPS),
        ("三江", "三江", CERTAIN),
        ("三江学院", "三江", NONE),
        ("南京三江医院", "三江", NONE),
        ("江苏影视职业学院", "江苏影视集团有限公司", NONE),
        ("江苏影视集团有限公司", "江苏影视集团有限公司", CERTAIN),
        ("Ｓａｎｊｉａｎｇ　Film Co., Ltd.", "Sanjiang Film Co., Ltd.", CERTAIN),
        ("sanjiang film", "Sanjiang Film Co., Ltd.", CERTAIN),
        ("南京映画影业有限公司", "曾用名：南京映画影业有限公司", CERTAIN),
        ("试映12", "试映1", NONE),
        ("荔枝网 运营", "荔枝网", CERTAIN),
        ("在 荔枝网 运营", "荔枝网", PERHAPS),
        ("三江 影视器材有限公司", "三江", PERHAPS),
        ("荔枝网", "荔枝网", CERTAIN),
    ],
)
def test_short_bracketed_and_foreign_names(line, name, found):
    assert company_in(line, name) is found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("张伟", CERTAIN),
        ("张　伟", CERTAIN),
        ("張偉", CERTAIN),
        ("妻子张伟", CERTAIN),
        ("配偶：张伟，南京三江影视文化有限公司", CERTAIN),
        ("哥哥张伟在三江工作", CERTAIN),
        ("弟张伟（导演）", CERTAIN),
        ("王芳、张伟", CERTAIN),
        ("王芳 张伟", CERTAIN),
        ("张伟民", PERHAPS),
        ("父亲张伟民", PERHAPS),
        ("欧阳张伟", PERHAPS),
        ("小张 伟大", NONE),
        ("李明", NONE),
    ],
)
def test_a_line_names_the_person_and_a_namesake_is_asked_about(line, found):
    assert person_in(line, "张伟") is found


def test_a_field_with_two_people_names_both():
    assert [person_in("李明", "张伟、李明"), person_in("张伟、李明", "李明")] == [CERTAIN, CERTAIN]


def test_names_are_one_name_whatever_the_brackets_and_the_width():
    assert key("南京三江（集团）有限公司") == key("南京三江(集团) 有限公司") == key("南京三江〔集團〕有限公司")


def test_a_field_of_names_is_read_name_by_name():
    assert names_within("南京映画有限公司，三江（旧）；甲、乙\n丙") == [
        "南京映画有限公司",
        "三江（旧）",
        "甲",
        "乙",
        "丙",
    ]


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("腾讯视频 爱奇艺", ["腾讯视频 爱奇艺", "腾讯视频", "爱奇艺"]),
        ("芒果TV 荔枝网", ["芒果TV 荔枝网", "芒果TV", "荔枝网"]),
        ("bilibili 优酷", ["bilibili 优酷", "bilibili", "优酷"]),
        ("南京 三江影视有限公司", ["南京 三江影视有限公司", "三江影视有限公司"]),
        ("映画有限公司 Co Ltd", ["映画有限公司 Co Ltd", "映画有限公司"]),
        ("Warner Bros Pictures", ["Warner Bros Pictures"]),
        ("优酷", ["优酷"]),
    ],
)
def test_names_beside_one_another_are_read_one_by_one(field, names):
    assert names_within(field) == names


def test_a_platform_of_two_pasted_lines_and_a_former_name_beside_another_are_found():
    named = [platform_in("爱奇艺 内容中心", one) for one in names_within("腾讯视频 爱奇艺")]
    former = [company_in("2021年 三江影视 制片", one) for one in names_within("云帆影视 三江影视")]
    assert [max(named), max(former)] == [CERTAIN, CERTAIN]


@pytest.mark.parametrize(
    ("asked", "wanted", "is_it"),
    [
        ("省公安厅", "省公安厅", True),
        ("江苏省公安厅", "省公安厅", True),
        ("公安厅", "省公安厅", True),
        ("省公安厅 治安管理总队", "省公安厅", True),
        ("中共江苏省委宣传部", "省委宣传部", True),
        ("省民宗委", "省民宗委", True),
        ("南京市公安局", "省公安厅", False),
        ("市委宣传部", "省委宣传部", False),
        ("", "省公安厅", False),
    ],
)
def test_a_department_is_the_one_that_has_to_be_asked(asked, wanted, is_it):
    assert asks_department(asked, wanted) is is_it


def test_the_number_of_a_paper_is_found_with_any_bracket_around_its_year():
    assert "（苏）网剧审字〔2026〕第001号" in spellings("（苏）网剧审字(2026)第001号")
    assert spellings("10000001") == {"10000001"}


@pytest.mark.parametrize(
    ("line", "name", "found"),
    [
        ("半山灯", "南京半山灯影视文化有限公司", PERHAPS),
        ("2021年 南京半山灯 制片主任", "南京半山灯影视文化有限公司", PERHAPS),
        ("焙茶亭", "扬州焙茶亭文化传媒有限公司", PERHAPS),
        ("苏州半山灯", "南京半山灯影视文化有限公司", NONE),
        ("半山灯学院", "南京半山灯影视文化有限公司", NONE),
    ],
)
def test_what_people_call_a_company_is_asked_about(line, name, found):
    assert company_in(line, name) is found


@pytest.mark.parametrize(
    ("line", "platform", "found"),
    [
        ("荔枝网 运营", "荔枝网", CERTAIN),
        ("北京爱奇艺科技有限公司", "爱奇艺", PERHAPS),
        ("2019年至今 优酷信息技术（北京）有限公司", "优酷", PERHAPS),
        ("深圳市腾讯计算机系统有限公司", "腾讯视频", PERHAPS),
        ("咪咕文化科技有限公司", "咪咕视频", PERHAPS),
        ("曾任快手内容总监", "快手", PERHAPS),
        ("南京荔枝小学", "荔枝网", NONE),
        ("省话剧团", "爱奇艺", NONE),
    ],
)
def test_a_platform_is_known_by_its_brand(line, platform, found):
    assert platform_in(line, platform) is found


@pytest.mark.parametrize(
    ("field", "person", "found"),
    [
        ("张伟 李娜", "李娜", CERTAIN),
        ("张伟和李娜", "李娜", CERTAIN),
        ("李娜（饰林夏）", "李娜", CERTAIN),
        ("王建国（总导演）", "王建国", CERTAIN),
        ("欧阳 娜娜", "娜娜", NONE),
        ("张 伟", "张伟", CERTAIN),
    ],
)
def test_a_field_of_the_crew_holds_several_people_and_what_they_do(field, person, found):
    assert person_in(person, field) is found
