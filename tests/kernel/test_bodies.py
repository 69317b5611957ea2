"""Forms as they are sent: the quick reader reads what the library reads."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiovisual.kernel.bodies import FormParser

PAIRS = st.lists(
    st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
)


def read(body: bytes) -> list[tuple[str, str]]:
    parser = FormParser()
    return list(parser.parse(BytesIO(body), "application/x-www-form-urlencoded", len(body), {})[1].items(multi=True))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PAIRS)
def test_what_was_sent_is_what_is_read(pairs):
    assert sorted(read(urlencode(pairs).encode())) == sorted(pairs)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text("a=&+%0123456789abcdefABCDEFxyz"))
def test_nonsense_is_read_as_the_library_reads_it(body):
    assert sorted(read(body.encode())) == sorted(parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote"))


@pytest.mark.parametrize("body", [b"\xff=\xfe", b"%FF=%ED%A0%80", "甲=乙".encode(), b"=", b"&&&", b"%", b"%G1=%1"])
def test_bytes_that_are_no_text_never_break_the_reading(body):
    assert all(isinstance(part, str) for pair in read(body) for part in pair)
