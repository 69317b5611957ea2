"""A gap in the English catalogue is found, whatever its kind."""

import ast
import os
import time
from gettext import GNUTranslations

import pytest
from babel.messages.catalog import Catalog
from flask_babel import force_locale

from audiovisual.ground import mofiles
from audiovisual.ground.catalogues import gaps
from audiovisual.ground.wording import all_wordings, bare, in_code, in_template
from audiovisual.kernel.languages import filled
from audiovisual.kernel.text import listed, translated
from workflows.errors import say


def catalogue(**sentences):
    made = Catalog(locale="en", fuzzy=False)
    for source, english in sentences.items():
        made.add(source, english, [("x.py", 1)])
    return made


@pytest.mark.parametrize(
    ("source", "english", "wrong"),
    [
        ("入库", "", "no English; run `make messages` and fill it in"),
        ("入库", "  ", "no English; run `make messages` and fill it in"),
        ("入库", "入库", "the English is the Chinese"),
        ("入库", "Into it.Into it.", "the English says the same twice: 'Into it.Into it.'"),
        ("还差 %(n)s 字", "characters missing", "other placeholders in the English: 'characters missing'"),
        ("还差 {n} 字", "characters missing", "other placeholders in the English: 'characters missing'"),
        ("还差 %(n)s 字", "%(m)s missing", "other placeholders in the English: '%(m)s missing'"),
        ("完成 50%", "50 per cent done", "a per cent sign in it must be written %%"),
        ("完成一半", "50% done", "a per cent sign in the English must be written %%"),
    ],
)
def test_a_gap_is_named_with_its_place(source, english, wrong):
    given = catalogue(**{source: english})
    assert list(gaps(given, given)) == [f"x.py:1: {source!r}: {wrong}"]


@pytest.mark.parametrize(
    ("source", "english"),
    [("入库", "Into the bank"), ("%(n)s 件中的 %(m)s 件", "%(m)s of %(n)s"), ("占 %(n)s%%", "%(n)s%% of all")],
)
def test_a_proper_translation_is_no_gap(source, english):
    given = catalogue(**{source: english})
    assert list(gaps(given, given)) == []


def test_a_sentence_that_is_not_in_the_catalogue_is_a_gap():
    assert [line.split(": ")[1] for line in gaps(catalogue(入库=""), Catalog(locale="en"))] == ["'入库'"]


def test_sentences_of_the_rules_of_the_features_and_of_the_templates_are_found():
    assert {wording.file.split("/")[0] for wording in all_wordings()} == {"workflows", "audiovisual", "templates"}


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('_("入" "库")', ["入库"]),
        ('x = say("还差 %(n)s 字", n=_("三"))', ["还差 %(n)s 字", "三"]),
        ('N_("甲" if x else "乙")', ["甲", "乙"]),
        ('_(name or "甲")', ["甲"]),
        ('flask_babel.gettext("甲")', ["甲"]),
        ('ngettext("%(num)s 件", "%(num)s 件们", n)', [("%(num)s 件", "%(num)s 件们")]),
        ('_(row["label"])', []),
        ('print("甲")', []),
        ('_(f"甲{x}")', [""]),
    ],
)
def test_the_sentences_of_code_are_read_from_its_tree(source, texts):
    assert [wording.text for wording in in_code(source, "x.py")] == texts


def test_a_sentence_that_cannot_be_known_is_found_out():
    assert [bool(wording.unknown) for wording in in_code('_(f"甲{x}")', "x.py")] == [True]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('choices = [("", "请选择")]', ["请选择"]),
        ('flash("已" + _("保存"))', ["已"]),
        ('choices = [("", _l("请选择"))]', []),
        ('"""入库"""', []),
        ('if city == "南京": pass', []),
        ('re.compile("[（）转]\\\\d")', []),
    ],
)
def test_chinese_that_nothing_wraps_is_found(source, texts):
    assert [text for _, text in bare(ast.parse(source))] == texts


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("{{ _('入库') }}", ["入库"]),
        ("<p title=\"{{ _('甲' if x else '乙') }}\">", ["甲", "乙"]),
        ("{% trans n=3 %}还差 {{ n }} 字{% endtrans %}", ["还差 %(n)s 字"]),
        ("{% set label = N_('甲') %}{{ _(label) }}", ["甲"]),
        ("{{ button('甲') }}", []),
    ],
)
def test_the_sentences_of_templates_are_read_from_their_tree(source, texts):
    assert [wording.text for wording in in_template(source, "x.html")] == texts


def test_the_binary_catalogue_follows_the_written_one(tmp_path):
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for english in ("in the bank", "banked"):
        (folder / "messages.po").write_text(f'msgid ""\nmsgstr ""\n\nmsgid "入库"\nmsgstr "{english}"\n')
        os.utime(folder / "messages.po", ns=(1, time.time_ns() + 10**9))
        mofiles.renew(tmp_path)
        with (folder / "messages.mo").open("rb") as file:
            assert GNUTranslations(file).gettext("入库") == english
    assert sorted(path.name for path in folder.iterdir()) == ["messages.mo", "messages.po"]


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "0 days left"), (1, "1 day left"), ("1", "1 day left"), (2, "2 days left"), (21, "21 days left")],
)
def test_a_word_stands_in_the_number_of_what_it_counts(n, words):
    assert filled("%(n)s [n:day|days] left", {"n": n}) == words


def test_what_people_wrote_is_never_taken_for_a_word_in_a_number():
    assert filled("“%(t)s” %(n)s [n:row|rows]", {"t": "[n:a|b]", "n": 1}) == "“[n:a|b]” 1 row"


def test_a_word_in_the_number_of_nothing_is_a_gap():
    given = catalogue(**{"剩 %(n)s 日": "%(n)s [m:day|days] left"})
    assert ["a word in the number" in line for line in gaps(given, given)] == [True]


def test_english_pages_count_one_day_and_speak_without_full_width_marks(app):
    with app.test_request_context(headers={}), force_locale("en"):
        assert app.jinja_env.from_string("{{ _('还有 %(n)s 天', n=1) }}").render() == "1 day left"
        assert app.jinja_env.from_string("{{ _('%(act)s：', act='<b>') }}").render() == "&lt;b&gt;: "
        assert translated(say("超 %(n)s 个工作日", n=1)) == "1 working day over"
        assert translated(say("超 %(n)s 个工作日", n=5)) == "5 working days over"


def test_what_stands_in_a_row_is_parted_in_the_readers_way(app):
    with app.test_request_context():
        assert listed(["导演", 3]) == "导演、3"
        with force_locale("en"):
            assert app.jinja_env.from_string("{{ ['<a>', 'b']|listed }}").render() == "&lt;a&gt;, b"
