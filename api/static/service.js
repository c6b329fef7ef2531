// The API, as the page uses it. Addresses are relative: the page may live below a path.

export class Problem extends Error {
  constructor(title, detail, { status = 0, requestId = null, retryAfter = 0 } = {}) {
    super(detail);
    this.title = title;
    this.status = status;
    this.requestId = requestId;
    this.retryAfter = retryAfter; // seconds
  }
}

// "signin" when the server wants a key: the page shows where to give one. "verdict" when a reader
// has said what they think of an answer.
export const events = new EventTarget();
// A frame on another site never uses a signed-in reader's rights: see widget_chat.js.
const credentials = document.body.dataset.credentials ?? "same-origin";
const RECENT_MS = 60_000;
const documents = new Map();

export async function readDocument(id) {
  // "no-cache" asks whether it has changed; within a minute one reading is enough.
  const known = documents.get(id);
  if (known && Date.now() - known.at < RECENT_MS) return known.document;
  const document = await valueOf(
    await send(`v1/documents/${encodeURIComponent(id)}`, { headers: { Accept: "application/json" } }),
  );
  documents.set(id, { document, at: Date.now() });
  return document;
}

export async function sendFeedback(answerId, verdict, reason) {
  const body = reason ? { verdict, reason } : { verdict };
  const response = await post(`v1/answers/${encodeURIComponent(answerId)}/feedback`, body);
  if (!response.ok) await valueOf(response);
}

export function pageOf(source) {
  const id = encodeURIComponent(source.document_id);
  return `v1/documents/${id}?start=${source.start_char}&end=${source.end_char}#quote`;
}

export function post(address, body, accept = "application/json", signal = undefined) {
  return send(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: accept },
    body: JSON.stringify(body),
    signal,
  });
}

export async function send(address, options) {
  try {
    return await fetch(address, { ...options, credentials });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(
      navigator.onLine ? "Footnote can’t be reached" : "You are offline",
      navigator.onLine
        ? "The server did not answer. Check that it is running and that you are connected."
        : "Your question is kept here. Ask again when you are connected.",
    );
  }
}

// The JSON of a response; a response that says what went wrong is thrown as a Problem.
export async function valueOf(response) {
  let value;
  try {
    value = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(
      "The answer can’t be read",
      "What arrived is not what Footnote sends; something between may have changed it.",
      { requestId: response.headers.get("X-Request-Id") },
    );
  }
  if (!response.ok) throw problemOf(value, response);
  return value;
}

export function problemOf(value, response) {
  const status = value.status ?? response.status;
  if (status === 401) events.dispatchEvent(new Event("signin"));
  return new Problem(
    value.title ?? "The request failed",
    value.detail ?? `The server answered with status ${status}.`,
    {
      status,
      requestId: value.request_id ?? response.headers.get("X-Request-Id"),
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
    },
  );
}
