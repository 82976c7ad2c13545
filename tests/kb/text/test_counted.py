"""Numbers with their units."""

from __future__ import annotations

import pytest

from kb.text.counted import Amount, counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 more lines"), (1, "1 more line"), (2, "2 more lines")]
)
def test_a_text_has_the_plural_of_its_number(number: int, text: str) -> None:
    assert f"{Amount(number):more line}" == text
    assert f"あと{Amount(number)}行" == f"あと{number}行"


def test_irregular_plurals_are_named() -> None:
    assert [counted(n, "entry", "entries") for n in (1, 3)] == ["1 entry", "3 entries"]
