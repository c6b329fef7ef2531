// The chat page: questions in, answers with footnotes out, the conversation sent along.

import { answerElement, spoken } from "./answer.js";
import { element } from "./elements.js";
import { closePanel, openPanel } from "./panel.js";
import { hide as hidePreview, previewCitations } from "./preview.js";
import { ask, Problem } from "./service.js";

const SLOW_AFTER_MS = 5000;
const TURNS_SENT = 20;

const page = document.body;
const conversation = document.getElementById("conversation");
const composer = document.getElementById("composer");
const field = document.getElementById("question");
const send = document.getElementById("send");
const note = document.getElementById("composer-note");
const restart = document.getElementById("restart");
const announcer = document.getElementById("announcer");
const usualNote = [...note.childNodes];
const questionMax = Number(page.dataset.questionMax);
// On a touch screen, focus would bring up the keyboard over the answer.
const typing = matchMedia("(hover: hover)");
const turnsSent = Math.min(TURNS_SENT, Number(page.dataset.historyMax));

let history = [];
let waiting = null; // the AbortController of the question being answered

async function put(question) {
  page.dataset.state = "talking";
  restart.hidden = false;
  const turn = element("article", { class: "turn" }, element("h2", { class: "question" }, question));
  conversation.append(turn);
  turn.scrollIntoView({ block: "start" });
  await answerIn(turn, question);
}

async function answerIn(turn, question) {
  const working = element("p", { class: "working" }, "Searching the guide…");
  turn.append(working);
  announcer.textContent = "Searching the guide…";
  const slow = setTimeout(() => {
    working.textContent = "Still searching. This one takes a little longer…";
    announcer.textContent = working.textContent;
  }, SLOW_AFTER_MS);
  const mine = new AbortController();
  waiting = mine;
  showState();
  try {
    const answer = await ask(question, turnsSent ? history.slice(-turnsSent) : [], mine.signal);
    history.push(
      { role: "user", content: question },
      { role: "assistant", content: answer.text || answer.reason },
    );
    if (answer.standalone_question !== answer.question) {
      turn.append(element("p", { class: "read-as" }, `Understood as: ${answer.standalone_question}`));
    }
    turn.append(answerElement(answer));
    turn.dataset.status = answer.status;
    announcer.textContent = spoken(answer);
  } catch (error) {
    if (error.name === "AbortError") turn.append(stoppedElement(turn, question));
    else turn.append(problemElement(error, turn, question));
  } finally {
    clearTimeout(slow);
    working.remove();
    if (waiting === mine) waiting = null;
    showState();
  }
}

function problemElement(error, turn, question) {
  const known = error instanceof Problem;
  const title = known ? error.title : "Something went wrong on this page";
  const detail = known ? error.message : "Reload the page and ask again.";
  if (!known) console.error(error);
  announcer.textContent = `${title}. ${detail}`;
  const made = element(
    "div",
    { class: "trouble" },
    element("p", { class: "label" }, title),
    element("p", {}, detail),
  );
  if (known && error.requestId) {
    made.append(
      element("p", { class: "request-id" }, "Request id ", element("code", {}, error.requestId)),
    );
  }
  made.append(retryButton(made, turn, question));
  return made;
}

function stoppedElement(turn, question) {
  announcer.textContent = "Stopped.";
  const made = element("div", { class: "trouble" }, element("p", {}, "You stopped this question."));
  made.append(retryButton(made, turn, question));
  return made;
}

function retryButton(trouble, turn, question) {
  const button = element("button", { type: "button", class: "quiet" }, "Try again");
  button.addEventListener("click", () => {
    if (waiting) return;
    trouble.remove();
    if (typing.matches) field.focus({ preventScroll: true });
    answerIn(turn, question);
  });
  return button;
}

function showState() {
  const length = Array.from(field.value.trim()).length;
  const tooLong = length > questionMax;
  send.textContent = waiting ? "Stop" : "Ask";
  send.disabled = !waiting && (length === 0 || tooLong);
  note.classList.toggle("warning", tooLong);
  if (tooLong) {
    const [has, may] = [length, questionMax].map((count) => count.toLocaleString("en-GB"));
    note.textContent = `${has} characters; a question may have ${may}.`;
  } else {
    note.replaceChildren(...usualNote);
  }
  // A field that grows with its text, up to the limit set in the stylesheet.
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function submit() {
  if (waiting || send.disabled) return;
  const question = field.value.trim();
  field.value = "";
  put(question);
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (waiting) waiting.abort();
  else submit();
});
field.addEventListener("input", showState);
field.addEventListener("keydown", (event) => {
  // While an input method composes a word, Enter accepts the word.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
document.getElementById("suggestions")?.addEventListener("click", (event) => {
  const suggestion = event.target.closest(".suggestion");
  if (!suggestion) return;
  put(suggestion.textContent);
  if (typing.matches) field.focus({ preventScroll: true });
});
conversation.addEventListener("click", (event) => {
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
restart.addEventListener("click", () => {
  waiting?.abort();
  closePanel();
  history = [];
  conversation.replaceChildren();
  page.dataset.state = "empty";
  restart.hidden = true;
  announcer.textContent = "A new conversation.";
  field.focus();
});
previewCitations(conversation);
showState();
