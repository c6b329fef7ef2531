// Where a question is typed: Enter asks, the button stops what is being worked on.

export class Composer {
  // `form` holds #question, #send and #composer-note. `ask(question)` and `stop()` are called.
  constructor(form, { longest, ask, stop }) {
    this.field = form.querySelector("#question");
    this.send = form.querySelector("#send");
    this.note = form.querySelector("#composer-note");
    this.usualNote = [...this.note.childNodes];
    this.longest = longest;
    this.ask = ask;
    this.isBusy = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.isBusy) stop();
      else this.submit();
    });
    this.field.addEventListener("input", () => this.show());
    this.field.addEventListener("keydown", (event) => {
      // While an input method composes a word, Enter accepts the word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.show();
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    this.show();
  }

  // On a touch screen, focus would bring up the keyboard over the answer.
  focus() {
    if (matchMedia("(hover: hover)").matches) this.field.focus({ preventScroll: true });
  }

  submit() {
    if (this.isBusy || this.send.disabled) return;
    const question = this.field.value.trim();
    this.field.value = "";
    this.show();
    this.ask(question);
  }

  show() {
    const length = Array.from(this.field.value.trim()).length;
    const tooLong = length > this.longest;
    this.send.textContent = this.isBusy ? "Stop" : "Ask";
    this.send.disabled = !this.isBusy && (length === 0 || tooLong);
    this.note.classList.toggle("warning", tooLong);
    if (tooLong) {
      const [has, may] = [length, this.longest].map((count) => count.toLocaleString("en-GB"));
      this.note.textContent = `${has} characters; a question may have ${may}.`;
    } else {
      this.note.replaceChildren(...this.usualNote);
    }
    // A field that grows with its text, up to the limit set in the stylesheet.
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}
