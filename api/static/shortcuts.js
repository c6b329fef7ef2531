// Single keys that act while nothing is being typed. They are listed in the drawer's dialog, where
// they can be switched off (WCAG 2.2, 2.1.4).

const dialog = document.getElementById("shortcuts");
const toggle = document.getElementById("shortcuts-on");
const KEY = "footnote shortcuts";

// `actions` maps a key to what it does.
export function listenForShortcuts(actions, store) {
  toggle.checked = store?.getItem(KEY) !== "off";
  toggle.addEventListener("change", () => store?.setItem(KEY, toggle.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!toggle.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog:modal")) return;
    const act = event.key === "?" ? showShortcuts : actions[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("#shortcuts-close")) dialog.close();
  });
}

export function showShortcuts() {
  dialog.showModal();
}
