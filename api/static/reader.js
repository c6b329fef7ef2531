// The document page: scrolls to the quoted words where the browser doesn't know text fragments,
// and opens the contents where there is room beside the text.

const contents = document.getElementById("contents");
const wide = matchMedia("(min-width: 70rem)");

function fit() {
  if (contents) contents.open = wide.matches;
}

fit();
wide.addEventListener("change", fit);
// On a small screen the contents cover the text until a heading was chosen.
contents?.addEventListener("click", (event) => {
  if (event.target.closest("a") && !wide.matches) contents.open = false;
});
if (!location.hash || location.hash === "#quote") {
  document.getElementById("quote")?.scrollIntoView({ block: "start" });
}
