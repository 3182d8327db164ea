"""Text from Azure, before any format sees it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.visible import visible

ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x7f\x9b", r"\x7f\x9b"),
        ("\u202egnp", r"\u202egnp"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\U000e0041\ue000", r"\U000e0041\ue000"),
        ("\ud800", r"\ud800"),
        ("Zürich 東京 🙂", "Zürich 東京 🙂"),
        ("", ""),
    ],
)
def test_what_acts_is_shown_as_its_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters()))
def test_nothing_that_acts_is_left(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown} & ACTING
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1


@given(st.text(st.characters(exclude_categories=sorted(ACTING))))  # type: ignore[arg-type]  # text, where hypothesis lists literals
def test_plain_print_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
