// Elements built without markup: data only ever becomes text nodes.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== ""));
  return made;
}

export function icon(name) {
  return element("span", { class: `icon icon-${name}`, "aria-hidden": "true" });
}

// Title and headings on one line, each named once.
export function sourcePath(source) {
  return pathParts(source).join(" › ");
}

// The same as elements: a part that switches the direction of writing ends at its own border.
export function pathElements(source) {
  return pathParts(source).flatMap((part, index) => [index ? " › " : "", element("bdi", {}, part)]);
}

function pathParts(source) {
  return [...new Set([source.title, ...source.heading_path, ...(source.page ? [source.page] : [])])];
}

// A quote in a few lines of running text: list items follow each other with a bullet between.
export function runningQuote(quote) {
  return quote.replaceAll(/\s*\n\s*[-•]\s+/g, " • ").replaceAll(/\s+/g, " ");
}
