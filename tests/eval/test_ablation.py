"""Leaving a rule out changes answers, and the table says by how much."""

from __future__ import annotations

import pytest

from eval import ablation
from tests.conftest import SEEDS


def test_every_rule_is_there_to_be_left_out() -> None:
    for rule in ablation.RULES:
        assert hasattr(rule.module, rule.attribute), rule.name


def test_the_table_tells_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ablation.main([str(SEEDS), "--limit", "13"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "seeds: 13 questions"
    assert "fact recall" in lines[2]
    rows = {line.split(" | ")[0].strip("| "): line for line in lines[4:]}
    assert set(rows) == {"(with all rules)", *(rule.name for rule in ablation.RULES)}
    assert any(line.split(" | ")[1] != "0" for name, line in rows.items() if name[0] != "(")
