"""txtai with its documentation's settings.

- Index: `Embeddings(path=..., hybrid=True)` over whole texts, because its index does not split
  them. The model reads the first 512 tokens of each.
- Search: `hybrid`, half of each one's score. 10 hits; the default is 3.
- Answers: `RAG` with the template of its documentation, the 3 best passages, and
  `output="reference"`, which names the one passage that fits the answer best. The model is not
  asked for markers. Passages are paragraphs (`Segmentation(paragraphs=True)`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sets import PASSAGE, QUERY, Text
from system import HITS, Articles, ChatModel, Reply, Search, Source
from txtai import RAG, Embeddings
from txtai.pipeline import Segmentation

TEMPLATE = """
  Answer the following question using the provided context.

  Question:
  {question}

  Context:
  {context}
"""


class Txtai:
    packages = ("txtai", "faiss-cpu", "litellm")

    def __init__(self, folder: str) -> None:
        self._settings = {
            "path": folder,
            "instructions": {"query": QUERY, "data": PASSAGE},
            "gpu": False,
        }
        # The model is loaded with the first index, and the other indexes of the process share it.
        self._settings["models"] = {}
        self._embeddings = Embeddings(hybrid=True, **self._settings)

    def index(self, documents: Sequence[Text]) -> int:
        self._embeddings.index((d.id, d.text, None) for d in documents)
        return self._embeddings.count()

    def searches(self) -> Mapping[str, Search]:
        found = self._embeddings.search
        return {"hybrid": lambda question: [name for name, _ in found(question, HITS)]}

    def answers(self, articles: Articles, model: ChatModel) -> Callable[[str], Reply]:
        paragraphs = Segmentation(paragraphs=True)
        passages = {
            f"{d.id}#{number}": Text(d.id, paragraph)
            for d in articles.texts
            for number, paragraph in enumerate(paragraphs(d.text))
        }
        embeddings = Embeddings(content=True, **self._settings)
        embeddings.index((name, passage.text, None) for name, passage in passages.items())
        pipeline = RAG(
            embeddings,
            f"openai/{model.name}",
            system="You are a friendly assistant",
            template=TEMPLATE,
            output="reference",
            api_base=model.endpoint,
            api_key="none",
            temperature=0,
            timeout=model.seconds,
        )

        def answer(question: str) -> Reply:
            found = pipeline(question)
            passage = passages[found["reference"]]
            return Reply(
                text=found["answer"],
                sources=(Source(1, passage.id, passage.text),),
                reference=1,
            )

        return answer
