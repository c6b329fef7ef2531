// What a reader can do with an answer: copy it with its sources, and say whether it helped.

import { announce } from "./announcer.js";
import { asMarkdown, asText } from "./copying.js";
import { element, icon } from "./elements.js";
import { feedbackElements } from "./feedback.js";

const SHOWN_MS = 2000;

export function answerActions(answer) {
  const copying =
    answer.status === "abstained"
      ? []
      : [
          copyButton("Copy", "Copy the answer with its sources", () => asText(answer)),
          copyButton("Markdown", "Copy as Markdown", () => asMarkdown(answer)),
        ];
  return element("div", { class: "actions" }, ...copying, ...feedbackElements(answer));
}

function copyButton(label, title, textOf) {
  const said = element("span", {}, label);
  const button = element(
    "button",
    { type: "button", class: "action", title, "aria-label": title },
    icon("copy"),
    said,
  );
  let back;
  button.addEventListener("click", async () => {
    const done = await copied(textOf());
    said.textContent = done ? "Copied" : "Not copied";
    announce(done ? "Copied." : "The browser did not let this page copy.");
    clearTimeout(back);
    back = setTimeout(() => (said.textContent = label), SHOWN_MS);
  });
  return button;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text); // no secure context, or a frame that may not
  }
}

function copiedFromField(text) {
  const focused = document.activeElement;
  const field = element("textarea", { class: "unseen", "aria-hidden": "true", tabindex: -1 });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return done;
}
