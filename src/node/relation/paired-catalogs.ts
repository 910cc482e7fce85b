import { rm, mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Catalog } from '../../catalog/catalog.js'
import { unionAtFinest } from '../../catalog/coverage.js'
import type { CatalogDescription } from '../../catalog/description.js'
import type { RelationSystem } from '../../camera/photometric-systems.js'
import type { StarColumn, StarColumns } from '../../catalog/stars.js'
import { isReleaseRefusal } from '../../catalog/release.js'
import { CommandError, DataError, InputError } from '../../errors.js'
import { intersectRanges, rangesAreaSqDeg, rangesAtOrder, type CellRanges } from '../../healpix/index.js'
import { matchSky } from '../../math/match-sky.js'
import { numbersOf } from '../../math/select.js'
import { propagateTo } from '../../photometry/match/propagate.js'
import { relationFor, standardMagnitudes } from '../../photometry/system/colour-relation.js'
import { withTypicalErrors } from '../../photometry/system/typical-errors.js'
import { starsAt, type BandTruth, type PairedStars } from '../../relation-fit/sample.js'
import { skyCells } from '../../relation-fit/sky-cells.js'
import { buildCatalogDirectory } from '../store/catalog-build.js'
import { openCatalog } from '../store/open-catalog.js'

/** A reference catalogue and another that has true magnitudes of its stars. */
export interface PairedCatalogs {
  readonly paired: PairedStars
  readonly reference: CatalogDescription
  readonly truth: CatalogDescription
  /** What the other catalogue says of each band that was asked for. */
  readonly truths: readonly BandTruth[]
}

/** What is read, and how. */
export interface PairedOptions {
  /** Stores, addresses of stores, or files that `catalog build` reads. */
  readonly reference: readonly string[]
  readonly truth: readonly string[]
  /** What files are that do not tell it, as `catalog build --kind`. */
  readonly kind?: string
  readonly truthKind?: string
  readonly system: RelationSystem
  /** All that the truth has if absent. */
  readonly bands?: readonly string[]
  /** Turns a name of a release into the place of its catalogue. */
  readonly locate: (named: string) => Promise<string>
}

/**
 * Stars of both are one within this distance, and each the other's nearest: surveys agree to 0.1 arcsec, and the
 * motions of a few years in catalogues without them add as much.
 */
const SAME_STAR_ARCSEC = 0.5

/**
 * Reads both catalogues where they overlap, and matches their stars at the epoch of the truth.
 *
 * @throws CommandError `same-catalog`, `other-release` for two catalogues of one release, or one of several
 * @throws DataError `no-overlap` if they have no star in common; what opening and building throw
 */
