// An answer as elements: its text with numbered citations, the notes below, or an honest silence.

import { textElements, withoutMarkers } from "./cited_text.js";
import { element, pathElements, runningQuote, sourcePath } from "./elements.js";
import { addressOf } from "./source_links.js";

const GROWS = new Set(["p", "ul", "ol", "li"]);

// The answer's parts, for a body that may hold some of them already.
export function answerParts(answer) {
  if (answer.status === "abstained") {
    return [
      element("p", { class: "label" }, "Not in the guide"),
      element("p", { class: "reason", dir: "auto" }, answer.reason ?? answer.text),
      ...nearestElements(answer.nearest),
    ];
  }
  // A full answer may carry a note too, such as why it quotes instead of writing.
  const label = answer.status === "partial" ? "Answered in part" : "Note";
  const note = element(
    "aside",
    { class: "partial", "aria-label": label },
    element("p", { class: "label" }, label),
    element("p", { dir: "auto" }, answer.reason ?? ""),
  );
  return [...textElements(answer), ...(answer.reason ? [note] : []), notesElement(answer)];
}

// Makes the body hold these parts. What it holds already stays, and with it a reader's focus.
export function settle(body, parts) {
  const wanted = [...parts]; // a list of child nodes shrinks as they move
  wanted.forEach((part, place) => {
    const held = body.childNodes[place];
    if (!held) body.append(part);
    else if (bare(held).isEqualNode(part)) return;
    else if (GROWS.has(part.localName) && held.localName === part.localName) settle(held, part.childNodes);
    else held.replaceWith(part);
  });
  while (body.childNodes.length > wanted.length) body.lastChild.remove();
}

// Without the marks of what a reader is just pointing at.
function bare(held) {
  const copy = held.cloneNode(true);
  for (const link of [copy, ...(copy.querySelectorAll?.("a") ?? [])]) {
    link.removeAttribute?.("aria-describedby");
    link.removeAttribute?.("aria-current");
  }
  return copy;
}

// What a screen reader hears when an answer has arrived.
export function spoken(answer) {
  if (answer.status === "abstained") return `Not in the guide. ${answer.reason ?? answer.text}`;
  const count = answer.citations.length;
  const sources = `${count} ${count === 1 ? "source" : "sources"}.`;
  return [withoutMarkers(answer), answer.reason ?? "", sources].join(" ");
}

function notesElement(answer) {
  const notes = answer.citations.map((citation, index) => {
    const note = noteLink(citation, element("span", { class: "note-number" }, String(citation.number)));
    const before = answer.citations[index - 1];
    if (before && sourcePath(before) === sourcePath(citation)) {
      // Said once is enough for the eye; a screen reader may come to this note first.
      note.querySelector(".note-path").classList.add("unseen");
    }
    return element("li", { "data-number": citation.number }, note);
  });
  return element(
    "section",
    { class: "notes", "aria-label": "Sources" },
    element("ol", {}, ...notes),
  );
}

function nearestElements(nearest) {
  if (!nearest.length) return [];
  const label = "Closest passages";
  return [
    element(
      "section",
      { class: "notes nearest", "aria-label": `${label}, which do not answer` },
      element("p", { class: "label" }, label, element("span", {}, " — these do not answer your question")),
      element("ul", {}, ...nearest.map((passage) => element("li", {}, noteLink(passage, "")))),
    ),
  ];
}

function noteLink(source, number) {
  const link = element(
    "a",
    { class: "note", href: addressOf(source) },
    number,
    element("span", { class: "note-path" }, ...pathElements(source)),
    element("q", { class: "note-quote", dir: "auto" }, runningQuote(source.quote)),
  );
  link.source = source;
  return link;
}
