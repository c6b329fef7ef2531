"""Answers that strain a platform: long, with code, hostile."""

from dataclasses import replace

from rag.domain import Answer, AnswerSentence
from tests.fakes.service import ANSWERED

CODE = """def brew(tea: Tea, water: Water) -> Cup:
    \"\"\"A cup, as hot as the tea wants it.\"\"\"
    if water.heat > tea.heat:
        water.cool_to(tea.heat)
    return Cup(tea, water, minutes=tea.minutes)"""
TABLE = "Tea | Minutes | Heat\nGreen | 2 | 75 °C\nOolong | 3 | 85 °C\nBlack | 4 | 100 °C"
ABOUT = (
    "The {name} rinse is short, and its water is thrown away: it wakes the leaves, warms the pot "
    "and washes off the dust of the journey. "
)
HOSTILE_WORDS = (
    "@everyone @here <@1> <@&2> <!channel> <!subteam^S1> <https://evil.example|click> "
    "[x](javascript:alert(1)) [y](https://evil.example/?q=secret) https://evil.example/unfurl "
    "![i](https://evil.example/p.png) <img src=x> **bold** __u__ ~~s~~ ||spoiler|| `code` ``` # h"
)


def cited(*pieces: str) -> Answer:
    """An answer of these pieces, each cited; one of several lines was flattened on its way."""
    base = ANSWERED.citations[0]
    return replace(
        ANSWERED,
        text="\n\n".join(f"{' '.join(one.split())} [{n}]" for n, one in enumerate(pieces, 1)),
        sentences=tuple(
            AnswerSentence(" ".join(one.split()), (n,)) for n, one in enumerate(pieces, 1)
        ),
        citations=tuple(replace(base, number=n, quote=one) for n, one in enumerate(pieces, 1)),
    )


def long_answer() -> Answer:
    """Some 5,000 characters: paragraphs, code, a table."""
    names = ("first", "second", "third", "fourth", "fifth", "sixth")
    prose = [(ABOUT.format(name=name) * 4).strip() for name in names]
    return cited(*prose[:2], CODE, *prose[2:4], TABLE, *prose[4:])


def hostile_answer() -> Answer:
    """Words, titles and addresses that want to be more than text."""
    answer = cited(HOSTILE_WORDS, f"- {HOSTILE_WORDS}\n# {HOSTILE_WORDS}", f"```\n{HOSTILE_WORDS}")
    evil = replace(
        answer.citations[0],
        title="@everyone](https://evil.example) [x",
        heading_path=("<@1>", "# big\n> quote"),
        url="javascript:alert(1)",
    )
    twisted = replace(answer.citations[1], url="https://ok@evil.example/>) <!channel>")
    return replace(answer, citations=(evil, twisted, replace(evil, number=3, url="data:x")))
