"""Footnote itself: whole answers, checked and cited, where the peers give passages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class System:
    """`fast`, `full`: an answer; `search`: passages; `embedding`: the question's vector alone."""

    def __init__(self, folder: Path, mode: str) -> None:
        from rag.bootstrap import open_services
        from rag.settings import load_settings

        profile = "full" if mode == "full" else "fast"
        self._mode = mode
        self._services = open_services(load_settings(data_dir=folder, profile=profile))

    def ingest(self, files: Sequence[Path]) -> None:
        """Cut, embed and publish the files."""
        from ingest.pipeline import ingest_paths

        ingest_paths(self._services, list(files))

    def open(self) -> None:
        """Nothing is left to do."""

    def search(self, question: str) -> Sequence[Any]:
        """The answer's sentences or closest passages."""
        from rag.domain import Question

        if self._mode == "embedding":
            self._services.embedder.encode([question])
            return ()
        if self._mode == "search":
            return self._services.answerer.search(question, 5).passages
        answer = self._services.answerer.answer(Question(question))
        return answer.sentences or answer.nearest
