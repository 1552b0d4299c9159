"""The race: this project, LlamaIndex, Haystack and txtai compared in one table.

    make race SETS=FOLDER                 # with the peers in an environment of their own
    python benchmarks/race.py SETS --peers peers/bin/python --out RACE

SETS holds test collections (form: `eval/collection.py`). `benchmarks/peers/requirements.txt` lists
the packages of the peers' environment. Finished results are kept in RACE as JSON, and not run
again. So a stopped race can be continued, and `--rounds` or `--questions` with a larger number adds
to it. If `RAG_MODEL` is set, every system answers questions on the articles in `seeds/` with that
model.

The peers use the embedding model in float32, from the folder that this project unpacks.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from race_answers import drawn
from race_table import to_markdown

from eval.questions import QUESTIONS, load_questions
from rag.config import BUNDLED_EMBEDDER, Config
from rag.errors import ConfigError
from rag.ingest.loader import iter_documents
from rag.models.model_folder import find_model
from rag.types import Document

ROOT = Path(__file__).resolve().parent.parent
PEERS = ("llama_index", "haystack", "txtai")
SYSTEMS = ("here", *PEERS)
PARTS = ("retrieval", "speed", "answers")
_AT_ONCE = 8
SEEDS = ROOT / "seeds"
# The peers must not report this run to their makers, nor look for a newer model.
QUIET = {
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Race:
    """The folders and programs of a race."""

    sets: Path
    out: Path
    python: Path
    model: Path

    def run(self, system: str, *arguments: object) -> None:
        """Run a script of `benchmarks/peers` or a module, with the Python that has the system."""
        python = sys.executable if system == "here" else str(self.python)
        ours = {"PYTHONPATH": str(ROOT)} if system == "here" else {}
        command = [python, *map(str, arguments)]
        # The command's own output is only the table, so the script's output goes to standard error.
        subprocess.run(
            command, check=True, cwd=ROOT, env={**os.environ, **QUIET, **ours}, stdout=sys.stderr
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sets", type=Path, help="folder with test collections")
    parser.add_argument("--peers", type=Path, required=True, help="Python that has the peers")
    parser.add_argument("--out", type=Path, required=True, help="folder for what is finished")
    parser.add_argument(
        "--set",
        nargs="+",
        default=["chronoqa_zh", "multihoprag_en", "xquad_en2zh", "dragonball"],
        help="test collections for the quality of retrieval",
    )
    parser.add_argument("--limit", type=int, default=300, help="questions of each set, at most")
    parser.add_argument("--speed-set", default="crud_news_zh/corpus_small.jsonl.gz")
    parser.add_argument("--articles", type=int, default=100, help="articles of it to index")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=24, help="questions to answer")
    parser.add_argument("--part", nargs="*", choices=PARTS, default=PARTS)
    options = parser.parse_args()

    model = find_model(BUNDLED_EMBEDDER).path
    race = Race(options.sets.resolve(), options.out.resolve(), options.peers.absolute(), model)
    if "retrieval" in options.part:
        for name in options.set:
            measure_retrieval(race, name, options.limit)
    if "speed" in options.part:
        corpus = race.sets / options.speed_set
        for number in range(1, options.rounds + 1):
            measure_speed(race, corpus, options.articles, number)
    if "answers" in options.part and (chat := Config.from_environment().chat_model):
        collect_answers(race, chat.name, chat.endpoint, options.questions)
    print(to_markdown(race.out, articles(), SYSTEMS))
    return 0


def measure_retrieval(race: Race, name: str, limit: int) -> None:
    """Measure retrieval in a set, of the peers' rankings and of this project, with our measures."""
    result = race.out / "retrieval" / f"{name}.json"
    if result.is_file():
        return
    rankings = race.out / "rankings"
    script = ROOT / "benchmarks" / "peers" / "retrieval.py"
    vectors = race.out / "vectors.sqlite3"
    given = (race.sets / name, "--limit", limit)
    race.run(PEERS[0], script, *given, "--model", race.model, "--out", rankings, "--cache", vectors)
    files = sorted(rankings.glob(f"*.{name}.json"))
    named = [part for file in files for part in ("--ranking", file)]
    result.parent.mkdir(exist_ok=True)
    race.run("here", "-m", "eval", "retrieval", *given, "--run", "hybrid", *named, "--json", result)


def measure_speed(race: Race, corpus: Path, articles: int, number: int) -> None:
    """Measure one round: each system in turn, starting with a different one each time."""
    folder = race.out / "speed"
    folder.mkdir(parents=True, exist_ok=True)
    first = number % len(SYSTEMS)
    for system in (*SYSTEMS[first:], *SYSTEMS[:first]):
        result = folder / f"{system}.{number}.json"
        if result.is_file():
            continue
        questions = corpus.with_name("questions.jsonl.gz")
        given = (corpus, questions, "--articles", articles)
        _measured(race, system, "--out", result, "speed", *given)


def collect_answers(race: Race, model: str, endpoint: str, count: int) -> None:
    """Collect the answers of each system. Every chat model has its own folder."""
    folder = race.out / "answers" / model.replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    documents = articles()
    texts, questions = folder / "texts.jsonl.gz", folder / "questions.jsonl.gz"
    _write_lines(texts, [{"id": d.doc_id, "text": d.text} for d in documents])
    asked = drawn(load_questions(QUESTIONS, documents))[:count]
    # Ask in small portions, so that a stopped race has asked all systems nearly the same.
    for end in (*range(_AT_ONCE, len(asked), _AT_ONCE), len(asked)):
        some = [{"id": q.question_id, "question": q.text} for q in asked[:end]]
        _write_lines(questions, some)
        for system in SYSTEMS:
            result = folder / f"{system}.jsonl"
            if _asked_all(result, some):
                continue
            given = (SEEDS, texts, questions, "--endpoint", endpoint, "--chat-model", model)
            _measured(race, system, "--out", result, "answers", *given)


def _asked_all(result: Path, questions: Sequence[dict[str, str]]) -> bool:
    if not result.is_file():
        return False
    lines = filter(None, result.read_text(encoding="utf-8").split("\n"))
    return {q["id"] for q in questions} <= {json.loads(line)["id"] for line in lines}


def articles() -> list[Document]:
    """Return the articles that questions are about."""
    read = list(iter_documents(SEEDS))
    found = [document for document in read if isinstance(document, Document)]
    if len(found) < len(read) or not found:
        raise ConfigError(
            en=f"{SEEDS} can't be read whole: restore it from the repository.",
            zh=f"无法完整读取 {SEEDS}：请从代码仓库恢复。",
        )
    return found


def _measured(race: Race, system: str, *arguments: object) -> None:
    script = ROOT / "benchmarks" / "peers" / "run.py"
    race.run(system, script, system, "--model", race.model, *arguments)


def _write_lines(path: Path, records: Sequence[dict[str, str]]) -> None:
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    path.write_bytes(gzip.compress(lines.encode()))


if __name__ == "__main__":
    sys.exit(main())
