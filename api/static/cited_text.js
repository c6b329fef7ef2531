// An answer's text as paragraphs and lists, code and tables in their lines, a link for each number
// behind a sentence.

import { element, sourcePath } from "./elements.js";
import { stretches } from "./fences.js";
import { addressOf } from "./source_links.js";

const ITEM = /^(\s*)(?:[-•]|(\d+)[.)])\s+(.*)$/;
const MARKER = /\s*\[(\d+)\]/g;
// Below code, or a table, they stand behind the fence.
const MARKERS_HERE = /(?:\n`{3,}(?=\n))?(?:\s*\[\d+\])+/y;

export function textElements(answer) {
  const sources = new Map(answer.citations.map((citation) => [citation.number, citation]));
  const places = markerPlaces(answer);
  const made = [];
  let open = []; // the lists being filled, outermost first
  const tables = new Set((answer.sentences ?? []).filter(({ form }) => form === "table").map(({ text }) => text));
  for (const { line, held, at } of stretches(answer.text)) {
    if (held !== undefined) {
      open = [];
      made.push(tables.has(held) ? tableElement(held) : codeElement(held));
      continue;
    }
    const item = ITEM.exec(line);
    const cited = (from) => citedPieces(answer.text, at + from, at + line.length, places, sources);
    if (!item) {
      open = [];
      if (line.trim()) made.push(element("p", { dir: "auto" }, ...cited(0)));
    } else {
      const [, indent, number, words] = item;
      const depth = Math.min(Math.floor(indent.length / 2), open.length);
      open.length = Math.min(open.length, depth + 1);
      if (open.length === depth) {
        const list = number ? element("ol", { start: number }) : element("ul");
        if (depth) open[depth - 1].lastElementChild.append(list);
        else made.push(list);
        open.push(list);
      }
      open[depth].append(element("li", { dir: "auto" }, ...cited(line.length - words.length)));
    }
  }
  return made;
}

export function withoutMarkers(answer) {
  const lines = Array.from(stretches(answer.text), ({ line, held }) => held ?? line.replaceAll(MARKER, ""));
  return lines.join("\n");
}

function codeElement(lines) {
  return element("pre", { tabindex: 0, dir: "ltr" }, element("code", {}, lines));
}

function tableElement(lines) {
  const [head, ...rows] = lines.split("\n");
  const row = (cells, tag) => element("tr", {}, ...cells.split(" | ").map((cell) => element(tag, { dir: "auto" }, cell)));
  const table = element("table", {}, row(head, "th"), ...rows.map((cells) => row(cells, "td")));
  return element("div", { class: "table", role: "region", "aria-label": "Table", tabindex: 0 }, table);
}

export function citationLink(citation) {
  const link = element(
    "a",
    {
      class: "cite",
      href: addressOf(citation),
      "data-number": citation.number,
      "aria-label": `Source ${citation.number}: ${sourcePath(citation)}`,
    },
    String(citation.number),
  );
  link.source = citation;
  return link;
}

// Where numbers of ours stand: right behind a sentence. A bracketed number elsewhere is the
// document's own. Null where the sentences can't be found in the text.
function markerPlaces(answer) {
  const places = [];
  let at = 0;
  for (const sentence of answer.sentences ?? []) {
    const found = answer.text.indexOf(sentence.text, at);
    if (found < 0) return null;
    at = found + sentence.text.length;
    MARKERS_HERE.lastIndex = at;
    const markers = MARKERS_HERE.exec(answer.text);
    if (markers) places.push([at, (at += markers[0].length)]);
  }
  return places;
}

function citedPieces(text, from, to, places, sources) {
  const pieces = [];
  for (const match of text.slice(from, to).matchAll(MARKER)) {
    const at = from + match.index;
    const citation = sources.get(Number(match[1]));
    const ours = !places || places.some(([start, end]) => start <= at && at < end);
    if (!citation || !ours) continue;
    pieces.push([at, at + match[0].length, citation]);
  }
  const made = [];
  for (const [start, end, citation] of pieces) {
    made.push(text.slice(from, start), citationLink(citation));
    from = end;
  }
  made.push(text.slice(from, to));
  return made;
}
