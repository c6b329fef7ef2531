"""A chat model as the judge: it reads the numbered passages and replies with a number."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.chat_stream import Bounds, GenerationError, stream_reply
from rag.evidence import Evidence
from rag.evidence_prompt import EvidencePrompt
from rag.judge import JudgeError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

# A number alone, perhaps with a word around it; longer replies are no verdict.
VERDICT = re.compile(r"[^\d-]{0,20}?(\d{1,3})(?:\s*(?:%|/\s*100))?\D{0,20}", re.DOTALL)
MOST_CHARACTERS = 200
MOST = 100


class ChatJudge:
    """Any LangChain chat model, asked for a number from 0 to 100."""

    def __init__(
        self, model: "BaseChatModel", seconds: float, prompt: EvidencePrompt | None = None
    ) -> None:
        self._model = model
        self._bounds = Bounds(seconds, MOST_CHARACTERS)
        self._prompt = prompt or EvidencePrompt(name="judge.md")

    def probability(self, question: str, evidence: Sequence[Evidence]) -> float:
        """How likely it is, 0 to 1, that the evidence answers. Raises JudgeError."""
        messages = self._prompt.messages(question, self._prompt.chosen(evidence))
        try:
            reply = "".join(stream_reply(self._model, messages, self._bounds))
        except GenerationError as error:
            raise JudgeError(str(error)) from error
        said = VERDICT.fullmatch(reply.strip())
        if said is None or int(said[1]) > MOST:
            raise JudgeError("gave no number from 0 to 100")
        return int(said[1]) / MOST
