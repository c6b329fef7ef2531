// A document's blocks as elements, with some characters marked. The server renders its document
// page from the same blocks by the same rules (api/document_view.py).

import { element } from "./elements.js";

const NUMBERED = /^\(?(\d{1,9})[.)]$/;

export function documentElements(doc, highlight) {
  return new Renderer(doc, highlight).elements;
}

class Renderer {
  constructor(doc, highlight) {
    // Offsets count code points; JavaScript's strings count UTF-16 units.
    this.points = Array.from(doc.text);
    this.highlight = highlight;
    this.elements = [];
    this.openLists = [];
    this.marked = false;
    for (const block of doc.blocks) this.add(block);
  }

  add(block) {
    if (block.kind === "list_item") return this.addItem(block);
    this.openLists = [];
    const runs = () => this.runs(block.start_char, block.end_char);
    const made = {
      heading: () => element(`h${Math.min(6, (block.level || 2) + 1)}`, {}, ...runs()),
      quote: () => element("blockquote", {}, element("p", {}, ...runs())),
      code: () => element("pre", { tabindex: 0 }, element("code", {}, ...runs())),
      table: () => this.table(block),
    }[block.kind];
    this.elements.push(made ? made() : element("p", {}, ...runs()));
  }

  addItem(block) {
    const before = this.points.lastIndexOf("\n", block.start_char - 1);
    const marker = this.points.slice(before + 1, block.start_char).join("");
    const depth = Math.min(Math.max(1, block.level), this.openLists.length + 1);
    const runs = this.runs(block.start_char, block.end_char);
    this.openLists.length = Math.min(this.openLists.length, depth);
    const open = this.openLists[depth - 1];
    if (open && marker && !marker.trim()) {
      // Indented without a marker: a further paragraph of the item before.
      open.lastElementChild.append(element("p", {}, ...runs));
      return;
    }
    const number = NUMBERED.exec(marker.trim())?.[1];
    const tag = number ? "ol" : "ul";
    if (open && open.localName !== tag) this.openLists.pop();
    if (this.openLists.length < depth) {
      const list = element(tag, { start: number && number !== "1" ? number : null });
      const outer = this.openLists.at(-1);
      if (outer) outer.lastElementChild.append(list);
      else this.elements.push(list);
      this.openLists.push(list);
    }
    this.openLists.at(-1).append(element("li", {}, ...runs));
  }

  table(block) {
    const table = element("table");
    for (const [start, end] of this.split(block.start_char, block.end_char, "\n")) {
      const tag = table.rows.length ? "td" : "th";
      const cells = this.split(start, end, " | ");
      table.append(element("tr", {}, ...cells.map((cell) => element(tag, {}, ...this.runs(...cell)))));
    }
    return element("div", { class: "table", role: "region", "aria-label": "Table", tabindex: 0 }, table);
  }

  split(start, end, border) {
    const spans = [];
    for (const piece of this.points.slice(start, end).join("").split(border)) {
      const length = Array.from(piece).length;
      spans.push([start, start + length]);
      start += length + border.length;
    }
    return spans;
  }

  runs(start, end) {
    const from = Math.min(Math.max(start, this.highlight.start_char), end);
    const to = Math.max(Math.min(end, this.highlight.end_char), from);
    const text = (left, right) => this.points.slice(left, right).join("");
    if (from === to) return [text(start, end)];
    const mark = element("mark", { id: this.marked ? null : "quote" }, text(from, to));
    this.marked = true;
    return [text(start, from), mark, text(to, end)];
  }
}
