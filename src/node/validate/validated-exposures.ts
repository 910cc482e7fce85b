import type { Catalog } from '../../catalog/catalog.js'
import { CommandError, DataError, InputError } from '../../errors.js'
import { nestedIndices, rangesAreaSqDeg, rangesFromCells, type CellRanges } from '../../healpix/index.js'
import { matchSky } from '../../math/match-sky.js'
import { numbersOf } from '../../math/select.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD } from '../../math/units.js'
import { propagateTo } from '../../photometry/match/propagate.js'
import type { MatchColumns } from '../../photometry/matches.js'
import { systematicErrOf } from '../../photometry/system/colour-relation.js'
import type { FittedTerm } from '../../photometry/system/colour-term.js'
import { standardsOf, standardSystem } from '../../photometry/system/standards.js'
import { galacticLatitudeDeg } from '../../math/galactic.js'
import { exposureInWords } from '../../products/result-json.js'
import { exposureKey } from '../../products/result-document.js'
import type { ValidatedCcd, ValidatedStars } from '../../validate/validated-stars.js'
import { calibratedCcd, matchesBeside, type CalibratedCcd } from '../input/calibrated-ccds.js'
import type { FoundResult } from '../input/find-results.js'

/** A calibrated exposure beside a catalogue that it was not calibrated with. */
export interface ValidatedExposure {
  /** In words: `668439 r4p5`, or the name of the files. */
  readonly exposure: string
  /** For a file name. */
  readonly stem: string
  readonly band: string
  readonly system: string
  readonly calibratedWith: string
  readonly ccds: readonly ValidatedCcd[]
  readonly stars: ValidatedStars
  /** One sigma of the other catalogue's level [mag]. */
  readonly systematicErrMag: number
}

/** A CCD whose matched stars are there. */
interface MatchedCcd extends CalibratedCcd {
  readonly matches: MatchColumns
}

/** Stars of both are one within this distance; the calibrated ones have been cleaned of blends by their own match. */
const SAME_STAR_ARCSEC = 1
/** Cells of 3.4 arcmin: the stars of a CCD lie in some dozens of them. */
const CELL_ORDER = 10
/** A cell's neighbour is read too if a star lies this near to it. */
const EDGE_ARCSEC = 3
/** Part of the stars' cells that the catalogue may lack. */
const TOLERATED_MISSING = 0.5

/**
 * The exposures whose products were found, each with the stars that the catalogue has too.
 *
 * @throws InputError for products that are missing or damaged; CommandError if they were calibrated with this
 *   catalogue; DataError if it does not cover them, or cannot give their band
 */
export async function validatedExposures(
  found: readonly FoundResult[],
  against: Catalog,
): Promise<ValidatedExposure[]> {
  const exposures = new Map<string, MatchedCcd[]>()
  for (const one of found) {
    const ccd = await matchedCcd(one, against)
    if (ccd === undefined) continue
    const key = exposureKey(ccd.document)
    exposures.set(key, [...(exposures.get(key) ?? []), ccd])
  }
  if (exposures.size === 0)
    throw new InputError('no-results', 'no CCD here has a zeropoint and its matched stars', {
      file: found.map(({ path }) => path).join(', '),
      expected: 'matches_*.parquet or *_matches.parquet beside the results',
    })
  const validated: ValidatedExposure[] = []
  for (const ccds of exposures.values()) validated.push(await besideCatalog(ccds, against))
  return validated
}

async function matchedCcd(found: FoundResult, against: Catalog): Promise<MatchedCcd | undefined> {
  const calibrated = await calibratedCcd(found)
  if (calibrated === undefined) return undefined
  const { document, ccd } = calibrated
  if (document.provenance.catalogHash === against.hash || ccd.catalog.split('+').includes(against.name))
    throw new CommandError('same-catalog', 'the exposure was calibrated with this catalogue: it proves nothing', {
      file: found.path,
      found: ccd.catalog,
      expected: 'another catalogue for --against',
    })
  return { document, ccd, matches: await matchesBeside(found, ccd) }
}

