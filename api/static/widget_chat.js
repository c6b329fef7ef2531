// The chat inside the frame that widget.js makes on another website. It asks as anybody could,
// never with the rights of whoever is signed in here, and keeps its conversation for the tab only.

import { announce } from "./announcer.js";
import { Composer } from "./composer.js";
import { storageOf } from "./conversations.js";
import { hide as hidePreview, previewCitations } from "./preview.js";
import { events } from "./service.js";
import { Talk } from "./talk.js";

const TURNS_SENT = 20;
const MOST_TITLE = 80;
const page = document.body;
const list = document.getElementById("conversation");
const restart = document.getElementById("restart");
const allowed = page.dataset.origins.split(" ");
const store = storageOf("sessionStorage");
const KEPT = `footnote ${location.pathname} widget`;
let host = null; // the origin of the website around this frame, once it has said hello

const talk = new Talk(list, {
  turnsSent: Math.min(TURNS_SENT, Number(page.dataset.historyMax)),
  changed: (turns) => {
    keep(turns);
    showTalking(true);
  },
  busy: (isBusy) => composer.busy(isBusy),
});
const composer = new Composer(document.getElementById("composer"), {
  longest: Number(page.dataset.questionMax),
  ask: (question) => put(question),
  stop: () => talk.stop(),
});

function put(question) {
  showTalking(true);
  talk.put(question);
}

function begin() {
  talk.clear();
  store?.removeItem(KEPT);
  showTalking(false);
  announce("A new conversation.");
  composer.field.focus();
}

function showTalking(isTalking) {
  page.dataset.state = isTalking ? "talking" : "empty";
  restart.hidden = !isTalking;
}

function keep(turns) {
  try {
    store?.setItem(KEPT, JSON.stringify(turns));
  } catch {
    store.removeItem(KEPT); // no room: this conversation ends with its page
  }
}

function kept() {
  try {
    return JSON.parse(store?.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function tell(message) {
  if (host) parent.postMessage({ footnote: message }, host);
}

// Only the window around this frame is heard, and only when it shows a website that may.
addEventListener("message", (event) => {
  if (event.source !== parent || !allowed.includes(event.origin)) return;
  const { footnote: message, theme, title } = event.data ?? {};
  if (message === "hello") {
    host = event.origin;
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    if (typeof title === "string" && title.trim()) {
      document.getElementById("title").textContent = title.trim().slice(0, MOST_TITLE);
    }
    tell("ready");
  }
  if (message === "open") composer.field.focus();
});

for (const link of document.querySelectorAll("#suggestions .suggestion")) {
  link.addEventListener("click", () => {
    put(link.textContent);
    composer.focus();
  });
}
list.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link?.source) return;
  event.preventDefault();
  open(link.href, "_blank", "noopener");
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !hidePreview()) tell("close");
});
document.getElementById("close").addEventListener("click", () => tell("close"));
restart.addEventListener("click", begin);
events.addEventListener("verdict", () => keep(talk.turns));
previewCitations(list);
const before = kept();
if (before.length) {
  showTalking(true);
  talk.show(before);
}
