// The drawer: conversations from before, and what concerns the page as a whole.

import { announce } from "./announcer.js";
import { element } from "./elements.js";

const drawer = document.getElementById("drawer");
const list = document.getElementById("past");
const empty = document.getElementById("past-empty");
const clearing = document.getElementById("clearing");
const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

// `open(id)` shows a conversation; `removed(ids)` is told of those that are gone.
export function makeDrawer(conversations, { current, open, removed }) {
  const opener = document.getElementById("menu");

  function show() {
    fill();
    drawer.showModal();
    opener.setAttribute("aria-expanded", "true");
  }

  function fill() {
    const all = conversations.all();
    list.replaceChildren(...all.map(item));
    empty.hidden = all.length > 0;
    clearing.hidden = all.length < 1;
    clearing.replaceChildren(clearButton(all.length));
  }

  function item(conversation) {
    const title = conversation.turns[0].question;
    const count = conversation.turns.length;
    const about = `${count} ${count === 1 ? "question" : "questions"} · ${when.format(conversation.changed)}`;
    const go = element(
      "button",
      {
        type: "button",
        class: "past-open",
        "aria-current": conversation.id === current() ? "true" : null,
      },
      element("span", { class: "past-title", dir: "auto" }, title),
      element("span", { class: "past-about" }, about),
    );
    go.addEventListener("click", () => {
      drawer.close();
      open(conversation.id);
    });
    const remove = element(
      "button",
      { type: "button", class: "past-remove", "aria-label": `Delete “${title}”`, title: "Delete" },
      "×",
    );
    const row = element("li", {}, go, remove);
    remove.addEventListener("click", () => {
      conversations.remove(conversation.id);
      removed([conversation.id]);
      row.replaceChildren(...undoElements(conversation, row));
      row.querySelector("button").focus();
      announce("Deleted.");
    });
    return row;
  }

  function undoElements(conversation, row) {
    const undo = element("button", { type: "button", class: "quiet" }, "Undo");
    undo.addEventListener("click", () => {
      conversations.restore(conversation);
      const again = item(conversation);
      row.replaceWith(again);
      again.querySelector("button").focus();
    });
    return [element("span", { class: "past-gone" }, "Deleted"), undo];
  }

  function clearButton(count) {
    const button = element("button", { type: "button", class: "quiet" }, "Delete all");
    button.addEventListener("click", () => {
      const sure = element("button", { type: "button", class: "quiet" }, "Delete for good");
      const keep = element("button", { type: "button", class: "quiet" }, "Keep");
      sure.addEventListener("click", () => {
        const ids = conversations.all().map((each) => each.id);
        conversations.clear();
        removed(ids);
        fill();
        announce("All conversations are deleted.");
        document.getElementById("drawer-close").focus();
      });
      keep.addEventListener("click", () => {
        clearing.replaceChildren(clearButton(count));
        clearing.querySelector("button").focus();
      });
      const many = count === 1 ? "The one conversation?" : `All ${count} conversations?`;
      clearing.replaceChildren(element("span", {}, many), sure, keep);
      keep.focus();
    });
    return button;
  }

  opener.addEventListener("click", show);
  drawer.addEventListener("close", () => opener.setAttribute("aria-expanded", "false"));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer || event.target.closest("#drawer-close")) drawer.close();
  });
  return { show, close: () => drawer.close() };
}
