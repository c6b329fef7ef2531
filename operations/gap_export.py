"""Gaps for people who mend them: a Markdown list for authors, drafted questions for evaluation."""

import json
import re
from collections.abc import Iterator
from typing import Any

from operations.gaps import Gap, GapReport

MOST_WORDINGS = 5
SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~])")


def as_json(report: GapReport) -> dict[str, Any]:
    """The report as JSON-ready values."""
    period = report.period
    return {
        "since": period.since.isoformat(timespec="seconds"),
        "until": period.until.isoformat(timespec="seconds"),
        "asked": period.asked,
        "abstained": period.abstained,
        "voted_down": period.voted_down,
        "gaps": [_gap_to_json(gap) for gap in report.gaps],
        "more": report.more,
    }


def as_markdown(report: GapReport) -> str:
    """A list for the documents' authors, the heaviest gap first. What people wrote is escaped."""
    period = report.period
    counts = (
        f"{period.since:%d %B %Y} to {period.until:%d %B %Y}: {period.asked:,} questions, of which "
        f"{period.abstained:,} found no answer; {period.voted_down:,} voted down."
    )
    lines = ["# What the guide doesn’t answer yet", "", counts, ""]
    for gap in report.gaps:
        lines += _markdown_of(gap)
    if not report.gaps:
        lines.append("Nothing is missing that anybody asked for.")
    return "\n".join(lines).rstrip() + "\n"


def as_question_lines(report: GapReport) -> str:
    """Drafts for a question set, as JSON lines (docs/evaluation.md); a person accepts them.

    Each is drafted as unanswerable; once the guide has the answer, it wants its gold quotes.
    """
    drafts = (
        {
            "id": f"gap-{number:03}",
            "question": gap.question,
            "type": "unanswerable_near",
            "answerable": False,
            "reference_answer": gap.reason or "The guide does not answer this.",
            "note": f"draft: {_count(gap)}, last on {gap.last_asked:%Y-%m-%d}"
            + (f"; nearest: {gap.nearest[0].words}" if gap.nearest else ""),
        }
        for number, gap in enumerate(report.gaps, start=1)
    )
    return "".join(json.dumps(draft, ensure_ascii=False) + "\n" for draft in drafts)


def _gap_to_json(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.question,
        "wordings": [{"question": text, "asked": count} for text, count in gap.wordings],
        "asked": gap.asked,
        "askers": gap.askers,
        "down_votes": gap.down_votes,
        "said": list(gap.said),
        "reason": gap.reason,
        "last_asked": gap.last_asked.isoformat(timespec="seconds"),
        "weight": round(gap.weight, 3),
        "answered_now": gap.answered_now,
        "nearest": [
            {
                "document_id": place.document_id,
                "title": place.title,
                "heading_path": list(place.heading_path),
                "url": place.url,
            }
            for place in gap.nearest
        ],
    }


def _markdown_of(gap: Gap) -> Iterator[str]:
    yield f"- [ ] **{_plain(gap.question)}** ({_count(gap)}, last on {gap.last_asked:%d %B %Y})"
    if gap.answered_now:
        yield "  - The guide answers this by now."
    others = [text for text, _ in gap.wordings if text != gap.question][:MOST_WORDINGS]
    if others:
        yield f"  - Also asked as: {'; '.join(map(_plain, others))}"
    for words in gap.said:
        yield f"  - A reader said: {_plain(words)}"
    if gap.nearest:
        yield f"  - Nearest: {'; '.join(_plain(place.words) for place in gap.nearest)}"


def _count(gap: Gap) -> str:
    times = "once" if gap.asked == 1 else f"{gap.asked:,} times"
    return f"asked {times}" + (f", voted down {gap.down_votes:,}×" if gap.down_votes else "")


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it stands."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))
