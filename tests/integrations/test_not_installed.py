"""Without its library, a module says which extra to install."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

IMPORT = "import sys; sys.modules[sys.argv[1]] = None; __import__(sys.argv[2])"


@pytest.mark.parametrize(
    ("library", "module", "language", "line"),
    [
        (
            *("langchain_core", "langchain", "en"),
            'LangChain is not installed: run `pip install "cited-rag[langchain]"`.',
        ),
        (
            *("llama_index", "llama_index", "zh"),
            '未安装 LlamaIndex：请运行 `pip install "cited-rag[llama-index]"`。',
        ),
        (
            *("haystack", "haystack", "en"),
            'Haystack is not installed: run `pip install "cited-rag[haystack]"`.',
        ),
    ],
)
def test_the_extra_is_named(library: str, module: str, language: str, line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, library, f"rag.integrations.{module}"],
        env={**os.environ, "RAG_LANG": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"ImportError: {line}"
