// An answer as elements: sentences and lists with numbered citations, and the notes below.

import { element, runningQuote, sourcePath } from "./elements.js";
import { pageOf } from "./service.js";

const ITEM = /^(\s*)(?:[-•]|(\d+)[.)])\s+(.*)$/;
const MARKER = /\s*\[(\d+)\]/g;

export function answerElement(answer) {
  const body = element("div", { class: "answer" });
  if (answer.status === "abstained") {
    body.append(
      element("p", { class: "label" }, "Not in the guide"),
      element("p", { class: "reason" }, answer.reason ?? answer.text),
      nearestElement(answer.nearest),
    );
    return body;
  }
  body.append(...textElements(answer));
  if (answer.reason) {
    // A full answer may carry a note too, such as why it quotes instead of writing.
    const label = answer.status === "partial" ? "Answered in part" : "Note";
    body.append(
      element(
        "aside",
        { class: "partial" },
        element("p", { class: "label" }, label),
        element("p", {}, answer.reason),
      ),
    );
  }
  body.append(notesElement(answer));
  return body;
}

// What a screen reader hears when an answer arrives.
export function spoken(answer) {
  if (answer.status === "abstained") return `Not in the guide. ${answer.reason ?? answer.text}`;
  const count = answer.citations.length;
  const sources = `${count} ${count === 1 ? "source" : "sources"}.`;
  return [answer.text.replaceAll(MARKER, ""), answer.reason ?? "", sources].join(" ");
}

function textElements(answer) {
  const sources = new Map(answer.citations.map((citation) => [citation.number, citation]));
  const made = [];
  let open = []; // the lists being filled, outermost first
  for (const line of answer.text.split("\n")) {
    const item = ITEM.exec(line);
    if (!item) {
      open = [];
      if (line.trim()) made.push(element("p", {}, ...cited(line.trim(), sources)));
      continue;
    }
    const [, indent, number, words] = item;
    const depth = Math.min(Math.floor(indent.length / 2), open.length);
    open.length = Math.min(open.length, depth + 1);
    if (open.length === depth) {
      const list = number ? element("ol", { start: number }) : element("ul");
      if (depth) open[depth - 1].lastElementChild.append(list);
      else made.push(list);
      open.push(list);
    }
    open[depth].append(element("li", {}, ...cited(words, sources)));
  }
  return made;
}

function cited(line, sources) {
  const pieces = [];
  let from = 0;
  for (const match of line.matchAll(MARKER)) {
    const citation = sources.get(Number(match[1]));
    if (!citation) continue; // a bracketed number of the document's own
    pieces.push(line.slice(from, match.index), citationLink(citation));
    from = match.index + match[0].length;
  }
  pieces.push(line.slice(from));
  return pieces;
}

function citationLink(citation) {
  const link = element(
    "a",
    {
      class: "cite",
      href: pageOf(citation),
      "data-number": citation.number,
      "aria-label": `Source ${citation.number}: ${sourcePath(citation)}`,
    },
    String(citation.number),
  );
  link.source = citation;
  return link;
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

function nearestElement(nearest) {
  if (!nearest.length) return "";
  return element(
    "section",
    { class: "notes nearest" },
    element(
      "p",
      { class: "label" },
      "Closest passages",
      element("span", {}, " — these do not answer your question"),
    ),
    element("ul", {}, ...nearest.map((passage) => element("li", {}, noteLink(passage, "")))),
  );
}

function noteLink(source, number) {
  const link = element(
    "a",
    { class: "note", href: pageOf(source) },
    number,
    element("span", { class: "note-path" }, sourcePath(source)),
    element("q", { class: "note-quote" }, runningQuote(source.quote)),
  );
  link.source = source;
  return link;
}
