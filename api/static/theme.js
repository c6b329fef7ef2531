// Light or dark as the reader chose, before the page is painted; without a choice, as the system.

(() => {
  const KEY = "footnote theme";
  const root = document.documentElement;
  let chosen = "auto";
  try {
    chosen = localStorage.getItem(KEY) ?? "auto";
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply(chosen);
  addEventListener("DOMContentLoaded", () => {
    for (const choice of document.querySelectorAll("input[name=theme]")) {
      choice.checked = choice.value === (root.dataset.theme ?? "auto");
      choice.addEventListener("change", () => {
        apply(choice.value);
        try {
          localStorage.setItem(KEY, choice.value);
        } catch {
          // As above.
        }
      });
    }
  });
})();
