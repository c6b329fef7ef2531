// The chat page: puts its parts together, and keeps the conversation that is open.

import { announce } from "./announcer.js";
import { Composer } from "./composer.js";
import "./connection.js";
import { Conversations, storageOf } from "./conversations.js";
import { makeDrawer } from "./drawer.js";
import { closePanel, openPanel } from "./panel.js";
import { hide as hidePreview, previewCitations } from "./preview.js";
import { events } from "./service.js";
import { listenForShortcuts, showShortcuts } from "./shortcuts.js";
import { offerSignIn, signOut } from "./sign_in_dialog.js";
import { Talk } from "./talk.js";

const TURNS_SENT = 20;
const OPEN = "#conversation-";

const page = document.body;
const list = document.getElementById("conversation");
const restart = document.getElementById("restart");
const store = storageOf("localStorage");
const conversations = new Conversations(store, `${location.pathname} ${page.dataset.reader}`);
let open = null; // the id of the conversation that is shown

const talk = new Talk(list, {
  turnsSent: Math.min(TURNS_SENT, Number(page.dataset.historyMax)),
  changed: (turns) => {
    open ??= newId();
    conversations.save(open, turns);
    history.replaceState(null, "", OPEN + open);
    showTalking(true);
  },
  busy: (isBusy) => composer.busy(isBusy),
});
const composer = new Composer(document.getElementById("composer"), {
  longest: Number(page.dataset.questionMax),
  ask: (question) => put(question),
  stop: () => talk.stop(),
});
const drawer = makeDrawer(conversations, {
  current: () => open,
  open: (id) => show(conversations.get(id)),
  removed: (ids) => {
    if (ids.includes(open)) begin();
  },
});

function put(question) {
  showTalking(true);
  talk.put(question);
}

function show(conversation) {
  if (!conversation) return begin();
  closePanel();
  open = conversation.id;
  history.replaceState(null, "", OPEN + open);
  showTalking(true);
  talk.show(conversation.turns);
  const count = conversation.turns.length;
  announce(`The conversation has ${count} ${count === 1 ? "question" : "questions"}.`);
}

function begin() {
  talk.clear();
  closePanel();
  open = null;
  history.replaceState(null, "", location.pathname + location.search);
  showTalking(false);
  announce("A new conversation.");
}

function beginAndType() {
  begin();
  composer.field.focus();
}

function showTalking(isTalking) {
  page.dataset.state = isTalking ? "talking" : "empty";
  restart.hidden = !isTalking;
}

function newId() {
  // randomUUID is missing where the page is served without TLS to another machine.
  const bytes = crypto.getRandomValues(new Uint8Array(9));
  return Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("");
}

document.getElementById("suggestions")?.addEventListener("click", (event) => {
  const suggestion = event.target.closest(".suggestion");
  if (!suggestion) return;
  put(suggestion.textContent);
  composer.focus();
});
list.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  // With a modifier key it is an ordinary link, and opens the page in a new tab.
  if (!link?.source || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  hidePreview();
  openPanel(link.source, link);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !hidePreview()) closePanel();
});
restart.addEventListener("click", beginAndType);
document.getElementById("show-shortcuts").addEventListener("click", () => {
  drawer.close();
  showShortcuts();
});
document.getElementById("sign-out")?.addEventListener("click", async (event) => {
  try {
    await signOut();
  } catch (error) {
    event.target.textContent = error.message;
    return;
  }
  // The next reader on this computer may not have the same rights.
  conversations.clear();
  location.replace(location.pathname);
});
document.getElementById("kept").hidden = conversations.isKept;
listenForShortcuts(
  {
    "/": () => composer.field.focus(),
    n: beginAndType,
    c: () => drawer.show(),
    d: () => location.assign("documents"),
  },
  store,
);
events.addEventListener("verdict", () => conversations.save(open, talk.turns));
offerSignIn(() => location.reload());
previewCitations(list);
if (location.hash.startsWith(OPEN)) show(conversations.get(location.hash.slice(OPEN.length)));
