/** Longest text of somebody else that is told; names of Kubernetes have at most 253 characters. */
const longest = 600;

/** A text that others wrote, fit to be told: `visibleText`, and what is very long is cut. */
export function plainText(text: string): string {
  return visibleText(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

/**
 * What steers terminals, ends lines or turns text around is put in as a replacement character (U+FFFD); so is half a character, and what
 * XML allows nowhere. Most texts are fit and come back as they are.
 */
export function visibleText(text: string): string {
  return (unsafe.test(text) ? text.replaceAll(everyUnsafe, '\uFFFD') : text).toWellFormed();
}

// oxlint-disable-next-line no-control-regex -- these are the very characters that must not pass
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/;
const everyUnsafe = new RegExp(unsafe.source, 'g');
