import { printableText } from '../../printable.js'
import type { TargetRow } from '../../report/target-table.js'
import { wrapped } from './terminal-text.js'

/** More than these are for the table alone. */
const MAX_SHOWN = 20

/**
 * Targets for the terminal: each its magnitude with the three errors, or its limit, and what there is to say of it. Of
 * many the first ones.
 */
export function targetLines(rows: readonly TargetRow[]): string {
  const shown = rows.slice(0, MAX_SHOWN)
  const left = rows.length - shown.length
  const lines = shown.map((row) => wrapped(`target ${printableText(row.target.name)}  `, wordsOf(row)))
  return `${lines.join('')}${left > 0 ? `... and ${left} more rows, in the table\n` : ''}`
}

function wordsOf({ status, result, detection, band, image, note }: TargetRow): string {
  const { limit3Sigma = null, zeropointErr, systematicErr, system, magnitudes, flux, mjd, mjdOf } = result ?? {}
  const digits = (value: number | null | undefined) => (value ?? NaN).toFixed(3)
  const light =
    system === 'catalog'
      ? "the catalogue's own"
      : `${band ?? ''}${system === undefined || system === 'des-ab' ? '' : ` (${system})`}`
  const of = `${[light, magnitudes ?? ''].join(' ').trim()}, ${flux}`
  const level = typeof systematicErr === 'number' ? ` ± ${digits(systematicErr)} (sys)` : ''
  const shared = `± ${digits(zeropointErr)} (zp)${level}`
  const number =
    status === 'limit' && limit3Sigma !== null
      ? `fainter than ${digits(limit3Sigma)} (3 sigma) ${shared} ${of}`
      : detection?.mag === null
        ? 'no magnitude'
        : detection === undefined
          ? status
          : `${digits(detection.mag)} ± ${digits(detection.magErr)} (stat) ${shared} ${of}`
  const which = status === 'several' && detection !== undefined ? [`NUMBER ${detection.number}`] : []
  const flagged = status === 'flagged' ? ['FLAGGED'] : []
  const time = typeof mjd === 'number' ? [`MJD ${mjd.toFixed(5)}${mjdOf === 'beginning' ? ' (beginning)' : ''}`] : []
  return printableText([number, ...flagged, ...which, image, ...time, note].join('; '))
}
