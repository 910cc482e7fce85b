import { DataError } from '../errors.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD } from '../math/units.js'
import { median } from '../math/robust.js'
import type { TieInput, TieOptions, HeldZeropoint } from '../tie/input.js'
import type { CalibratedExposure } from './calibrated-exposure.js'
import { chipsOf, numbersOfCcds, type Chip } from './chip.js'
import { focalPlaces } from './focal-places.js'
import { meanTerms } from './mean-terms.js'
import { NO_STAR, sameStars, type SameStars } from './same-stars.js'
import { Means, References } from './star-values.js'

/** A catalogue on its way to the system: magnitudes of each have one level. */
export interface TieCatalog {
  readonly name: string
  readonly hash: string
  readonly relation: string
  /** One sigma of its level as its relation states it [mag]; null if it states none. */
  readonly systematicErr: number | null
}

/** What is tied, with what its numbers mean. */
export interface ProductsTie {
  readonly exposures: readonly CalibratedExposure[]
  readonly input: TieInput
  readonly options: TieOptions
  readonly stars: SameStars
  /** By their number in the input. */
  readonly catalogs: readonly TieCatalog[]
  /** Number of each CCD in the input, by exposure. */
  readonly ccdNumbers: readonly (readonly number[])[]
  /** The colour of the stars, in words; null if no catalogue of the search has one. */
  readonly colour: string | null
}

/** Numbers of catalogues are bytes, and 255 means none. */
const MAX_CATALOGS = 255
/** Numbers of exposures, and of the CCDs of all cameras, have 16 bits. */
const MAX_NUMBERS = 65_536

/**
 * The input of `tieExposures` from matched stars. A filter that only resembles its band has its colour term taken out,
 * with the mean term of all exposures through it; detections of unknown colour are left out then.
 *
 * @param exposures by their labels
 * @param holdsTemplates templates keep their zeropoints
 * @throws DataError for more catalogues or exposures than can be tied at once
 */
export function tieInputOf(exposures: readonly CalibratedExposure[], holdsTemplates: boolean): ProductsTie {
  const chips = chipsOf(exposures)
  if (exposures.length > MAX_NUMBERS) throw tooMany('exposures', exposures.length, MAX_NUMBERS)
  const catalogKeys = [...new Set(chips.map(({ catalogKey }) => catalogKey))].sort()
  if (catalogKeys.length > MAX_CATALOGS) throw tooMany('catalogues', catalogKeys.length, MAX_CATALOGS)
  const numberOf = numbersOfCcds(chips)
  const termOf = meanTerms(chips)
  const byExposure = exposures.map((_, e) => chips.filter((chip) => chip.e === e))
  const stars = sameStars(byExposure.map((own) => detectionsOf(own, catalogKeys)))
  const colourKey = colourKeyOf(exposures, chips)

  const observations = emptyObservations(chips)
  const colours = new Means(stars.count)
  const priors = new Means(stars.count)
  const references = new References()
  let row = 0
  byExposure.forEach((own, e) => {
    let detection = 0
    for (const chip of own) {
      const { result, stars: matched } = chip.ccd
      const catalog = catalogKeys.indexOf(chip.catalogKey)
      const term = termOf(chip)
      const scatter = result.diagnostics.expectedScatter ?? NaN
      for (let i = 0; i < matched.instMag.length; i++, detection++) {
        const star = stars.starOf[e]![detection]!
        if (star === NO_STAR) continue
        const colour = matched.colour[i]!
        observations.star[row] = star
        observations.exposure[row] = e
        observations.ccd[row] = numberOf(chip)
        observations.instMag[row] = matched.instMag[i]! + (term === undefined ? 0 : term.k * (colour - term.c0))
        observations.instMagErr[row] = matched.instMagErr[i]!
        observations.x[row] = matched.xImage[i]!
        observations.y[row] = matched.yImage[i]!
        row++
        if (colourKeyOfChip(chip) === colourKey) colours.add(star, colour)
        priors.add(star, matched.inlierPrior[i]!)
        if (SERVING.has(matched.fate[i]!)) references.add(star, catalog, matched, i, scatter)
      }
    }
  })
  const sound = (columns: typeof observations) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, values.subarray(0, row)]),
    ) as typeof columns
  const { x, y, ...measured } = sound(observations)
  const hasPlaces = x.every(Number.isFinite) && y.every(Number.isFinite)
  const prior = priors.means()
  stars.isDoubtful.forEach((doubtful, star) => {
    if (doubtful === 1) prior[star] = 0
  })
  const places = exposures.map(focalPlaces)
  const catalogs = catalogKeys.map((key) => catalogOf(chips.filter((chip) => chip.catalogKey === key)))
  const levels = catalogs.map(({ systematicErr }) =>
    holdsTemplates ? FREE_LEVEL_MAG : (systematicErr ?? DEFAULT_SYSTEMATIC_MAG),
  )
  return {
    exposures,
    input: {
      observations: { ...measured, ...(hasPlaces ? { x, y } : {}) },
      stars: { count: stars.count, color: colours.means(), inlierPrior: prior },
      references: references.columns(),
      ccds: {
        exposure: Uint16Array.from(chips, ({ e }) => e),
        ccd: Uint16Array.from(chips, numberOf),
        xDeg: Float64Array.from(places.flat(), ({ xDeg }) => xDeg),
        yDeg: Float64Array.from(places.flat(), ({ yDeg }) => yDeg),
        amplifierColumn: Float64Array.from(chips, ({ e }) => exposures[e]!.amplifierColumn ?? NaN),
      },
    },
    options: {
      systematicErrMag: levels,
      search: exposures.flatMap(({ role }, e) => (role === 'search' ? [e] : [])),
      ...(holdsTemplates ? { held: heldZeropoints(exposures, chips, numberOf) } : {}),
    },
    stars,
    catalogs,
    ccdNumbers: byExposure.map((own) => own.map(numberOf)),
    colour: colourKey === undefined ? null : colourKey.split('\n').filter(Boolean).join(' '),
  }
}

