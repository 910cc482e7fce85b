import type { RelationSystem } from '../../camera/photometric-systems.js'
import { RELATION_SYSTEMS } from '../../camera/photometric-systems.js'
import type { CatalogDescription } from '../../catalog/description.js'
import { CommandError, InputError } from '../../errors.js'
import type { MatchColumns } from '../../photometry/matches.js'
import { exposureInWords } from '../../products/result-json.js'
import { exposureKey, type ResultDocument } from '../../products/result-document.js'
import type { FilterStars } from '../../relation-fit/colour-term.js'
import { relationsTo } from '../../relation-fit/template.js'
import { calibratedCcd, matchesBeside, type CcdWithZeropoint } from '../input/calibrated-ccds.js'
import type { FoundResult } from '../input/find-results.js'

/** All exposures of one filter in one system. */
export interface FilterExposures {
  readonly system: RelationSystem
  readonly band: string
  /** FILTER of the headers; null if they have none. */
  readonly filter: string | null
  /** Name of the camera's description. */
  readonly camera: string
  /** The catalogues that the exposures were calibrated with, and the colour of their relation. */
  readonly catalog: string
  readonly color: string
  readonly stars: FilterStars
}

/** Which products are taken. */
export interface FilterChoice {
  readonly bands?: readonly string[]
  readonly filter?: string
  readonly descriptions: readonly CatalogDescription[]
}

interface MatchedCcd {
  readonly path: string
  readonly document: ResultDocument
  readonly ccd: CcdWithZeropoint
  readonly matches: MatchColumns
}

/**
 * The matched stars of products, by system and band.
 *
 * @throws InputError for products that are missing or damaged, or of several cameras; CommandError `several-filters`,
 *   `several-colours` if one band has exposures of more than one filter, or colours of more than one kind
 */
export async function filterExposures(found: readonly FoundResult[], choice: FilterChoice): Promise<FilterExposures[]> {
  const groups = new Map<string, MatchedCcd[]>()
  for (const one of found) {
    const calibrated = await calibratedCcd(one)
    if (calibrated === undefined) continue
    const { document, ccd } = calibrated
    const { band, filter } = document.exposure
    if (choice.bands !== undefined && !choice.bands.includes(band)) continue
    if (choice.filter !== undefined && filter !== choice.filter) continue
    // Raw magnitudes of a catalogue are of no system that a filter could be compared with.
    if (!(RELATION_SYSTEMS as readonly string[]).includes(ccd.system)) continue
    const key = `${ccd.system} ${band}`
    groups.set(key, [
      ...(groups.get(key) ?? []),
      { path: one.path, document, ccd, matches: await matchesBeside(one, ccd) },
    ])
  }
  if (groups.size === 0)
    throw new InputError('no-results', 'no CCD here has a zeropoint in a photometric system, and its matched stars', {
      file: found[0]!.path,
      expected: `results of ${RELATION_SYSTEMS.join(', ')} with matches_*.parquet or *_matches.parquet beside them`,
    })
  refuseSeveral(
    [...groups.values()].flat(),
    ({ document }) => document.exposure.camera,
    (paths, names) =>
      new InputError('several-cameras', 'the products are of several cameras', {
        file: paths[1]!,
        found: names.join(', '),
      }),
  )
  return [...groups.values()].map((ccds) => ofFilter(ccds, choice.descriptions))
}

function ofFilter(ccds: readonly MatchedCcd[], descriptions: readonly CatalogDescription[]): FilterExposures {
  const [{ document, ccd }] = ccds as readonly [MatchedCcd]
  const { band, filter, camera } = document.exposure
  const system = ccd.system as RelationSystem
  refuseSeveral(
    ccds,
    (one) => one.document.exposure.filter ?? 'none told',
    (paths, names) =>
      new CommandError('several-filters', `the exposures of band ${band} are of several filters`, {
        file: paths[1]!,
        found: names.join('; '),
        expected: '--filter, the name of one of them',
      }),
  )
  const colorOf = (one: MatchedCcd): string => {
    // Of a calibration with a term the stars have the colour of that.
    if (one.ccd.colourTerm !== undefined) return one.ccd.colourTerm.color
    // The stars of several catalogues have the colour of the first.
    const name = one.ccd.catalog.split('+')[0]!
    const description = descriptions.find((known) => known.name === name)
    const color = description && relationsTo(description, system)[band]?.colour
    if (color !== undefined) return color
    throw new InputError(
      'no-relation',
      'the colour of the matched stars is not known: no relation to it is described',
      {
        file: one.path,
        found: `${name} to ${system} ${band}`,
        expected: '--description, that of the catalogue',
      },
    )
  }
  refuseSeveral(
    ccds,
    colorOf,
    (paths, names) =>
      new CommandError('several-colours', `the exposures of band ${band} were calibrated by several colours`, {
        file: paths[1]!,
        found: names.join(', '),
        expected: 'products of catalogues with one colour',
      }),
  )
  const catalog = [...new Set(ccds.map((one) => one.ccd.catalog))].join(', ')
  return { system, band, filter, camera, catalog, color: colorOf(ccds[0]!), stars: joined(ccds) }
}

function refuseSeveral(
  ccds: readonly MatchedCcd[],
  of: (ccd: MatchedCcd) => string,
  refusal: (paths: readonly string[], names: readonly string[]) => Error,
): void {
  const first = new Map<string, string>()
  for (const ccd of ccds) if (!first.has(of(ccd))) first.set(of(ccd), ccd.path)
  if (first.size > 1) throw refusal([...first.values()], [...first.keys()])
}

function joined(ccds: readonly MatchedCcd[]): FilterStars {
  const names = new Map<string, number>()
  const words: string[] = []
  const exposureOf = ccds.map(({ document }) => {
    const key = exposureKey(document)
    if (!names.has(key)) {
      names.set(key, names.size)
      words.push(exposureInWords(document.exposure))
    }
    return names.get(key)!
  })
  const total = ccds.reduce((sum, { matches }) => sum + matches.number.length, 0)
  const column = (of: (one: MatchedCcd, k: number) => ArrayLike<number>): Float64Array => {
    const values = new Float64Array(total)
    let at = 0
    for (const [k, one] of ccds.entries()) {
      values.set(of(one, k), at)
      at += one.matches.number.length
    }
    return values
  }
  const filled = (of: (k: number) => number) =>
    Int32Array.from(column(({ matches }, k) => new Float64Array(matches.number.length).fill(of(k))))
  return {
    exposures: words,
    exposure: filled((k) => exposureOf[k]!),
    ccd: filled((k) => k),
    ccdCount: ccds.length,
    instMag: column(({ matches }) => matches.instMag),
    instMagErr: column(({ matches }) => matches.instMagErr),
    refMag: column(({ matches }) => matches.refMag),
    refMagErr: column(({ matches }) => matches.refMagErr),
    colour: column(({ matches }) => matches.colour),
    colourErr: column(({ matches }) => matches.colourErr ?? new Float64Array(matches.number.length)),
    colourRefCovariance: column(
      ({ matches }) => matches.colourRefCovariance ?? new Float64Array(matches.number.length),
    ),
  }
}
