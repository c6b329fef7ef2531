// A question to the server. The answer streams in where the server streams, and comes whole where
// it doesn't.

import { eventsOf } from "./event_stream.js";
import { post, Problem, problemOf, valueOf } from "./service.js";

const ACCEPTED = "text/event-stream, application/json;q=0.9";

// Resolves to the whole answer. `heard` is told of what comes before it: status(stage),
// sentence(sentence) and citation(citation). Rejects with a Problem, or AbortError when stopped.
export async function ask(question, history, { signal, heard }) {
  const response = await post("v1/ask", { question, history }, ACCEPTED, signal);
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("text/event-stream")) return valueOf(response);
  return answerOf(response, heard);
}

async function answerOf(response, heard) {
  const requestId = response.headers.get("X-Request-Id");
  try {
    for await (const { event, data } of eventsOf(response.body)) {
      const value = JSON.parse(data);
      if (event === "done") return value;
      if (event === "error") throw problemOf(value, response);
      heard[event]?.(value);
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Problem) throw error;
    console.warn("Footnote: the stream broke off.", error);
  }
  throw new Problem(
    "The answer broke off",
    "The connection ended before the answer was whole. Ask again.",
    { requestId },
  );
}
