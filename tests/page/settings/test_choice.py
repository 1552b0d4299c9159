"""What comes back from a browser is believed as far as it can be used."""

from __future__ import annotations

from typing import Any

import pytest

from rag.page.settings.models import CONFIGURED, Choice, read_choice

DEFAULT = Choice(composer="quotes")
CHOSEN = Choice(
    composer="model", endpoint="http://127.0.0.1:1/v1", model="m", language="zh", sources=7
)


def test_what_was_stored_is_read_back() -> None:
    assert read_choice(CHOSEN.stored(), DEFAULT) == (CHOSEN, True)


@pytest.mark.parametrize("stored", [None, {}])
def test_a_browser_that_kept_nothing_has_the_defaults(stored: object) -> None:
    assert read_choice(stored, DEFAULT) == (DEFAULT, True)


@pytest.mark.parametrize("stored", ["model", 7, [], [1], True])
def test_what_is_no_choice_at_all_is_none_of_it_used(stored: object) -> None:
    assert read_choice(stored, DEFAULT) == (DEFAULT, False)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("composer", "both"),
        ("composer", ["model"]),
        ("language", "fr"),
        ("language", None),
        ("sources", -1),
        ("sources", 21),
        ("sources", True),
        ("sources", "3"),
        ("sources", 2.0),
    ],
)
def test_a_value_that_is_none_of_its_field_is_the_defaults(field: str, value: Any) -> None:
    choice, whole = read_choice({**CHOSEN.stored(), field: value}, DEFAULT)
    assert not whole
    assert choice.stored() == {**CHOSEN.stored(), field: DEFAULT.stored()[field]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "http://x/\nv1"),
        ("endpoint", "x" * 501),
        ("endpoint", None),
        ("model", "m\x00"),
        ("model", {"$ne": ""}),
        ("model", "m" * 201),
    ],
)
def test_no_model_is_asked_for_at_another_ones_endpoint(field: str, value: Any) -> None:
    choice, whole = read_choice({**CHOSEN.stored(), field: value}, DEFAULT)
    assert not whole
    assert (choice.endpoint, choice.model) == (CONFIGURED, "")
    assert choice.sources == 7


def test_what_is_unknown_is_left_out() -> None:
    assert read_choice({**CHOSEN.stored(), "key": "sk-x"}, DEFAULT) == (CHOSEN, True)
