// An answer with its sources, to paste elsewhere: as plain text and as Markdown.

import { runningQuote, sourcePath } from "./elements.js";
import { stretches } from "./fences.js";
import { pageOf } from "./service.js";

export function asText(answer) {
  const sources = answer.citations.map(
    (source) =>
      `[${source.number}] ${sourcePath(source)}\n    “${runningQuote(source.quote)}”\n    ${linkTo(source)}`,
  );
  const text = Array.from(stretches(answer.text), ({ line, held }) => line ?? held).join("\n");
  return joined([answer.question, text, note(answer), ...heading("Sources", sources)]);
}

export function asMarkdown(answer) {
  const text = Array.from(stretches(answer.text), ({ line, held, fence }) => {
    if (fence) return [fence, held, fence].join("\n");
    const [, marker, words] = /^(\s*(?:[-•]|\d+\.)\s+)?(.*)$/.exec(line);
    return (marker ?? "") + escaped(words);
  }).join("\n");
  const sources = answer.citations.map(
    (source) =>
      `${source.number}. [${escaped(sourcePath(source))}](<${linkTo(source)}>): ` +
      `“${escaped(runningQuote(source.quote))}”`,
  );
  return joined([
    `**${escaped(answer.question.replaceAll(/\s+/g, " "))}**`,
    text,
    escaped(note(answer)),
    ...heading("Sources", sources),
  ]);
}

function note(answer) {
  // An abstention's text is its reason.
  return answer.reason && answer.reason !== answer.text ? answer.reason : "";
}

function heading(title, lines) {
  return lines.length ? [`${title}:`, lines.join("\n")] : [];
}

function joined(blocks) {
  return `${blocks.filter(Boolean).join("\n\n")}\n`;
}

function linkTo(source) {
  const url = /^https?:\/\//.test(source.url ?? "") ? source.url : new URL(pageOf(source), document.baseURI).href;
  return url.replaceAll(/[<>\s]/g, encodeURIComponent);
}

// A document's words stay words: no image, link or tag of theirs comes alive where they are pasted.
function escaped(text) {
  return text
    .replaceAll(/[\\`*_[\]<>!|~#&]/g, "\\$&")
    .replace(/^(\s*)([-+>=]|\d+(?=[.)]))/, (all, space, mark) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );
}
