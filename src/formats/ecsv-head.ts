/** What the comments before the header of an ECSV file declare (astropy, APE 6). */
interface EcsvHead {
  /** Between the fields, if it is named; a blank by default. */
  readonly delimiter: string | undefined
  /** Unit by column. */
  readonly units: ReadonlyMap<string, string>
}

/** The head of an ECSV file from its lines of comments; undefined if they are not of one. */
export function ecsvHead(comments: readonly string[]): EcsvHead | undefined {
  if (!/^#\s*%ECSV/.test(comments[0] ?? '')) return undefined
  const lines = comments.map((line) => line.replace(/^#\s?/, ''))
  const text = lines.join('\n')
  const delimiter = /^[ \t]*delimiter:[ \t]*(?:'(.)'|"(\\t|.)"|(\S))[ \t\r]*$/m.exec(text)
  const units = new Map<string, string>()
  // Each column is one mapping: on one line in braces (astropy), or a key on each line (the Gaia archive).
  for (const item of text.split(/^[ \t]*-(?=\s|$)/m).slice(1)) {
    const isFlow = /^\s*\{/.test(item)
    const name = valueOf('name', item, isFlow)
    const unit = valueOf('unit', item, isFlow)
    if (name !== undefined && unit !== undefined) units.set(name, unit)
  }
  const named = delimiter?.[1] ?? delimiter?.[2] ?? delimiter?.[3]
  return { delimiter: named === '\\t' ? '\t' : named, units }
}

/** A scalar of a YAML mapping in braces, or with a key on each line. */
function valueOf(key: string, item: string, isFlow: boolean): string | undefined {
  const value = `('(?:[^']|'')*'|"[^"]*"|[^${isFlow ? ',}' : ''}\\n]*)`
  const found = new RegExp(`${isFlow ? '[{,]\\s*' : '^[ \\t]*'}${key}:\\s+${value}`, isFlow ? '' : 'm')
    .exec(item)?.[1]
    ?.trim()
  return found?.replace(
    /^'(.*)'$|^"(.*)"$/,
    (_, single?: string, double?: string) => single?.replaceAll("''", "'") ?? double ?? '',
  )
}
