// The list of documents, narrowed down by words of their titles as they are typed.

const field = document.getElementById("filter");
const found = document.getElementById("found");
const rows = [...document.querySelectorAll("#titles > li")];
const titles = rows.map((row) => plain(row.dataset.title));

// Without accents and capitals: "cafe" finds "Café".
function plain(text) {
  return text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}

function narrow() {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, place) => {
    const fits = words.every((word) => titles[place].includes(word));
    row.hidden = !fits;
    count += fits ? 1 : 0;
  });
  const all = `${rows.length} ${rows.length === 1 ? "document" : "documents"}`;
  if (!words.length) found.textContent = all;
  else found.textContent = count ? `${count} of ${all}` : "No title has these words.";
}

field?.addEventListener("input", narrow);
addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== field) {
    event.preventDefault();
    field?.focus();
  }
});
if (field?.value) narrow(); // the browser has restored what was typed
