// Code and tables within an answer's text: lines of their own between two fences of backticks, as
// rag/fences.py writes them.

const FENCE = /^`{3,}$/;

// The text's lines in order, and in place of a fence and what it holds: all of it, as one.
export function* stretches(text) {
  const lines = text.split("\n");
  let at = 0;
  for (let place = 0; place < lines.length; place++) {
    const line = lines[place];
    const end = FENCE.test(line) ? lines.indexOf(line, place + 1) : -1;
    if (end < 0) {
      yield { line, at };
      at += line.length + 1;
      continue;
    }
    const held = lines.slice(place + 1, end).join("\n");
    yield { held, at: at + line.length + 1, fence: line };
    at += 2 * (line.length + 1) + held.length + 1;
    place = end;
  }
}
