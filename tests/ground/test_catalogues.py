"""A gap in the English catalogue is found, whatever its kind."""

import pytest
from babel.messages.catalog import Catalog

from audiovisual.ground.catalogues import extract, gaps


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
        ("还差 %(n)s 字", "characters missing", "other placeholders in the English: 'characters missing'"),
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
    [("入库", "Into the bank"), ("%(n)s 件中的 %(m)s 件", "%(m)s of %(n)s"), ("%(n)s%%", "%(n)s%%")],
)
def test_a_proper_translation_is_no_gap(source, english):
    given = catalogue(**{source: english})
    assert list(gaps(given, given)) == []


def test_a_sentence_that_is_not_in_the_catalogue_is_a_gap():
    assert [line.split(": ")[1] for line in gaps(catalogue(入库=""), Catalog(locale="en"))] == ["'入库'"]


def test_sentences_of_the_rules_and_of_the_templates_are_found():
    places = {message.locations[0][0].split("/")[0] for message in extract() if message.id}
    assert places == {"workflows", "audiovisual", "templates"}
