"""The demonstration texts hold what a filing and an opinion must hold, and no two works read the same."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

import pytest

from audiovisual.demo import texts
from audiovisual.demo.people import SHOWN
from audiovisual.demo.review_acts import OUTCOME
from audiovisual.demo.texts import compose
from audiovisual.reviews.sheet import dimension_names
from workflows.ruleset.review import FORM
from workflows.ruleset.vocabulary import AI_USES, CREDIT_ROLES, SOURCE_KINDS, SPECIAL_SUBJECTS, TYPES, theme_exists
from workflows.uscc import check_character

SHARED = 40
"""So many identical characters in a row make a shared paragraph."""

WRITTEN = texts.titles()
REVIEWS = texts.reviews()
HOUSES = {house["key"]: house for house in texts.houses()}
EXPERTS = {expert["key"]: expert for expert in texts.experts()}
STAFF = {person["login"]: person for person in texts.staff()}
ITEMS = {item["code"] for item in FORM["dimensions"][0]["items"]}
CODES = {name: {each["code"] for each in FORM[name]} for name in ("conclusions", "demands", "severities")}
NORMS = {"令16号", "63号令", "通则", "细则2021", "AI标识办法", "国家通用语言文字法", "英雄烈士保护法", "著作权法", "广告法",
         "民法典", "未成年人节目管理规定", "广电办发〔2022〕128号"}  # fmt: skip

ABOUT = dimension_names(FORM).keys()
"""What a row may be about, as the room offers it."""


def composed(seed: int = 2026, count: int = 48) -> list[dict[str, Any]]:
    rng, used = Random(seed), {filing["title"] for filing in WRITTEN}
    return [compose.compose_filing(rng, used) for _ in range(count)]


COMPOSED = composed()


def letters(text: str) -> int:
    return len(re.sub(r"\s", "", text))


def sentences(text: str) -> list[str]:
    return [each for each in re.split(r"(?<=[。？！])”?|\n", text) if each]


def frames(code: str, minutes: int) -> int:
    hour, minute, second, frame = map(int, re.fullmatch(r"(\d\d):(\d\d):(\d\d):(\d\d)", code).groups())
    assert minute < 60 and second < 60 and frame < 25, code
    count = ((hour * 60 + minute) * 60 + second) * 25 + frame
    assert count <= minutes * 60 * 25, f"{code} lies after the episode's end ({minutes} minutes)"
    return count


def shared(works: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Runs of `SHARED` characters that two works have in common: both titles and the run."""
    owner: dict[str, str] = {}
    found = []
    for work in works:
        runs = {
            text[place : place + SHARED]
            for text in (work["synopsis"] + "\n" + work["theme_statement"]).split("\n")
            for place in range(len(text) - SHARED + 1)
        }
        found += [(owner[run], work["title"], run) for run in runs if run in owner]
        owner |= dict.fromkeys(runs, work["title"])
    return found


def test_there_are_twelve_titles_of_all_five_types_and_at_least_seven_reviews() -> None:
    assert len(WRITTEN) == 12
    assert {filing["type"] for filing in WRITTEN} == set(TYPES)
    assert {filing["form"] for filing in WRITTEN} == {"live", "ai"}
    assert len(REVIEWS) >= 7 and set(REVIEWS) <= {filing["slug"] for filing in WRITTEN}


@pytest.mark.parametrize("filing", WRITTEN, ids=lambda filing: filing["slug"])
def test_a_written_filing_is_long_enough_and_uses_known_codes(filing: dict[str, Any]) -> None:
    assert letters(filing["synopsis"]) >= 1550 and letters(filing["theme_statement"]) >= 320
    assert theme_exists(filing["theme_era"], filing["theme_topic"])
    assert {credit["role"] for credit in filing["credits"]} <= set(CREDIT_ROLES)
    assert filing["source_kind"] in SOURCE_KINDS and filing["ai_use"]["kind"] in AI_USES
    assert set(filing["special_subjects"]) <= set(SPECIAL_SUBJECTS)
    assert filing["contact"] in {person["key"] for person in HOUSES[filing["house"]]["people"]}
    assert HOUSES[filing["house"]]["status"] == "admitted"
    assert filing["key_project"] is None or filing["key_project"]["steward"] in STAFF
    assert len(filing["progress"]) in (0, 2, 3, 4)


@pytest.mark.parametrize("filing", WRITTEN + COMPOSED, ids=lambda filing: filing["title"])
def test_dates_of_a_filing_follow_each_other(filing: dict[str, Any]) -> None:
    order = [filing[field]["days"] for field in ("filed_on", "shooting_start", "shooting_end", "release_on")]
    assert order == sorted(set(order))
    planned = [step["planned"]["days"] for step in filing["milestones"]]
    assert planned == sorted(set(planned)) and [step["name"] for step in filing["milestones"]] == [
        "剧本定稿", "开机", "杀青", "送审", "上线"]  # fmt: skip
    actual = [step["actual"]["days"] for step in filing["milestones"] if step["actual"]]
    assert actual == sorted(actual) and all(days <= 0 for days in actual)
    reported = [report["on"]["days"] for report in filing["progress"]]
    assert reported == sorted(reported) and all(days <= 0 for days in reported)
    for figure in ("percent", "spent_wan"):
        figures = [report[figure] for report in filing["progress"]]
        assert figures == sorted(figures)