/** What `tieExposures` takes for a catalogue that states nothing [mag]. */
const DEFAULT_SYSTEMATIC_MAG = 0.01

/** Templates that are held set the level; a catalogue that is off them must not pull at the search [mag]. */
const FREE_LEVEL_MAG = 1

/** Stars that may set a level; those that a cut has taken have no standard magnitude. */
const SERVING: ReadonlySet<string> = new Set(['used', 'outlier', 'unfitted'])

const tooMany = (what: string, found: number, most: number): DataError =>
  new DataError('too-many', `more ${what} than one tie takes: tie fewer exposures at a time`, {
    found,
    expected: `${most} at most`,
  })

/** Stars have one colour: that of the catalogue, and of the colour term, with which most search stars are matched. */
function colourKeyOf(exposures: readonly CalibratedExposure[], chips: readonly Chip[]): string | undefined {
  const counts = new Map<string, number>()
  for (const chip of chips) {
    if (exposures[chip.e]!.role !== 'search') continue
    const known = chip.ccd.stars.colour.reduce((count, colour) => count + Number(Number.isFinite(colour)), 0)
    const key = colourKeyOfChip(chip)
    if (known > 0) counts.set(key, (counts.get(key) ?? 0) + known)
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]
}

const colourKeyOfChip = ({ ccd: { result } }: Chip): string =>
  [result.catalog, result.relation, result.colourTerm?.color ?? ''].join('\n')

/** Positions moved by what each CCD's detections are off the catalogue's stars. */
function detectionsOf(chips: readonly Chip[], catalogKeys: readonly string[]) {
  const size = chips.reduce((count, { ccd }) => count + ccd.stars.instMag.length, 0)
  const all = {
    raDeg: new Float64Array(size),
    decDeg: new Float64Array(size),
    catalog: new Uint8Array(size),
    sourceId: new BigInt64Array(size),
  }
  let at = 0
  for (const { ccd, catalogKey } of chips) {
    const { stars, result } = ccd
    const east = (result.astrometry.raOffsetArcsec ?? 0) / ARCSEC_PER_DEG
    const north = (result.astrometry.decOffsetArcsec ?? 0) / ARCSEC_PER_DEG
    for (let i = 0; i < stars.instMag.length; i++, at++) {
      all.decDeg[at] = stars.decDeg[i]! - north
      all.raDeg[at] = stars.raDeg[i]! - east / Math.max(1e-6, Math.cos(stars.decDeg[i]! * DEG_TO_RAD))
      all.catalog[at] = catalogKeys.indexOf(catalogKey)
      all.sourceId[at] = stars.sourceId[i]!
    }
  }
  return all
}

const emptyObservations = (chips: readonly Chip[]) => {
  const size = chips.reduce((count, { ccd }) => count + ccd.stars.instMag.length, 0)
  return {
    star: new Uint32Array(size),
    exposure: new Uint16Array(size),
    ccd: new Uint16Array(size),
    instMag: new Float64Array(size),
    instMagErr: new Float64Array(size),
    x: new Float32Array(size),
    y: new Float32Array(size),
  }
}

function catalogOf(chips: readonly Chip[]): TieCatalog {
  const { result, provenance } = chips[0]!.ccd
  const stated = chips.flatMap(({ ccd }) => ccd.result.systematicErr ?? [])
  return {
    name: result.catalog,
    hash: provenance.catalogHash,
    relation: result.relation,
    systematicErr: stated.length === 0 ? null : median(stated),
  }
}

function heldZeropoints(
  exposures: readonly CalibratedExposure[],
  chips: readonly Chip[],
  numberOf: (chip: Chip) => number,
): HeldZeropoint[] {
  return chips.flatMap((chip): HeldZeropoint[] => {
    const { zeropoint } = chip.ccd.result
    if (exposures[chip.e]!.role === 'search' || zeropoint === null) return []
    return [{ exposure: chip.e, ccd: numberOf(chip), zeropoint }]
  })
}
