// A citation's quote, shown beside it while it is pointed at or focused.

import { element, runningQuote, sourcePath } from "./elements.js";

const preview = document.getElementById("preview");
const GAP = 8;
const LEAVING_MS = 150;
let shownFor = null;
let going = 0;

export function previewCitations(conversation) {
  conversation.addEventListener("pointerover", (event) => {
    const link = event.target.closest?.("a.cite");
    if (link && event.pointerType !== "touch") show(link);
  });
  conversation.addEventListener("pointerout", (event) => {
    if (event.target.closest?.("a.cite")) hideSoon();
  });
  // A reader may go over to the preview itself, to read it magnified or to copy from it.
  preview.addEventListener("pointerover", () => clearTimeout(going));
  preview.addEventListener("pointerout", hideSoon);
  conversation.addEventListener("focusin", (event) => {
    if (event.target.matches("a.cite:focus-visible")) show(event.target);
  });
  conversation.addEventListener("focusout", hide);
  addEventListener("scroll", hide, { passive: true });
}

// True when there was one to hide, so that Esc closes one thing at a time.
export function hide() {
  clearTimeout(going);
  if (!shownFor) return false;
  shownFor.removeAttribute("aria-describedby");
  noteOf(shownFor)?.classList.remove("pointed-at");
  shownFor = null;
  preview.hidden = true;
  return true;
}

function hideSoon() {
  clearTimeout(going);
  going = setTimeout(hide, LEAVING_MS);
}

function show(link) {
  clearTimeout(going);
  if (link === shownFor) return;
  hide();
  shownFor = link;
  link.setAttribute("aria-describedby", "preview");
  noteOf(link)?.classList.add("pointed-at");
  preview.replaceChildren(
    element("q", {}, runningQuote(link.source.quote)),
    element("span", { class: "preview-path" }, sourcePath(link.source)),
  );
  preview.hidden = false;
  const at = link.getBoundingClientRect();
  const box = preview.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, at.left - box.width / 3), innerWidth - box.width - GAP);
  const above = at.top - box.height - GAP;
  preview.style.left = `${left}px`;
  preview.style.top = `${above < GAP ? at.bottom + GAP : above}px`;
}

function noteOf(link) {
  return link.closest(".turn")?.querySelector(`.notes li[data-number="${link.dataset.number}"]`);
}