def check_rows(rows: list[dict[str, Any]], filing: dict[str, Any]) -> None:
    for row in rows:
        minutes = filing["minutes_per_episode"]
        assert frames(row["in"], minutes) < frames(row["out"], minutes), row["problem"]
        assert 1 <= row["episode"] <= filing["episodes"]
        assert row["dimension"] in ABOUT and row["problem"] and row["demand"]
        assert row["kind"] in CODES["demands"] and row["severity"] in CODES["severities"]
        assert row["basis"] or row["severity"] == "should", f"a must-row cites nothing: {row['problem']}"
        assert {basis["norm"] for basis in row["basis"]} <= NORMS
        assert filing["type"] == "micro_drama" or all(basis["norm"] != "令16号" for basis in row["basis"])


def check_opinion(opinion: dict[str, Any], filing: dict[str, Any]) -> None:
    check_rows(opinion["rows"], filing)
    assert 4 <= len(opinion["rows"]) <= 8 and opinion["comment"]
    conclusion = OUTCOME[opinion["conclusion"]]
    assert conclusion in CODES["conclusions"]
    scores = opinion["scores"]
    assert set(scores["A"]["fails"]) <= ITEMS and scores["A"]["reason"]
    assert all(0 <= scores[each]["score"] <= 100 and scores[each]["reason"] for each in "BCDE")
    assert not scores["A"]["fails"] or conclusion not in FORM["bottom_line_blocks"]
    musts = [row for row in opinion["rows"] if row["severity"] == "must"]
    assert opinion["conclusion"] == "pass" or musts


@pytest.mark.parametrize("slug", REVIEWS)
def test_a_review_has_three_opinions_and_settles_every_must_row(slug: str) -> None:
    review, filing = REVIEWS[slug], next(filing for filing in WRITTEN if filing["slug"] == slug)
    readers = [opinion["expert"] for opinion in review["opinions"]]
    assert len(set(readers)) == 3 and set(readers) <= set(EXPERTS) and review["officer"] in STAFF
    for reader in readers:
        assert filing["type"] in EXPERTS[reader]["types"]
        assert filing["house"] not in {each["house"] for each in EXPERTS[reader]["past_employers"]}
    for opinion in review["opinions"]:
        check_opinion(opinion, filing)
    check_rows(review["settled"], filing)
    settled = {tuple(place) for row in review["settled"] for place in row["from"]}
    for number, opinion in enumerate(review["opinions"]):
        musts = {(number, place) for place, row in enumerate(opinion["rows"]) if row["severity"] == "must"}
        assert review["consultation"] and (opinion["conclusion"] == "pass" or musts <= settled)
    for row in review["settled"]:
        assert row["check"] in ("closed", "reopened", "open") and (row["answer"] or row["check"] == "open")


@pytest.mark.parametrize("slug", REVIEWS)
def test_days_of_a_review_follow_each_other_and_an_aired_title_has_nothing_open(slug: str) -> None:
    review, filing = REVIEWS[slug], next(filing for filing in WRITTEN if filing["slug"] == slug)
    handed_in = next(step["actual"]["days"] for step in filing["milestones"] if step["name"] == "送审")
    signed = sorted(opinion["signed_on"]["days"] for opinion in review["opinions"])
    chain = [handed_in, review["opened_on"]["days"], *signed, review["consultation"]["on"]["days"]]
    chain += [review[who]["on"]["days"] for who in ("head", "leader") if review[who]]
    chain += sorted(row["answer"]["on"]["days"] for row in review["settled"] if row["answer"])
    assert chain == sorted(chain)
    if filing["stage"] in ("reviewed", "aired"):
        assert all(row["check"] == "closed" for row in review["settled"] if row["severity"] == "must")


def test_houses_have_valid_codes_and_the_states_a_demonstration_needs() -> None:
    assert len(HOUSES) == 12
    for house in HOUSES.values():
        assert len(house["uscc"]) == 18 and house["uscc"][17] == check_character(house["uscc"][:17]), house["name"]
        assert re.fullmatch(r"（苏）字第\d{5}号", house["licence_number"])
        assert 2 <= len(house["people"]) <= 4
    assert sorted({house["status"] for house in HOUSES.values()}) == ["admitted", "applied", "refused"]
    assert len({house["uscc"] for house in HOUSES.values()}) == len({house["name"] for house in HOUSES.values()}) == 12
    soon = [house for house in HOUSES.values() if 0 < house["licence_expires"]["days"] < 60]
    assert [house["status"] for house in soon] == ["admitted"]
    assert all(house["reason"] for house in HOUSES.values() if house["status"] == "refused")


