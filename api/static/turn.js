// One question with what became of it: being worked on, answered, stopped or failed.

import { answerActions } from "./actions.js";
import { announce } from "./announcer.js";
import { answerParts, settle, spoken } from "./answer.js";
import { textElements } from "./cited_text.js";
import { element } from "./elements.js";
import { Problem } from "./service.js";
import { isOutside } from "./source_links.js";

const SLOW_AFTER_MS = 5000;
const LONG = 160; // characters of a question that is no longer set as a headline
const SLOW = "Still searching. This one takes a little longer…";
const STAGES = {
  searching: "Searching the guide…",
  reading: "Reading what was found…",
  writing: "Writing, and checking each sentence…",
};

export class Turn {
  // `retry` is called when the reader asks for another try.
  constructor(question, retry) {
    this.question = question;
    this.retry = retry;
    this.element = element(
      "article",
      { class: "turn" },
      element("h2", { class: question.length > LONG ? "question long" : "question", dir: "auto" }, question),
    );
  }

  work() {
    this.growing = { text: "", sentences: [], citations: [] };
    this.body = null;
    this.working = element("p", { class: "working" }, STAGES.searching);
    this.element.append(this.working);
    announce(STAGES.searching);
    this.slow = setTimeout(() => {
      if (this.body) return; // sentences are arriving
      this.working.textContent = SLOW;
      announce(SLOW);
    }, SLOW_AFTER_MS);
  }

  // What the server tells before the answer is whole.
  get heard() {
    return {
      status: ({ stage }) => {
        if (STAGES[stage] && this.working.textContent !== SLOW) this.working.textContent = STAGES[stage];
      },
      citation: (citation) => this.growing.citations.push(citation),
      sentence: (sentence) => this.hear(sentence),
    };
  }

  // What all sentences have `added`, one after the other, is the answer's text.
  hear({ added, ...sentence }) {
    this.growing.sentences.push(sentence);
    this.growing.text += added;
    settle(this.answerBody(), textElements(this.growing));
  }

  finish(answer, { quietly = false } = {}) {
    this.rest();
    if (answer.standalone_question !== answer.question) this.readAs(answer.standalone_question);
    settle(this.answerBody(), answerParts(answer));
    this.element.dataset.status = answer.status;
    this.element.append(answerActions(answer));
    if (!quietly) announce(spoken(answer));
  }

  stop() {
    this.rest();
    announce("Stopped.");
    const kept = this.body ? "You stopped this answer; what stands here was checked." : "You stopped this question.";
    this.trouble(element("p", {}, kept));
  }

  fail(error) {
    this.rest();
    const known = error instanceof Problem;
    const title = known ? error.title : "Something went wrong on this page";
    const detail = known ? told(error) : "Reload the page and ask again.";
    if (!known) console.error(error);
    announce(`${title}. ${detail}`);
    const id = known && error.requestId;
    this.trouble(
      element("p", { class: "label" }, title),
      element("p", { dir: "auto" }, detail),
      error.status === 401 && isOutside ? signInLink() : "",
      id ? element("p", { class: "request-id" }, "Request id ", element("code", {}, id)) : "",
    );
    if (error.retryAfter) this.holdRetry(error.retryAfter);
  }

  // A question whose answer never came, found in an earlier conversation.
  unanswered() {
    this.trouble(element("p", {}, "This question was not answered."));
  }

  rest() {
    clearTimeout(this.slow);
    this.working?.remove();
  }

  readAs(standalone) {
    const said = element("p", { class: "read-as" }, "Understood as: ", element("bdi", {}, standalone));
    this.element.querySelector(".question").after(said);
  }

  answerBody() {
    if (!this.body) {
      this.body = element("div", { class: "answer" });
      if (this.working?.isConnected) this.working.before(this.body);
      else this.element.append(this.body);
    }
    return this.body;
  }

  trouble(...said) {
    const again = element("button", { type: "button", class: "quiet again" }, "Try again");
    const box = element("div", { class: "trouble" }, ...said, again);
    this.element.append(box);
    again.addEventListener("click", () => {
      if (!this.retry()) return;
      box.remove();
      this.body?.remove();
      this.work();
    });
  }

  // The server said when it will have room again: until then a try would only be refused.
  holdRetry(seconds) {
    const again = this.element.querySelector(".again");
    const until = Date.now() + Math.min(seconds, 600) * 1000;
    again.disabled = true;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      again.disabled = left > 0;
      again.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
      if (left > 0) setTimeout(tick, 250);
    };
    tick();
  }
}

// The server's own words on a missing key are for programs.
function told(error) {
  return error.status === 401 ? "Only readers who have a key can ask here." : error.message;
}

function signInLink() {
  const link = element("a", { href: "./", target: "_blank", rel: "noopener" }, "Sign in on Footnote’s own page");
  return element("p", {}, link);
}
