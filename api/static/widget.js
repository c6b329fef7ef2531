// Footnote on another website: a button, and a chat in a sandboxed frame when it is pressed.
//
//   <script src="https://footnote.example/widget.js" data-title="Ask our docs" async></script>
//
// data-title     what stands above the chat        data-theme     auto, light or dark
// data-label     what stands on the button         data-position  right or left
//
// The button lives in a shadow tree, so that the page's styles don't reach it, nor its styles the
// page. Nothing is asked of Footnote's server before the button is pressed.

(() => {
  const script = document.currentScript;
  const home = new URL(".", script.src);
  const { title = "Ask the guide", label = "Ask", theme = "auto", position = "right" } = script.dataset;
  const LOADED_WITHIN_MS = 20_000;
  const READY_WITHIN_MS = 3000; // of being loaded; a browser also loads its page of refusal
  const PHONE = "(max-width: 30rem)";
  const REFUSED =
    `The chat can’t be shown on ${location.origin}. Its owner has to name this website in ` +
    "FOOTNOTE_WIDGET_ORIGINS.";
  const STYLE = `
    :host { all: initial; position: fixed; z-index: 2147483000; inset: auto 0 0 auto; color-scheme: light dark; }
    :host([data-theme="light"]) { color-scheme: light; }
    :host([data-theme="dark"]) { color-scheme: dark; }
    .open, .box { position: fixed; bottom: 1.25rem; right: 1.25rem; box-sizing: border-box; }
    .left .open, .left .box { right: auto; left: 1.25rem; }
    .open {
      max-width: calc(100vw - 2.5rem); padding: 0.75em 1.25em; border: 0; border-radius: 2em;
      background: light-dark(#97301f, #f0957c); color: light-dark(#fbf8f1, #171411);
      font: 600 15px/1.3 system-ui, sans-serif; cursor: pointer;
      box-shadow: 0 2px 6px #0003, 0 8px 28px #0003;
    }
    .open:hover { filter: brightness(1.1); }
    .open:focus-visible { outline: 3px solid light-dark(#97301f, #f0957c); outline-offset: 3px; }
    .box {
      width: min(25rem, calc(100vw - 2.5rem)); height: min(40rem, calc(100dvh - 2.5rem));
      border: 1px solid light-dark(#ddd4c3, #3b342b); border-radius: 14px; overflow: hidden;
      background: light-dark(#fffefa, #201c18); color: light-dark(#221d16, #ebe4d6);
      font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 4px 12px #0002, 0 16px 48px #0003;
    }
    .box:focus { outline: none; }
    .note { display: flex; justify-content: space-between; gap: 1em; padding: 1.2em 1.5em; }
    .note p { margin: 0; overflow-wrap: anywhere; }
    .note button { align-self: start; padding: 0.2em 0.5em; border: 1px solid; border-radius: 0.5em; background: none; color: inherit; font: inherit; cursor: pointer; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .waiting { visibility: hidden; }
    [hidden] { display: none !important; }
    @media ${PHONE} {
      .box, .left .box { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
    }
    @media print { .open, .box { display: none; } }`;

  let frame = null;
  let isReady = false;

  const made = (tag, attributes) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const host = made("footnote-widget", { "data-theme": theme });
  const shadow = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  shadow.adoptedStyleSheets = [sheet];
  const root = made("div", { class: position === "left" ? "left" : "right" });
  const button = made("button", { type: "button", class: "open", "aria-haspopup": "dialog", "aria-expanded": "false" });
  button.textContent = label;
  const box = made("div", { class: "box", role: "dialog", "aria-label": title, "aria-busy": "true", tabindex: "-1" });
  const note = made("div", { class: "note" });
  const said = made("p", { role: "status" });
  const dismiss = made("button", { type: "button" });
  dismiss.textContent = "Close";
  note.append(said, dismiss);
  box.hidden = true;
  box.append(note);
  root.append(button, box);
  shadow.append(root);

  function open() {
    box.hidden = false;
    button.hidden = true;
    button.setAttribute("aria-expanded", "true");
    if (!frame) load();
    if (isReady) enter();
    else box.focus();
  }

  function close() {
    box.hidden = true;
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  function enter() {
    frame.focus();
    tell({ footnote: "open" });
  }

  function load() {
    said.textContent = "Opening the chat…";
    frame = made("iframe", {
      src: new URL("widget", home).href,
      title,
      class: "waiting",
      // Its own origin it keeps, to ask its own server; ours it never gets.
      sandbox: "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox",
      allow: "clipboard-write",
      referrerpolicy: "strict-origin",
    });
    frame.addEventListener("load", () => {
      tell({ footnote: "hello", theme, title });
      setTimeout(giveUp, READY_WITHIN_MS, REFUSED);
    });
    box.append(frame);
    setTimeout(giveUp, LOADED_WITHIN_MS, "The chat can’t be reached just now.");
  }

  function giveUp(why) {
    if (isReady || box.getAttribute("aria-busy") === "false") return;
    box.setAttribute("aria-busy", "false");
    said.textContent = why;
    console.warn(`Footnote: ${why}`);
  }

  function tell(message) {
    frame.contentWindow?.postMessage(message, home.origin);
  }

  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home.origin) return;
    if (event.data?.footnote === "close") close();
    if (event.data?.footnote === "ready" && !isReady) {
      isReady = true;
      note.remove();
      frame.removeAttribute("class");
      box.setAttribute("aria-busy", "false");
      if (!box.hidden) enter();
    }
  });
  button.addEventListener("click", open);
  dismiss.addEventListener("click", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  if (document.body) document.body.append(host);
  else addEventListener("DOMContentLoaded", () => document.body.append(host));
})();
