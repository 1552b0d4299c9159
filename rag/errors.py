"""All errors that the project raises on purpose, as one tree.

    RagError
    ├── ConfigError             an environment variable or argument has an unusable value
    ├── DocumentError           one article can't be read (the rest of a folder goes on)
    ├── FetchError              an address of the web can't be fetched, or has no feed or article
    ├── AnswerFormatError       the JSON is not an Answer
    ├── EmbedderError           the embedding model can't be found, unpacked or loaded
    ├── RerankerError           the reranker can't be found or loaded
    ├── ReaderError             the chosen reader can't be used
    ├── JudgeError              the judge can't be found or loaded, or gave no verdict
    ├── IndexUnusable           the index as a whole can't be used
    │   ├── IndexMissing        there is no index; the message names the command to build it
    │   ├── IndexMismatch       made with another format, embedding model or chunker
    │   ├── IndexDamaged        its file fails its own checks
    │   ├── IndexBusy           another process is writing to it
    │   ├── IndexNotWritable    its disk is full, or can't be written
    │   └── IndexUnreachable    its Milvus server does not answer, or refuses
    ├── WorkersFailed           the processes that index on Ray ended before their work was done
    ├── AssistantClosed         the assistant was closed before
    ├── DocumentNotFound        no article has that id
    ├── QuestionError           the question is empty or too long
    └── ChatModelError          the chat model gave no usable reply
        ├── ChatModelUnreachable    no connection
        ├── ChatModelTimedOut       no answer in time
        ├── ChatModelRefused        HTTP 4xx: wrong key, unknown model, too long, too many
        ├── ChatModelFailed         HTTP 5xx, or a reply that breaks the protocol
        ├── ChatModelBrokeOff       the stream ended before the reply was complete
        └── ChatModelEmpty          the reply had no text

Each error has a message in English and Chinese. It says what is wrong, with which value, and what
to do.
"""

from __future__ import annotations

from rag.messages import Message


def first_line(error: Exception) -> str:
    """Return the first line of another library's error, or its class name if it has no text."""
    return str(error).strip().partition("\n")[0] or type(error).__name__


class RagError(Exception):
    """The base class of all errors that the project raises on purpose."""

    def __init__(self, *, en: str, zh: str) -> None:
        super().__init__(en)
        self.message = Message(code=type(self).__name__, en=en, zh=zh)


class ConfigError(RagError):
    """An environment variable or argument has an unusable value."""


class DocumentError(RagError):
    """One article can't be read."""


class FetchError(RagError):
    """An address of the web can't be fetched, or what is there is no feed or article.

    `status` is the HTTP status, if there was a reply. `passing` is true if a later try may succeed.
    """

    def __init__(
        self, *, en: str, zh: str, status: int | None = None, passing: bool = False
    ) -> None:
        super().__init__(en=en, zh=zh)
        self.status = status
        self.passing = passing


class AnswerFormatError(RagError):
    """The JSON is not an `Answer`."""


class EmbedderError(RagError):
    """The embedding model can't be found, unpacked or loaded."""


class RerankerError(RagError):
    """The reranker can't be found or loaded."""


class ReaderError(RagError):
    """The chosen reader can't be used."""


class JudgeError(RagError):
    """The judge can't be found or loaded, or gave no verdict."""


class IndexUnusable(RagError):
    """The index as a whole can't be used."""


class IndexMissing(IndexUnusable):
    """There is no index."""


class IndexMismatch(IndexUnusable):
    """The index was made with another format, embedding model or chunker."""


class IndexDamaged(IndexUnusable):
    """The index fails its own checks."""


class IndexBusy(IndexUnusable):
    """Another process is writing to the index."""


class IndexNotWritable(IndexUnusable):
    """The index can't be written: its disk is full, or read-only."""


class IndexUnreachable(IndexUnusable):
    """The Milvus server of the index does not answer in time, or refuses."""


class WorkersFailed(RagError):
    """The processes that index on Ray ended before their work was done."""


class AssistantClosed(RagError):
    """The assistant was closed before."""


class DocumentNotFound(RagError):
    """No article of the index has that id."""


class QuestionError(RagError):
    """The question is empty or too long."""


class ChatModelError(RagError):
    """The chat model gave no usable reply. `sent` is true if the model may have seen the prompt."""

    sent = True


class ChatModelUnreachable(ChatModelError):
    """There was no connection."""

    sent = False


class ChatModelTimedOut(ChatModelError):
    """The model did not answer in time."""


class ChatModelRefused(ChatModelError):
    """The endpoint answered HTTP 4xx."""


class ChatModelFailed(ChatModelError):
    """The endpoint answered HTTP 5xx, or with a reply that breaks the protocol."""


class ChatModelBrokeOff(ChatModelError):
    """The stream ended before the reply was complete."""


class ChatModelEmpty(ChatModelError):
    """The reply had no text."""
