"""Keep the answers that the owner shares, each in a file, until sharing is stopped."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import AnswerFormatError, RagError
from rag.page.chat.keeping import conversation_from_json, conversation_json
from rag.page.chat.sources import FindDocument
from rag.page.chat.turns import Turn
from rag.whole_files import write_whole

FOLDER_NAME = "shared"
"""The folder of shared answers, in that of the index."""
MOST = 500
_TOKEN_BYTES = 20
TOKEN = rf"[0-9a-f]{{{2 * _TOKEN_BYTES}}}"
"""The form of a token: 160 random bits, so that none can be guessed."""


class NotShared(RagError):
    """An answer that can't be shared."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A shared answer. `at` is when it was shared, in seconds since 1970."""

    token: str
    turn: Turn
    at: float


class Shares:
    """The shared answers in a folder, which is made for the first one. Threads may share one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, turn: Turn, find: FindDocument) -> Shared:
        """Share the answer of a turn. Raises `NotShared`.

        Each quote must stand in its article now, letter by letter: the turn may come from the
        browser, and an article may have changed.
        """
        if turn.answer is None:
            raise NotShared(
                en="This question has no answer to share: ask it again.",
                zh="这个问题没有可分享的回答：请重新提问。",
            )
        if len(self._files()) >= MOST:
            raise NotShared(
                en=f"{MOST} answers are shared: stop sharing some of them first.",
                zh=f"已分享 {MOST} 个回答：请先停止分享其中一些。",
            )
        # The passages that were read are most of an answer, and the page does not show them.
        answer = replace(turn.answer, hits=())
        quoted = [*answer.citations, *(near.citation for near in answer.near_passages)]
        quoted += [citation for s in answer.statements for citation in s.citations]
        quoted += [value.citation for c in answer.conflicts for value in c.values]
        for citation in quoted:
            document = find(citation.doc_id)
            if document is None or document.text[citation.start : citation.end] != citation.quote:
                raise NotShared(
                    en="An article that this answer quotes has changed or is gone: ask again, and"
                    " share the new answer.",
                    zh="此回答引用的文章已变化或不在：请重新提问，再分享新的回答。",
                )
        shared = Shared(
            token=secrets.token_hex(_TOKEN_BYTES),
            turn=replace(turn, answer=answer),
            at=time.time(),
        )
        fields = {"at": shared.at, "turn": conversation_json((shared.turn,))}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._path(shared.token), json.dumps(fields, ensure_ascii=False).encode())
        except OSError as error:
            raise NotShared(
                en=f"The answer can't be kept on the server ({error.strerror}): make room, and try"
                " again.",
                zh=f"服务器无法保存此回答（{error.strerror}）：请腾出空间后重试。",
            ) from error
        return shared

    def find(self, token: str) -> Shared | None:
        """Return the shared answer of a token, or None. A file that can't be read is none."""
        if not re.fullmatch(TOKEN, token):
            return None
        try:
            fields = json.loads(self._path(token).read_bytes())
            [turn] = conversation_from_json(fields["turn"])
            return Shared(token=token, turn=turn, at=float(fields["at"]))
        except (OSError, ValueError, KeyError, TypeError, AnswerFormatError):
            return None

    def all(self) -> tuple[Shared, ...]:
        """Return the shared answers, the newest first."""
        found = (self.find(path.stem) for path in self._files())
        return tuple(sorted(filter(None, found), key=lambda shared: -shared.at))

    def stop(self, token: str) -> None:
        """Stop sharing an answer: its address leads nowhere from now on."""
        if re.fullmatch(TOKEN, token):
            self._path(token).unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json"))

    def _path(self, token: str) -> Path:
        return self._folder / f"{token}.json"
