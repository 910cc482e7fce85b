import { DataError, InputError } from '../errors.js'
import type { ListName } from '../exposure/catalogue-list.js'
import type { NamedBytes } from '../formats/bytes.js'
import { fixedText } from '../formats/number-text.js'
import { matchSky } from '../math/match-sky.js'
import { median } from '../math/robust.js'
import { indicesWhere } from '../math/select.js'
import { wrapRaDeg } from '../math/units.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'

/** The combined calibrated catalogue (`*_ZP.csv`) of one template exposure. */
export interface TemplateCatalogue {
  /** What messages call it. */
  readonly name: string
  /** Photometric system of its magnitudes, as its `Zero_*.csv` says. */
  readonly system: string
  readonly table: Table
}

/** The search exposure whose stars are listed: its list's name, its band and the corners of all its CCDs. */
export interface SearchExposure {
  readonly list: ListName
  readonly band: string
  readonly cornersRaDeg: readonly number[]
  readonly cornersDecDeg: readonly number[]
}

/** Columns of a template catalogue that the lists are made from. */
export const STAR_LIST_COLUMNS = [
  'ALPHAWIN_J2000',
  'DELTAWIN_J2000',
  'MAG_PSF',
  'MAGERR_PSF',
  'SPREAD_MODEL',
  'FLAGS',
  'IMAFLAGS_ISO',
] as const

const SAME_STAR_ARCSEC = 1
const SPREAD_LIMIT = 0.003
/** Stars of the lists are between these magnitudes, with no larger error. */
export const LISTED = { brightMag: 12, faintMag: 21.5, largestMagErr: 0.011 } as const
/** `vtype` of a star in a veto list. */
const STAR_VETO = 6

/** Rows of a star list: position [deg], median magnitude, its error, and the number of detections. */
export interface ListedStar {
  readonly raDeg: number
  readonly decDeg: number
  readonly mag: number
  readonly magErr: number
  readonly detections: number
}

/**
 * The stars that difference imaging takes its photometry and its vetoes from.
 *
 * Detections: SPREAD_MODEL < 0.003, no flag of either kind, 12 < MAG_PSF < 21.5, 0 < MAGERR_PSF <= 0.011, inside the RA
 * and Dec range of the search exposure's corners; positions rounded to 6, magnitudes to 3, errors to 5 decimals.
 * Detections that chains of separations within 1 arcsec connect are one star, so that every detection is used once,
 * whatever the order: mean position, median magnitude, error sqrt(sum err^2) / n. By RA, Dec, magnitude, error.
 *
 * @throws DataError if the templates are of several photometric systems; InputError for a template without one of
 *   the columns
 */
export function listStars(templates: readonly TemplateCatalogue[], search: SearchExposure): ListedStar[] {
  refuseSeveralSystems(templates)
  const inside = rangeTest(search)
  const found = templates.flatMap((template) => goodDetections(template, inside))
  const raDeg = Float64Array.from(found, ({ ra }) => ra)
  const decDeg = Float64Array.from(found, ({ dec }) => dec)
  return connected(raDeg, decDeg)
    .map((members): ListedStar => {
      // In one order, so that sums do not depend on that of the templates.
      const rows = members
        .map((i) => found[i]!)
        .sort((p, q) => p.ra - q.ra || p.dec - q.dec || p.mag - q.mag || p.err - q.err)
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
      const acrossZero = rows.at(-1)!.ra - rows[0]!.ra > 180
      return {
        raDeg: wrapRaDeg(mean(rows.map(({ ra }) => (acrossZero && ra > 180 ? ra - 360 : ra)))),
        decDeg: mean(rows.map(({ dec }) => dec)),
        mag: median(rows.map(({ mag }) => mag)),
        magErr: Math.sqrt(rows.reduce((sum, { err }) => sum + err * err, 0)) / rows.length,
        detections: rows.length,
      }
    })
    .sort((a, b) => a.raDeg - b.raDeg || a.decDeg - b.decDeg || a.mag - b.mag || a.magErr - b.magErr)
}

/** `SNSTAR_*.LIST` and `SNVETO_*.LIST` of a search exposure. */
export function starLists(stars: readonly ListedStar[], { list, band }: SearchExposure): NamedBytes[] {
  const tag = `r${list.reqnum}p${list.attnum}`
  const names = ['OBJID', 'RA', 'DEC', `mag_${band}`, `magerr_${band}`]
  const rows = stars.map(({ raDeg, decDeg, mag, magErr }, k) => [
    String(k + 1),
    fixedText(raDeg, 6),
    fixedText(decDeg, 6),
    fixedText(mag, 4),
    fixedText(magErr, 4),
  ])
  const vetoes = rows.map((row, k) => [...row, fixedText(vetoRadius(stars[k]!.mag), 6), String(STAR_VETO)])
  const file = (kind: string, columns: readonly string[], lines: readonly string[][]): NamedBytes => {
    const head = [
      '# ASSOC format for Sextractor input.',
      `# Star Source: SNSTAR table, CATALOG= ${tag}`,
      `# NVAR: ${columns.length}`,
      ['# VARNAMES:', ...columns].join('\t'),
    ]
    const text = [...head, ...lines.map((line) => line.join('\t'))].join('\n') + '\n'
    return { name: `${kind}_${Number(list.expnumText)}_${tag}.LIST`, bytes: new TextEncoder().encode(text) }
  }
  return [file('SNSTAR', names, rows), file('SNVETO', [...names, 'radius', 'vtype'], vetoes)]
}

