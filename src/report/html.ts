import { escapeText } from './svg.js'

/** Markup that is safe already: only `html` and `trusted` make it. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = Markup | string | number | null | undefined | false | readonly Content[]

/** Markup of our own making, such as a figure. */
export const trusted = (text: string): Markup => new Markup(text)

/**
 * A template of HTML: every value that is not markup already is escaped, so that data cannot become elements. Lists are
 * joined; null and false are nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((all, part, i) => all + textOf(values[i - 1]) + part))
}

function textOf(value: Content): string {
  if (value instanceof Markup) return value.text
  if (Array.isArray(value)) return (value as readonly Content[]).map(textOf).join('')
  if (value === null || value === undefined || value === false) return ''
  return escapeText(String(value as string | number))
}

/** JSON for a `script` element of a type that no browser runs: nothing in it can end the element. */
export function embeddedJson(value: unknown): Markup {
  const json = JSON.stringify(value)
  return new Markup(
    json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}
