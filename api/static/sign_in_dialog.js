// Where a key is given when the server wants one. It becomes a cookie that no script can read.

import { element } from "./elements.js";
import { events, post, send, valueOf } from "./service.js";

const dialog = document.getElementById("signin");
const form = document.getElementById("signin-form");
const field = document.getElementById("signin-key");
const why = document.getElementById("signin-why");
const said = document.getElementById("signin-said");

// `signedIn()` is called once a key was taken.
export function offerSignIn(signedIn) {
  events.addEventListener("signin", () => {
    show("You are not signed in any more. Give your key to go on; what you have asked stays.");
  });
  document.getElementById("sign-in")?.addEventListener("click", () => {
    document.getElementById("drawer").close();
    show("With a key you read what is not for everybody. Whoever runs this guide gives you one.");
  });
  document.getElementById("signin-close").addEventListener("click", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.replaceChildren();
    const key = field.value.trim();
    if (!key) return field.focus();
    try {
      const response = await post("v1/session", { key });
      if (!response.ok) await valueOf(response);
      field.value = "";
      dialog.close();
      signedIn();
    } catch (error) {
      said.replaceChildren(
        element("strong", {}, error.title ?? "That did not work"),
        ` ${error.message}`,
        error.requestId ? element("span", { class: "request-id" }, ` Request id ${error.requestId}`) : "",
      );
      field.select();
    }
  });
}

function show(reason) {
  if (dialog.open) return;
  why.textContent = reason;
  dialog.showModal();
  field.focus();
}

export async function signOut() {
  const response = await send("v1/session", { method: "DELETE" });
  if (!response.ok && response.status !== 401) await valueOf(response);
}
