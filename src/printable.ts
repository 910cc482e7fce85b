/**
 * Characters that change how a line is shown or where it ends: controls but the tab (also C1), line and paragraph
 * separators, halves of surrogate pairs, and marks that turn the direction of writing (Unicode 15, Bidi_Control without
 * the plain marks LRM, RLM and ALM).
 */
const UNPRINTABLE = /(?!\t)[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu

/** Whether a text holds characters that end a line, move the cursor or hide what is beside them. */
export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0
}

/** A text of one line as it can be shown anywhere: each unprintable character as the escape that JSON has for it. */
export function printableText(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf)
}

/** A text of several lines: line breaks stay. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) => (character === '\n' ? character : escapeOf(character)))
}

const escapeOf = (character: string): string =>
  ({ '\n': '\\n', '\r': '\\r' })[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** An address of the web: `https://...`, `s3://...`. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

/**
 * A URL without what may let its reader in: no user and password, no query (a signature, a token), no fragment.
 * Every message and product that names a URL has it from here; a text that is no URL stays as it is.
 */
export function printableUrl(text: string): string {
  if (!isUrl(text)) return text
  const scheme = /^[a-z0-9+.-]+:\/\//i.exec(text)![0]
  // A password may hold '/', '#' or '?' unescaped: whatever comes before the last '@' may be a part of it. A path may
  // have an '@' of its own, after a host that can be read.
  const readable =
    URL.canParse(text) && new URL(text).username === '' && new URL(text).password === '' && new URL(text).hash === ''
  if (readable) return text.split('?')[0]!
  const host = text.slice(Math.max(scheme.length, text.lastIndexOf('@') + 1))
  return `${scheme}${host.split(/[?#]/)[0]!}`
}

/** Whether a URL holds what `printableUrl` leaves out. */
export function hasSecret(url: string): boolean {
  return printableUrl(url) !== url
}

/** A message of any origin: the users and passwords of URLs in it are left out, wherever they are. */
export function withoutPasswords(text: string): string {
  return text.includes('@')
    ? text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"<>@]*(?::[^\s/?#'"<>@]*)?@/gi, '$1')
    : text
}
