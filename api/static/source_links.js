// Where a link to a source leads: our own page of the document, or, from a frame on another site,
// the document's public address at the quoted words.

import { pageOf } from "./service.js";

export const isOutside = document.body.dataset.sources === "outside";

export function addressOf(source) {
  if (isOutside && /^https?:\/\//.test(source.url)) return source.url;
  return pageOf(source);
}