async function besideCatalog(ccds: readonly MatchedCcd[], against: Catalog): Promise<ValidatedExposure> {
  const [{ document, ccd: first }] = ccds as readonly [MatchedCcd]
  const { exposure } = document
  const { band } = exposure
  const standard = standardSystem(first.system, against.description, band, against.columns)
  if (standard.relation === null)
    throw new DataError(
      'no-system',
      "the exposure is on its catalogue's own magnitude, which no other catalogue has: calibrate it to des-ab",
      { found: first.system },
    )
  const footprint = cellsAround(ccds.map(({ matches }) => matches))
  const missing = against.missingSqDeg(footprint)
  if (missing > TOLERATED_MISSING * rangesAreaSqDeg(footprint))
    throw new DataError('not-covered', 'the catalogue does not cover the exposure', {
      file: against.location,
      found: `${missing.toFixed(4)} of ${rangesAreaSqDeg(footprint).toFixed(4)} sq deg missing`,
    })
  const read = await against.read(footprint)
  const stars = exposure.epochYr === null ? read : propagateTo(exposure.epochYr, read)
  const standards = standardsOf(read, standard, against.description)
  const parts = ccds.map(({ ccd, matches }) => {
    const pairs = matchSky(matches, stars, SAME_STAR_ARCSEC, { mode: 'mutual' })
    const [rows, refs] = [pairs.a, pairs.b]
    return {
      ccd: numbersOf(rows, () => ccd.ccd),
      mag: numbersOf(rows, (i) => matches.instMag[i]! + ccd.zeropoint + termAt(ccd.colourTerm, matches.colour[i]!)),
      magErr: numbersOf(rows, (i) => matches.instMagErr[i]!),
      refMag: numbersOf(refs, (j) => standards.refMag[j]!),
      refMagErr: numbersOf(refs, (j) => standards.refMagErr?.[j] ?? NaN),
      refScatter: numbersOf(refs, (j) => standards.refScatter[j]!),
      colour: numbersOf(refs, (j) => standards.colour[j]!),
      xImage: numbersOf(rows, (i) => matches.xImage[i]!),
      yImage: numbersOf(rows, (i) => matches.yImage[i]!),
      fitted: numbersOf(rows, (i) => Number(matches.fate[i] === 'used')),
    }
  })
  const joined = (name: keyof (typeof parts)[number]) => Float64Array.from(parts.flatMap((part) => [...part[name]]))
  const { ccd, fitted, ...numbers } = Object.fromEntries(
    Object.keys(parts[0]!).map((name) => [name, joined(name as keyof (typeof parts)[number])]),
  ) as Record<keyof (typeof parts)[number], Float64Array>
  const [{ matches }] = ccds as readonly [MatchedCcd]
  const latitude = galacticLatitudeDeg(matches.raDeg[0]!, matches.decDeg[0]!)
  const words = exposureInWords(exposure)
  return {
    exposure: words,
    stem: words.replace(/[^\w.-]+/g, '_'),
    ...{ band, system: first.system, calibratedWith: first.catalog },
    ccds: ccds.map((one) => ({
      ccd: one.ccd.ccd,
      zeropointErr: one.ccd.zeropointErr,
      systematicErr: one.ccd.systematicErr,
    })),
    stars: { ...numbers, ccd: Int32Array.from(ccd), fitted: Uint8Array.from(fitted) },
    systematicErrMag: systematicErrOf(standard.relation, { galacticLatitudeDeg: latitude }),
  }
}

/** What a colour term adds to a star's magnitude; NaN if its colour is not known. */
const termAt = (term: FittedTerm | undefined, colour: number): number =>
  term === undefined ? 0 : term.k * (colour - term.c0)

/** Cells of all stars, and of what lies next to them. */
function cellsAround(lists: readonly MatchColumns[]): CellRanges {
  const cells = new Set<number>()
  const step = EDGE_ARCSEC / ARCSEC_PER_DEG
  for (const { raDeg, decDeg } of lists)
    for (const [east, north] of [
      [0, 0],
      [step, 0],
      [-step, 0],
      [0, step],
      [0, -step],
    ] as const) {
      const dec = decDeg.map((value) => Math.max(-90, Math.min(90, value + north)))
      const ra = raDeg.map((value, i) => value + east / Math.max(1e-6, Math.cos(dec[i]! * DEG_TO_RAD)))
      for (const cell of nestedIndices(CELL_ORDER, ra, dec)) cells.add(cell)
    }
  return rangesFromCells(CELL_ORDER, cells)
}
