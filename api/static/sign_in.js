// Swaps a key for a session. The key itself is kept nowhere in the browser.

const main = document.querySelector("main");
const form = document.getElementById("sign-in");
const field = document.getElementById("key");
const fault = document.getElementById("fault");
const address = `${main.dataset.root}v1/session`;
const accept = { Accept: "application/json" };

// A link from another site comes without our cookie, however well one is signed in. Opened from
// here the same address comes with it.
async function openIfSignedIn() {
  if (main.dataset.status !== "401") return;
  const response = await fetch(address, { headers: accept });
  if (response.ok) open();
}

function open() {
  // The same address with a fragment would only scroll.
  if (location.hash) location.reload();
  else location.replace(location.href);
}

async function signIn(key) {
  const response = await fetch(address, {
    method: "POST",
    headers: { ...accept, "Content-Type": "application/json" },
    body: JSON.stringify({ key }),
  });
  if (response.ok) return null;
  const problem = await response.json();
  return problem.detail ?? `The server answered with status ${response.status}.`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = field.value.trim();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const said = key ? await signIn(key) : "Paste your key first.";
    if (said === null) open();
    fault.textContent = said ?? "";
  } catch {
    fault.textContent = "Footnote can’t be reached. Check that you are connected.";
  }
  button.disabled = false;
  if (fault.textContent) field.focus();
});

openIfSignedIn().catch(() => {});
field.focus();
