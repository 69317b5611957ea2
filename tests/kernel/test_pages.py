"""Templates go Jinja's quick ways and print what Jinja would."""

from jinja2 import Environment
from markupsafe import Markup

TEXT = """{% macro cell(value, mark='') %}<td{{ mark }}>{{ value }}</td>{% endmacro %}
{% macro around() %}<b>{{ caller() }}</b>{% endmacro %}
{% for row in rows %}{{ cell(row.name) }}{{ cell(row.count, mark=' class="n"') }}{{ cell(row.missing) }}{% endfor %}
{% call around() %}{{ rows[0].name ~ html }}{% endcall %}{% set kept %}{{ rows[0].name }}{% endset %}{{ kept }}
{{ [1, 2.5, none, true] }}{{ html }}{{ rows|length }}{{ rows[0].keys()|list }}{{ row is defined }}"""
VALUES = {
    "rows": [{"name": "《A & B》<i>", "count": 3}, {"name": Markup("<i>已转义</i>"), "count": 2**70}],
    "html": Markup("<hr>"),
}


def test_a_page_is_what_jinja_would_print(app):
    plain = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    with app.test_request_context():
        ours = app.jinja_env.overlay(autoescape=True).from_string(TEXT).render(**VALUES)
    assert ours == plain.from_string(TEXT).render(**VALUES)
    assert "《A &amp; B》&lt;i&gt;" in ours and "<i>已转义</i>" in ours


def test_a_key_goes_before_a_method_of_that_name(app):
    with app.test_request_context():
        told = app.jinja_env.from_string("{{ group.items|join(',') }} {{ other.items()|length }}")
        assert told.render(group={"items": ["甲", "乙"]}, other={"a": 1}) == "甲,乙 1"
