import { printableText } from '../../printable.js'
import type { TargetRow } from '../../report/target-table.js'
import { wrapped } from './terminal-text.js'

/**
 * Targets for the terminal: each its magnitude with the three errors, or its limit, and what there is to say of it.
 */
export function targetLines(rows: readonly TargetRow[]): string {
  return rows.map((row) => wrapped(`target ${printableText(row.target.name)}  `, wordsOf(row))).join('')
}

function wordsOf({ status, result, detection, band, image, note }: TargetRow): string {
  const { limit3Sigma = null, zeropointErr, systematicErr, system, magnitudes, flux, mjd, mjdOf } = result ?? {}
  const digits = (value: number | null | undefined) => (value ?? NaN).toFixed(3)
  const light = system === 'catalog' ? "the catalogue's own" : (band ?? '')
  const of = `${[light, magnitudes ?? ''].join(' ').trim()}, ${flux}`
  const level = typeof systematicErr === 'number' ? ` ± ${digits(systematicErr)} (sys)` : ''
  const shared = `± ${digits(zeropointErr)} (zp)${level}`
  const number =
    status === 'limit' && limit3Sigma !== null
      ? `fainter than ${digits(limit3Sigma)} (3 sigma) ${shared} ${of}`
      : detection?.mag === null || detection === undefined
        ? status
        : `${digits(detection.mag)} ± ${digits(detection.magErr)} (stat) ${shared} ${of}`
  const which = status === 'several' && detection !== undefined ? [`NUMBER ${detection.number}`] : []
  const flagged = status === 'flagged' ? ['FLAGGED'] : []
  const time = typeof mjd === 'number' ? [`MJD ${mjd.toFixed(5)}${mjdOf === 'beginning' ? ' (beginning)' : ''}`] : []
  return printableText([number, ...flagged, ...which, image, ...time, note].join('; '))
}