def test_people_are_the_right_number_with_logins_of_their_own() -> None:
    contacts = [person for house in HOUSES.values() for person in house["people"]]
    logins = [person["login"] for person in (*contacts, *EXPERTS.values(), *STAFF.values())]
    assert len(logins) == len(set(logins)) and all(re.fullmatch("[a-z]+", login) for login in logins)
    assert len(EXPERTS) == 24 and len(STAFF) == 10
    administrators = [person["login"] for person in STAFF.values() if "admin" in person["roles"]]
    assert len(administrators) == 2, "what two administrators do together can be tried"
    assert set(administrators) <= set(SHOWN)
    conflicts = {each["house"] for expert in EXPERTS.values() for each in expert["past_employers"]} - {""}
    assert len(conflicts) >= 4 and conflicts <= set(HOUSES)


def test_sentence_banks_hold_enough() -> None:
    def bank(name: str) -> dict[str, list[str]]:
        return texts.read(f"sentences/{name}.json")

    files = sorted((texts.HERE / "sentences").glob("stories-*.json"))
    stories = [
        each for path in files for slot in json.loads(path.read_text(encoding="utf-8")).values() for each in slot
    ]
    assert len(set(stories)) == len(stories) >= 400
    assert sum(map(len, bank("themes").values())) >= 120
    assert len({word for words in bank("lexicon").values() for word in words}) >= 150
    fragments = bank("titles")
    assert sum(len(words) for kind, words in fragments.items() if kind != "patterns") + sum(
        map(len, fragments["patterns"].values())) >= 300  # fmt: skip
    assert len(bank("names")["surname"]) >= 120 and len(bank("names")["given"]) >= 120
    assert len(texts.read("sentences/rows.json")) >= 80
    assert sum(map(len, bank("reasons").values())) >= 60


def test_no_two_titles_share_a_paragraph() -> None:
    assert shared(WRITTEN + COMPOSED) == []


def test_no_composed_text_repeats_a_sentence_and_every_one_is_long_enough() -> None:
    for filing in COMPOSED:
        told = sentences(filing["synopsis"])
        assert len(told) == len(set(told)), filing["title"]
        assert letters(filing["synopsis"]) >= 1500 and letters(filing["theme_statement"]) >= 300
        assert "{" not in filing["synopsis"] + filing["theme_statement"] and "[" not in filing["synopsis"]
        assert theme_exists(filing["theme_era"], filing["theme_topic"])
        assert (filing["type"] != "micro_drama") or filing["minutes_per_episode"] < 20


def test_titles_are_unique_even_in_a_large_bank() -> None:
    rng, used = Random(1), set()
    made = [compose.compose_title(rng, used, rng.choice(compose.TYPES)) for _ in range(20_000)]
    assert len(set(made)) == 20_000 and max(map(len, made)) <= 24
    both = [filing["title"] for filing in WRITTEN + COMPOSED]
    assert len(set(both)) == len(both)


def test_composing_is_repeatable_and_has_the_keys_of_the_written_ones() -> None:
    assert composed() == COMPOSED
    for filing in COMPOSED:
        assert set(WRITTEN[0]) - {"screening"} <= set(filing)


def test_composed_opinions_fit_their_filings() -> None:
    rng = Random(7)
    conclusions = set()
    for filing in itertools.chain(COMPOSED, COMPOSED):
        opinion = compose.compose_opinion(rng, filing)
        check_opinion(opinion, filing)
        conclusions.add(opinion["conclusion"])
    assert conclusions == {"pass", "pass_after_changes", "re_review"}


def test_opinions_and_screening_composed_for_a_written_title_name_nobody() -> None:
    rng = Random(11)
    for filing in WRITTEN:
        for conclusion in ("pass", "pass_after_changes", "re_review"):
            opinion = compose.compose_opinion(rng, filing, conclusion)
            check_opinion(opinion, filing)
        assert compose.compose_screening(rng, filing)["comment"]


def test_composed_reports_rise() -> None:
    rng = Random(8)
    for filing in COMPOSED:
        reports = compose.compose_progress(rng, filing)
        for field in ("percent", "spent_wan"):
            assert [each[field] for each in reports] == sorted(each[field] for each in reports)
        assert all(each["on"]["days"] <= 0 for each in reports)


def test_a_thousand_filings_take_less_than_a_second() -> None:
    rng, used = Random(9), set()
    compose.compose_filing(rng, used)
    start = time.process_time()
    for _ in range(500):
        compose.compose_filing(rng, used)
    assert 500 / (time.process_time() - start) >= 1_000


def test_relative_days_become_dates() -> None:
    assert texts.day({"days": -22}, date(2026, 11, 22)) == date(2026, 10, 31)
    assert texts.day(None, date(2026, 11, 22)) is None
