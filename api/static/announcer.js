// What a screen reader is told: one live region, one finished thing at a time.

const region = document.getElementById("announcer");

export function announce(text) {
  region.textContent = text;
}
