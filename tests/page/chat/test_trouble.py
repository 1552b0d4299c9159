"""The line about a chat model that is down."""

from __future__ import annotations

import pytest

from rag.errors import ChatModelError
from rag.messages import Language
from rag.models.endpoint_errors import ChatFailures
from rag.page.chat.texts import texts
from rag.page.chat.trouble import CODES, trouble_line

FAILURES = ChatFailures(
    name="a model at https://elsewhere", endpoint="http://127.0.0.1:8011/v1", timeout=60
)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "error",
    [
        FAILURES.refused(401, OSError("no key")),
        FAILURES.refused(503, OSError("busy")),
        FAILURES.timed_out(),
        FAILURES.unreachable(),
        FAILURES.no_way(OSError("no certificates")),
        FAILURES.not_of_protocol(OSError("a web page")),
        FAILURES.reported(OSError("no memory")),
        FAILURES.broke_off(),
        FAILURES.empty(),
        FAILURES.only_thought(),
    ],
)
def test_one_short_line_says_what_failed_and_where(
    error: ChatModelError, language: Language
) -> None:
    line = trouble_line(error.message, texts(language))
    assert "127.0.0.1:8011" in line
    assert len(line) < 80
    status = next((s for s in ("HTTP 401", "HTTP 503") if s in error.message.en), "")
    assert status in line


def test_every_kind_of_failure_has_a_line_of_its_own() -> None:
    for language in ("zh", "en"):
        assert {*texts(language).trouble} == CODES - {"ChatModelError"}
