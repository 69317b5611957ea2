"""What a strict policy for content would refuse, and what English readers could not read, is found in templates."""

import pytest
from flask import Flask

from audiovisual.ground.templates import breaches


@pytest.fixture
def found(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "here.js").touch()
    app = Flask("seed", root_path=str(tmp_path))
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.add_url_rule("/", "there", lambda: "")

    def check(source):
        (tmp_path / "templates" / "page.html").write_text(source)
        return [line.removeprefix("templates/page.html:").split(";")[0] for line in breaches(app)]

    check.everything = lambda: list(breaches(app))
    return check


@pytest.mark.parametrize(
    ("source", "breach"),
    [
        ("<p>\n<script>x()</script>", "2: a script of its own"),
        ("<style>p {}</style>", "1: a style of its own"),
        ('<p style="color: red">', "1: a style attribute"),
        ('{# a\nb #}<p onclick="x()">', "2: a handler attribute"),
        ('<a href="javascript:x()">', "1: a script as an address"),
        ("{{ title | safe }}", "1: a value that is not escaped"),
        ("{% autoescape false %}{% endautoescape %}", "1: escaping switched"),
        ('<p style="color: {{ colour }}">', "1: a style attribute"),
        ("<p>\n入库 </p>", "2: Chinese outside _(…), English readers would see it: 入库"),
        ("{{ button('入库') }}", "1: Chinese outside _(…), English readers would see it: 入库"),
        ("<p>{{ kind }}：{{ text }}</p>", "1: Chinese outside _(…), English readers would see it: ："),
        ("{{ '：' ~ text if text }}", "1: Chinese outside _(…), English readers would see it: ："),
        ("{% include 'gone.html' %}", "1: refers to a template that is not there: gone.html"),
        ("{{ url_for('gone') }}", "1: links to a view that is not there: gone"),
        ("{{ asset('js/gone.js') }}", "1: loads a file that is not there: static/js/gone.js"),
        ("\n{% if %}", "2: does not compile: Expected an expression, got 'end of statement block'"),
    ],
)
def test_a_breach_is_named_with_its_line(found, source, breach):
    assert found(source) == [breach]


@pytest.mark.parametrize(
    "source",
    [
        "<p>{{ _('入库') }}</p>",
        "{{ button(_('入库')) }}{{ _('：') }}",
        "{% trans %}入库{% endtrans %}",
        "{% if city == '南京' %}{% endif %}",
        "<a>中文</a>",
        "{# 入库 #}",
        "{% macro button(label, style='quiet') %}{% endmacro %}",
        "{{ ' class=quiet'|safe }}",
        '<script type="module" src="{{ asset(\'js/here.js\') }}"></script>',
        '<script type="application/json">{}</script>',
        "{{ url_for('there') }}",
        "{{ url_for('.relative') }}",
    ],
)
def test_what_is_right_is_let_through(found, source):
    assert found(source) == []


def test_a_letter_is_chinese_and_carries_its_styles_but_escapes(found, tmp_path):
    (tmp_path / "templates" / "documents").mkdir()
    (tmp_path / "templates" / "page.html").touch()
    (tmp_path / "templates" / "documents" / "letter.html").write_text(
        "<style>p {}</style><p>审核意见</p>\n{{ x|safe }}"
    )
    assert [line.split(";")[0] for line in found.everything()] == [
        "templates/documents/letter.html:2: a value that is not escaped"
    ]


def test_chinese_in_a_script_is_named_with_its_line(found, tmp_path):
    (tmp_path / "static" / "js" / "here.js").write_text(
        "// 注释\n/* 注\n释 */ const url = 'http://x'; // 注\nsay('入库')\n"
    )
    (tmp_path / "templates" / "page.html").touch()
    assert [line.split(":")[:2] for line in found.everything()] == [["static/js/here.js", "4"]]
