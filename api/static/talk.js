// A conversation: its questions asked one at a time, the turns before sent along with each.

import { ask } from "./asking.js";
import { Turn } from "./turn.js";

export class Talk {
  // `list` holds the turns. `changed(turns)` is called when a turn or its answer is new,
  // `busy(isBusy)` when work begins and ends.
  constructor(list, { turnsSent, changed, busy }) {
    this.list = list;
    this.turnsSent = turnsSent;
    this.changed = changed;
    this.busy = busy;
    this.turns = []; // {question, answer, verdict}; answer is null until it has come
    this.waiting = null; // the AbortController of the question being answered
  }

  put(question) {
    if (this.waiting) return;
    const kept = { question, answer: null };
    this.turns.push(kept);
    const turn = this.add(kept);
    turn.element.scrollIntoView({ block: "start" });
    turn.work();
    this.answer(turn, kept);
  }

  // Shows a conversation from before.
  show(turns) {
    this.clear();
    this.turns = turns;
    for (const kept of turns) {
      const turn = this.add(kept);
      if (kept.answer) turn.finish(kept.answer, { quietly: true });
      else turn.unanswered();
    }
    this.list.lastElementChild?.scrollIntoView({ block: "start", behavior: "instant" });
  }

  clear() {
    this.stop();
    this.turns = [];
    this.list.replaceChildren();
  }

  stop() {
    this.waiting?.abort();
    this.waiting = null;
  }

  add(kept) {
    const turn = new Turn(kept.question, () => {
      if (this.waiting) return false;
      queueMicrotask(() => this.answer(turn, kept));
      return true;
    });
    this.list.append(turn.element);
    return turn;
  }

  async answer(turn, kept) {
    const mine = new AbortController();
    this.waiting = mine;
    this.changed(this.turns);
    this.busy(true);
    try {
      const before = this.turns.slice(0, this.turns.indexOf(kept));
      const answer = await ask(kept.question, this.history(before), {
        signal: mine.signal,
        heard: turn.heard,
      });
      kept.answer = answer;
      turn.finish(answer);
      if (turn.element.isConnected) this.changed(this.turns);
    } catch (error) {
      if (!turn.element.isConnected) turn.rest();
      else if (error.name === "AbortError") turn.stop();
      else turn.fail(error);
    } finally {
      if (this.waiting === mine || !this.waiting) {
        this.waiting = null;
        this.busy(false);
      }
    }
  }

  history(turns) {
    const said = turns
      .filter((turn) => turn.answer)
      .flatMap(({ question, answer }) => [
        { role: "user", content: question },
        { role: "assistant", content: answer.text || answer.reason },
      ]);
    return this.turnsSent ? said.slice(-this.turnsSent) : [];
  }
}
