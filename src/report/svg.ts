import { escapeText } from '../formats/xml-text.js'

export { escapeText } from '../formats/xml-text.js'

/** A coordinate with at most `digits` decimals: a tenth of a pixel is enough, and the same on every machine. */
export function rounded(value: number, digits = 1): string {
  const text = value.toFixed(digits)
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return short === '-0' ? '0' : short
}

type Attributes = Readonly<Record<string, string | number | undefined>>

/** One element; attribute values are escaped, `content` is markup already. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? rounded(value) : escapeText(value)}"`],
  )
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`
}

/** A text element; the text is escaped. */
export const textElement = (text: string, attributes: Attributes): string =>
  element('text', attributes, escapeText(text))

/** `12.5 -3`: a point in path data. */
export const point = (x: number, y: number): string => `${rounded(x)} ${rounded(y)}`

/** Path data of a polygon or line. */
export const pathOf = (points: readonly (readonly [number, number])[], closed = false): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${point(x, y)}`).join('') + (closed && points.length > 0 ? 'Z' : '')
