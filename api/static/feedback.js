// Whether an answer helped: a verdict at once, and a reason for who wants to give one.

import { element, icon } from "./elements.js";
import { events, sendFeedback } from "./service.js";

const LONGEST_REASON = 1000;
const VERDICTS = { up: "This helped", down: "This did not help" };

export function feedbackElements(answer) {
  const said = element("p", { class: "feedback-said", role: "status" });
  const reasons = element("div", { class: "feedback-reason" });
  const buttons = Object.keys(VERDICTS).map((verdict) => verdictButton(verdict));

  function verdictButton(verdict) {
    const button = element(
      "button",
      {
        type: "button",
        class: "action",
        title: VERDICTS[verdict],
        "aria-label": VERDICTS[verdict],
        "aria-pressed": String(answer.verdict === verdict),
        "data-verdict": verdict,
      },
      icon(`thumb-${verdict}`),
    );
    button.addEventListener("click", async () => {
      if (!(await sent(verdict))) return;
      answer.verdict = verdict;
      events.dispatchEvent(new Event("verdict"));
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      said.textContent = "Thank you.";
      reasons.replaceChildren(reasonForm(verdict));
      reasons.scrollIntoView({ block: "nearest" });
    });
    return button;
  }

  function reasonForm(verdict) {
    const field = element("input", {
      type: "text",
      name: "reason",
      maxlength: LONGEST_REASON,
      "aria-label": "Why? You may leave this out.",
      placeholder: verdict === "up" ? "What helped? (optional)" : "What was wrong or missing? (optional)",
    });
    const send = element("button", { type: "submit", class: "quiet" }, "Send");
    const form = element("form", {}, field, send);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reason = field.value.trim();
      if (!reason) return field.focus();
      send.disabled = true;
      if (await sent(verdict, reason)) {
        form.remove();
        said.textContent = "Thank you, that is kept with the answer.";
        buttons.find((each) => each.dataset.verdict === verdict).focus();
      }
      send.disabled = false;
    });
    return form;
  }

  async function sent(verdict, reason) {
    try {
      await sendFeedback(answer.id, verdict, reason);
      return true;
    } catch (error) {
      said.textContent = `${error.title ?? "That did not work"}. ${error.message}`;
      return false;
    }
  }

  return [element("div", { class: "verdicts", role: "group", "aria-label": "Was this helpful?" }, ...buttons), said, reasons];
}