export async function pairedCatalogs(options: PairedOptions): Promise<PairedCatalogs> {
  const folder = await mkdtemp(join(tmpdir(), 'bliss-calib-relation-'))
  try {
    const { locate } = options
    const references = await openedAll(options.reference, options.kind, '--kind', join(folder, 'reference'), locate)
    const truths = await openedAll(options.truth, options.truthKind, '--truth-kind', join(folder, 'truth'), locate)
    const { release } = references[0]!.description
    if (truths[0]!.description.release === release)
      throw new CommandError('same-catalog', 'the truth is of the same release as the catalogue: it proves nothing', {
        file: options.truth[0]!,
        found: release,
        expected: 'another catalogue for --truth',
      })
    return await paired(references, truths, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Catalogues of one release: stores as they are, files built. */
async function openedAll(
  named: readonly string[],
  kind: string | undefined,
  option: string,
  folder: string,
  locate: PairedOptions['locate'],
): Promise<Catalog[]> {
  const opened: Catalog[] = []
  for (const [k, name] of named.entries()) {
    const isFile = (await stat(name).catch(() => undefined))?.isFile() === true
    const place = isFile ? `${folder}-${k}` : await locate(name)
    if (isFile) await built(name, place, kind, option)
    opened.push(await openCatalog(place))
  }
  const [first, ...others] = opened as [Catalog, ...Catalog[]]
  const other = others.find(({ description }) => description.release !== first.description.release)
  if (other)
    throw new CommandError('other-release', 'the catalogues that make one are of different releases', {
      file: named[opened.indexOf(other)]!,
      found: other.description.release,
      expected: `${first.description.release}, as ${named[0]!}`,
    })
  return opened
}

/** A file as a store; what the options of `catalog build` say otherwise is said in ours. */
async function built(file: string, place: string, kind: string | undefined, option: string): Promise<void> {
  await buildCatalogDirectory([file], place, { marginArcsec: 0, ...(kind === undefined ? {} : { kind }) }).catch(
    (cause: unknown) => {
      if (kind !== undefined || !isReleaseRefusal(cause)) throw cause
      throw new InputError(
        'untold-release',
        'the file does not tell one release that its rows are of: name it if you know it',
        { file, expected: `${option} gaia_dr2 or gaia_dr3` },
        { cause },
      )
    },
  )
}

async function paired(
  references: readonly Catalog[],
  truths: readonly Catalog[],
  { system, bands }: PairedOptions,
): Promise<PairedCatalogs> {
  const [reference, truth] = [references[0]!.description, truths[0]!.description]
  const [ofReference, ofTruth] = [coverageOf(references), coverageOf(truths)]
  const order = Math.max(ofReference.order, ofTruth.order)
  const both = intersectRanges(rangesAtOrder(ofReference, order), rangesAtOrder(ofTruth, order))
  const stars = withTypicalErrors(await starsOf(references, both), reference)
  const others = withTypicalErrors(await starsOf(truths, both), truth)
  const pairs = matchSky(propagateTo(others.epochYr, stars), propagateTo(others.epochYr, others), SAME_STAR_ARCSEC, {
    mode: 'mutual',
  })
  if (pairs.a.length === 0)
    throw new DataError('no-overlap', 'the catalogue and the truth have no star in common', {
      file: references[0]!.location,
      found: `${stars.mag.length} and ${others.mag.length} stars on ${rangesAreaSqDeg(both).toFixed(3)} sq deg of both`,
      expected: `stars within ${SAME_STAR_ARCSEC} arcsec`,
    })
  const common = starsAt(stars, pairs.a)
  const matched = starsAt(others, pairs.b)
  const asked = bands ?? bandsOf(truth, system)
  const columns = new Set(truths.flatMap((one) => [...one.columns])) as ReadonlySet<StarColumn>
  return {
    paired: { description: reference, stars: common, sky: skyCells(common.raDeg, common.decDeg) },
    ...{ reference, truth },
    truths: asked.map((band) => truthOf(matched, truth, system, band, columns)),
  }
}

const bandsOf = (truth: CatalogDescription, system: RelationSystem): string[] => {
  const of = system === 'des-ab' ? truth : truth.systems?.[system]
  return Object.keys(of?.relations ?? {}).filter((band) => of?.refused[band] === undefined)
}

/** The truth's magnitudes in the system; if it is not of the system itself, its own relation carries them there. */
function truthOf(
  stars: StarColumns,
  description: CatalogDescription,
  system: RelationSystem,
  band: string,
  columns: ReadonlySet<StarColumn>,
): BandTruth {
  const relation = relationFor(description, system, band, columns)
  const { refMag, refMagErr, refScatter } = standardMagnitudes(
    stars,
    relation,
    description.bpFaintLimitMag === undefined ? {} : { bpFaintLimitMag: description.bpFaintLimitMag },
  )
  return {
    band,
    mag: refMag,
    magErr: numbersOf(refMag, (_, i) => Math.hypot(refMagErr?.[i] ?? 0, refScatter[i]!)),
    systematicErrMag: relation.systematicErrMag,
  }
}

const coverageOf = (catalogs: readonly Catalog[]): CellRanges =>
  catalogs.map(({ coverage }) => coverage).reduce(unionAtFinest)

/** The stars of all catalogues in a region, one below the other. */
async function starsOf(catalogs: readonly Catalog[], region: CellRanges): Promise<StarColumns> {
  const parts: StarColumns[] = []
  for (const catalog of catalogs) {
    const order = Math.max(region.order, catalog.coverage.order)
    const own = intersectRanges(rangesAtOrder(region, order), rangesAtOrder(catalog.coverage, order))
    parts.push(await catalog.read(own))
  }
  if (parts.length === 1) return parts[0]!
  const [first] = parts as [StarColumns]
  const names = Object.entries(first).flatMap(([name, values]) => (values instanceof Float64Array ? [name] : []))
  const total = parts.reduce((sum, { mag }) => sum + mag.length, 0)
  const sourceId = new BigInt64Array(total)
  let at = 0
  for (const part of parts) {
    sourceId.set(part.sourceId, at)
    at += part.mag.length
  }
  const joined = names.map((name) => [name, joinedColumn(parts, name as Exclude<StarColumn, 'sourceId'>)] as const)
  const columns = Object.fromEntries(joined) as Record<Exclude<StarColumn, 'sourceId'>, Float64Array>
  return { ...columns, sourceId, epochYr: first.epochYr }
}

function joinedColumn(parts: readonly StarColumns[], name: Exclude<StarColumn, 'sourceId'>): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, { mag }) => sum + mag.length, 0)).fill(NaN)
  let at = 0
  for (const part of parts) {
    const values = part[name]
    if (values !== undefined) joined.set(values, at)
    at += part.mag.length
  }
  return joined
}
