/** A column of an ECSV file; null is a missing value. */
export type EcsvColumn = { readonly name: string; readonly unit?: string; readonly doc: string } & (
  | { readonly type: 'float64' | 'int64'; readonly values: readonly (number | null)[] }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] }
)

/**
 * A table as ECSV 1.0 (astropy's APE 6), separated by commas: units and descriptions in the head, any text in quotes
 * if it needs them. A missing value is blank, so that astropy masks it; a number that is not finite is missing.
 *
 * @param meta of the table, in the order of its keys
 */
export function ecsvText(columns: readonly EcsvColumn[], meta: Readonly<Record<string, string>> = {}): string {
  const head = [...ecsvHeadLines(columns, Object.entries(meta)), columns.map(({ name }) => name).join(',')]
  const rows = Array.from({ length: columns[0]?.values.length ?? 0 }, (_, row) =>
    columns.map(({ values }) => field(values[row] ?? null)).join(','),
  )
  return `${[...head, ...rows].join('\n')}\n`
}

/**
 * The lines before the names of the columns.
 *
 * @param remark that no reader of ECSV takes for its own: a comment of YAML
 */
export function ecsvHeadLines(
  columns: readonly { readonly name: string; readonly unit?: string; readonly type: string; readonly doc?: string }[],
  meta: readonly (readonly [key: string, value: string | number | boolean])[],
  remark?: string,
): string[] {
  const declared = columns.map(({ name, unit, type, doc }) => {
    const ofUnit = unit === undefined ? '' : `unit: ${/^[A-Za-z][\w/ .*^-]*$/.test(unit) ? unit : yamlText(unit)}, `
    const ofDoc = doc === undefined ? '' : `, description: ${yamlText(doc)}`
    return `# - {name: ${name}, ${ofUnit}datatype: ${type}${ofDoc}}`
  })
  const ofTable = meta.map(([key, value]) => `# - ${key}: ${typeof value === 'string' ? yamlText(value) : value}`)
  return [
    '# %ECSV 1.0',
    '# ---',
    ...(remark === undefined ? [] : [`# # ${remark}`]),
    "# delimiter: ','",
    '# datatype:',
    ...declared,
    ...(ofTable.length === 0 ? [] : ['# meta: !!omap', ...ofTable]),
    '# schema: astropy-2.0',
  ]
}

function field(value: string | number | null): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (value === null) return ''
  return /[",\r\n#]|^\s|\s$|^$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** Text in YAML's single quotes, on one line. */
const yamlText = (text: string): string => `'${text.replace(/\s+/g, ' ').replaceAll("'", "''")}'`