/** Radius of the veto round a star, as the veto list's readers take it: 30 at magnitude 15, 2 less per magnitude. */
const vetoRadius = (mag: number) => 30 - 2 * (mag - 15)

function refuseSeveralSystems(templates: readonly TemplateCatalogue[]): void {
  const first = templates[0]
  const other = templates.find(({ system }) => system !== first?.system)
  if (first === undefined || other === undefined) return
  throw new DataError(
    'mixed-systems',
    'the templates are of different photometric systems: calibrate all of them with one --system',
    {
      file: other.name,
      found: `system ${other.system}`,
      expected: `system ${first.system}, as ${first.name}`,
    },
  )
}

/**
 * Whether a position lies in the range of the corners; on a range wider than 180 deg RA above 180 counts as negative.
 */
export function rangeTest({ cornersRaDeg, cornersDecDeg }: SearchExposure): (ra: number, dec: number) => boolean {
  const wide = Math.max(...cornersRaDeg) - Math.min(...cornersRaDeg) > 180
  const moved = (ra: number) => (wide && ra > 180 ? ra - 360 : ra)
  const ras = cornersRaDeg.map(moved)
  const [raLow, raHigh] = [Math.min(...ras), Math.max(...ras)]
  const [decLow, decHigh] = [Math.min(...cornersDecDeg), Math.max(...cornersDecDeg)]
  return (ra, dec) => moved(ra) >= raLow && moved(ra) <= raHigh && dec >= decLow && dec <= decHigh
}

interface Detection {
  readonly ra: number
  readonly dec: number
  readonly mag: number
  readonly err: number
}

function goodDetections({ name, table }: TemplateCatalogue, inside: (ra: number, dec: number) => boolean): Detection[] {
  const [ra, dec, mag, err, spread, flags, imaflags] = STAR_LIST_COLUMNS.map((columnName) => {
    const column = findColumn(table, columnName)
    const values = column && (column.width ?? 1) === 1 ? asFloat64(column) : undefined
    if (values === undefined)
      throw new InputError('missing-column', 'the calibrated catalogue lacks a column', {
        file: name,
        column: columnName,
      })
    return values
  }) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]
  const kept = indicesWhere(
    table.rowCount,
    (i) =>
      spread[i]! < SPREAD_LIMIT &&
      flags[i] === 0 &&
      imaflags[i] === 0 &&
      mag[i]! > LISTED.brightMag &&
      mag[i]! < LISTED.faintMag &&
      err[i]! > 0 &&
      err[i]! <= LISTED.largestMagErr &&
      inside(ra[i]!, dec[i]!),
  )
  return Array.from(kept, (i) => ({
    ra: rounded(ra[i]!, 6),
    dec: rounded(dec[i]!, 6),
    mag: rounded(mag[i]!, 3),
    err: rounded(err[i]!, 5),
  }))
}

/** numpy's `round`: the product by 10^decimals to the nearest whole number, halves to even. */
function rounded(x: number, decimals: number): number {
  const factor = 10 ** decimals
  const scaled = x * factor
  const floor = Math.floor(scaled)
  const up = scaled - floor > 0.5 || (scaled - floor === 0.5 && floor % 2 !== 0)
  return (floor + (up ? 1 : 0)) / factor
}

/** Groups of rows that are connected by separations within 1 arcsec: union-find over all pairs. */
function connected(raDeg: Float64Array, decDeg: Float64Array): number[][] {
  const positions = { raDeg, decDeg }
  const parent = Uint32Array.from(raDeg, (_, i) => i)
  const rootOf = (i: number): number => {
    let root = i
    while (parent[root] !== root) root = parent[root]!
    for (let at = i; at !== root;) {
      const next = parent[at]!
      parent[at] = root
      at = next
    }
    return root
  }
  const { a, b } = matchSky(positions, positions, SAME_STAR_ARCSEC, { mode: 'all' })
  a.forEach((i, k) => {
    const [low, high] = [rootOf(i), rootOf(b[k]!)].sort((x, y) => x - y) as [number, number]
    parent[high] = low
  })
  const groups = new Map<number, number[]>()
  raDeg.forEach((_, i) => {
    const root = rootOf(i)
    const members = groups.get(root)
    if (members === undefined) groups.set(root, [i])
    else members.push(i)
  })
  return [...groups.values()]
}
