// The API, as the page uses it. Addresses are relative: the page may live below a path.

export class Problem extends Error {
  constructor(title, detail, requestId = null) {
    super(detail);
    this.title = title;
    this.requestId = requestId;
  }
}

const documents = new Map();

export function ask(question, history, signal) {
  return request("v1/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ question, history }),
    signal,
  });
}

export async function readDocument(id) {
  // "no-cache" asks whether it has changed; within a minute one reading is enough.
  const known = documents.get(id);
  if (known && Date.now() - known.at < 60_000) return known.document;
  const document = await request(`v1/documents/${encodeURIComponent(id)}`, {
    headers: { Accept: "application/json" },
  });
  documents.set(id, { document, at: Date.now() });
  return document;
}

export function pageOf(source) {
  const id = encodeURIComponent(source.document_id);
  return `v1/documents/${id}?start=${source.start_char}&end=${source.end_char}#quote`;
}

async function request(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(
      "Footnote can’t be reached",
      "The server did not answer. Check that it is running and that you are connected.",
    );
  }
  const requestId = response.headers.get("X-Request-Id");
  let value;
  try {
    value = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(
      "The answer can’t be read",
      "What arrived is not what Footnote sends; something between may have changed it.",
      requestId,
    );
  }
  if (!response.ok) {
    throw new Problem(
      value.title ?? "The request failed",
      value.detail ?? `The server answered with status ${response.status}.`,
      value.request_id ?? requestId,
    );
  }
  return value;
}
