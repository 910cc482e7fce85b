const LINE_WIDTH = 120

/** JSON for people and programs: two blanks a level, lists of numbers and names on one line if they fit. */
export function readableJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2)
  const compact = json.replace(/^(.*)\[\n([^[\]{}]*?)\s*\]/gm, (whole, before: string, inner: string) => {
    const line = `${before}[${inner
      .trim()
      .split(/,\s*\n\s*/)
      .join(', ')}]`
    return line.length <= LINE_WIDTH ? line : whole
  })
  return `${compact}\n`
}
