"""The feedback buttons and their form. All they need is in their values: they outlive a restart."""

from collections.abc import Mapping
from typing import Any

from bot.render import BUTTON_ID
from bot.service import Opinion, Verdict

FORM = "footnote_reason"
REASON = "reason"
REASON_MAX = 500
THANKS = "Thank you, that is noted."
SORRY = "Thank you, that is noted: it will be looked at."


def opinion_of(value: str, user: str) -> Opinion | None:
    """What a pressed button says; None for a value that is none of ours."""
    found = BUTTON_ID.fullmatch(value)
    if found is None:
        return None
    verdict: Verdict = "up" if found["verdict"] == "up" else "down"
    return Opinion(found["answer_id"], verdict, f"slack/{user}")


def form(answer_id: str) -> dict[str, Any]:
    """The modal that a 👎 opens."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": answer_id,
        "title": _plain("What was wrong?"),
        "submit": _plain("Send"),
        "close": _plain("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON,
                "optional": True,
                "label": _plain("What did you expect?"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON,
                    "multiline": True,
                    "max_length": REASON_MAX,
                    "placeholder": _plain("It quotes the wrong section; it is out of date; …"),
                },
            }
        ],
    }


def opinion_in_form(view: Mapping[str, Any], user: str) -> Opinion:
    """What a person wrote into the modal."""
    typed = view["state"]["values"].get(REASON, {}).get(REASON, {}).get("value") or ""
    return Opinion(view["private_metadata"], "down", f"slack/{user}", typed[:REASON_MAX])


def answer_id_in(message: Mapping[str, Any]) -> str | None:
    """The id of the answer that a message of ours ends; None for any other message."""
    for block in message.get("blocks", ()):
        for element in block.get("elements", ()):
            for button in (element, element.get("positive_button") or {}):
                found = BUTTON_ID.fullmatch(str(button.get("value") or ""))
                if found is not None:
                    return found["answer_id"]
    return None


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
