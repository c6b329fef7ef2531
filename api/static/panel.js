// The source panel: a document at the quoted words, beside the conversation or, on a small
// screen, over it.

import { documentElements } from "./blocks.js";
import { element } from "./elements.js";
import { pageOf, readDocument } from "./service.js";

const panel = document.getElementById("panel");
const text = document.getElementById("panel-text");
const title = document.getElementById("panel-title");
const original = document.getElementById("panel-original");
const wide = matchMedia("(min-width: 70rem)");
let opener = null;
let turn = 0;

export async function openPanel(source, from) {
  const mine = ++turn;
  markOpener(from);
  title.textContent = source.title;
  document.getElementById("panel-number").textContent = source.number
    ? `Source ${source.number}`
    : "Closest passage";
  const headings = source.heading_path.filter((heading) => heading !== source.title);
  const place = source.page ? [...headings, source.page] : headings;
  document.getElementById("panel-path").textContent = place.join(" › ");
  document.getElementById("panel-page").href = pageOf(source);
  original.hidden = true;
  text.replaceChildren(element("p", { class: "working" }, "Opening the source…"));
  show();
  let filling;
  try {
    const found = await readDocument(source.document_id);
    filling = contentOf(found, source);
    original.hidden = !/^https?:\/\//.test(found.url ?? "");
    if (!original.hidden) original.href = found.url;
  } catch (error) {
    filling = [element("p", { class: "panel-note" }, `${error.title ?? "The source can’t be shown"}. ${error.message}`)];
  }
  if (mine !== turn) return; // another source has been opened since
  text.replaceChildren(...filling);
  text.scrollTop = 0;
  text.querySelector("#quote")?.scrollIntoView({ block: "center" });
}

export function closePanel() {
  if (!panel.open) return;
  turn += 1;
  panel.close();
}

function contentOf(found, source) {
  const shown = Array.from(found.text).slice(source.start_char, source.end_char).join("");
  if (shown === source.quote) return documentElements(found, source);
  // Better no mark than one on other words: the document has changed since the answer.
  return [
    element("p", { class: "panel-note" }, "This document has changed since the answer was given, so the quoted words are not marked."),
    ...documentElements(found, { start_char: 0, end_char: 0 }),
  ];
}

function show() {
  if (!panel.open) {
    if (wide.matches) panel.show();
    else panel.showModal();
  }
  document.body.classList.add("has-panel");
  title.focus({ preventScroll: true });
}

function markOpener(from) {
  opener?.removeAttribute("aria-current");
  opener = from;
  opener?.setAttribute("aria-current", "true");
}

panel.addEventListener("close", () => {
  const last = opener;
  markOpener(null);
  document.body.classList.remove("has-panel");
  last?.focus({ preventScroll: true });
});
panel.addEventListener("click", (event) => {
  if (event.target === panel) closePanel(); // the dimmed page around a modal panel
});
document.getElementById("panel-close").addEventListener("click", closePanel);
// A panel over the conversation is modal, one beside it is not: when the width changes, reopen.
wide.addEventListener("change", () => {
  if (!panel.open) return;
  const kept = opener;
  opener = null;
  panel.close();
  requestAnimationFrame(() => {
    show();
    markOpener(kept);
  });
});
