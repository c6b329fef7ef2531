"""The chat model's messages: instructions, then numbered passages as data, then the question."""

import re
import secrets
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from rag.commands import is_command
from rag.evidence import Evidence
from rag.lexicon import words

SILENCE = "NO ANSWER"
# Passages after these characters are left out; small models read little, and the best stand first.
BUDGET = 6_000
# So many words in a row, of the instructions, are no coincidence.
LEAK_WORDS = 7
# What chat templates read as a change of speaker.
TURN_MARK = re.compile(r"<(?=[|/a-z])|(?<=\|)>|\[(?=/?INST)", re.IGNORECASE)


class EvidencePrompt:
    """Makes messages that no document can break out of.

    The fence around passages holds a word drawn anew for each process, which no document can
    know; should one hold it by chance it is taken out.
    """

    def __init__(self, word: str | None = None, name: str = "answer.md") -> None:
        self.fence = f"=== {word or secrets.token_hex(4)}"
        template = files("rag").joinpath("prompts", name).read_text("utf-8")
        self.instructions = Template(template).substitute(fence=self.fence, silence=SILENCE)
        self._instruction_runs = _runs(self.instructions)

    def chosen(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """The best passages that fit the budget, at least one; number n is the nth of them."""
        kept: list[Evidence] = []
        length = 0
        for item in evidence:
            length += len(item.passage.context) + len(item.passage.text)
            if kept and length > BUDGET:
                break
            kept.append(item)
        return tuple(kept)

    def messages(self, question: str, evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
        """(role, content) pairs, as LangChain's chat models take them."""
        passages = "\n".join(
            f"{self.fence} passage [{number}]\n"
            f"{self._harmless(item.passage.context)}\n{self._harmless(_data(item))}"
            for number, item in enumerate(evidence, start=1)
        )
        asked = self._harmless(question)
        return [
            ("system", self.instructions),
            ("human", f"{passages}\n{self.fence} end of passages\n\nQuestion: {asked}"),
        ]

    def is_leaked_in(self, text: str) -> bool:
        """Whether the text repeats the instructions or the fence."""
        return self.fence.removeprefix("=== ") in text or bool(_runs(text) & self._instruction_runs)

    def _harmless(self, text: str) -> str:
        return TURN_MARK.sub(r"\g<0> ", text).replace(self.fence.removeprefix("=== "), "")


def _data(item: Evidence) -> str:
    """The passage's text without the sentences that speak to a chat model."""
    text = item.passage.text
    for unit in reversed([scored.unit for scored in item.units if is_command(scored.text)]):
        start, end = (place - item.passage.start_char for place in (unit.start_char, unit.end_char))
        text = text[:start] + text[end:]
    return text


def _runs(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + LEAK_WORDS]) for at in range(len(said) - LEAK_WORDS + 1)}
