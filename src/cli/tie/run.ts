import { join } from 'node:path'
import type { ExitCode } from '../../errors.js'
import { starFlatFits } from '../../exposure/star-flat-file.js'
import { writeParquet } from '../../formats/parquet/index.js'
import { packageVersion } from '../../node/package.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { readTieExposures } from '../../node/tie/read-exposures.js'
import { prepareTieDirectory, refuseBelow, writeTie } from '../../node/tie/tie-directory.js'
import { refuseEqualNames, tiedProductNames, wholeResult, type ExposureToWrite } from '../../node/tie/tied-products.js'
import { tiePage } from '../../report/tie-page.js'
import type { CalibratedExposure } from '../../tied-products/calibrated-exposure.js'
import { comparableExposures } from '../../tied-products/comparable.js'
import type { TieDocument } from '../../tied-products/document.js'
import { tiedAmplifiers, tiedZeropoint, tieDocument } from '../../tied-products/make-document.js'
import { refuseCorrected, refuseMixedStarFlats } from '../../tied-products/same-star-flat.js'
import { starFlatOf } from '../../tied-products/star-flat-of.js'
import { tieFileNames, tieName } from '../../tied-products/names.js'
import { tieText } from '../../tied-products/text.js'
import { tieInputOf } from '../../tied-products/tie-input.js'
import { tiedStars, tiedStarTable } from '../../tied-products/tied-stars.js'
import { tieExposures } from '../../tie/tie-exposures.js'
import { refuseUnfitOption } from '../options/plain-name.js'
import { lineOf, type Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'

/** The options of `tie`, as parsed. */
export interface TieOptions {
  readonly search: readonly string[]
  readonly templates: readonly string[]
  readonly outdir: string
  readonly holdTemplates: boolean
  readonly starflat: boolean
  readonly name?: string
  readonly json: boolean
  readonly quiet: boolean
}

/**
 * `bliss-calib tie`: reads what calibrations left, ties the exposures, and writes the same products with the tied
 * zeropoints into another directory. Exit code 4 if the search is not tied to a template, or one of its CCDs has no
 * zeropoint.
 */
export function tie(options: TieOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, async (signal) => {
    if (options.name !== undefined) refuseUnfitOption('--name', options.name)
    const { holdTemplates, outdir, starflat } = options
    await refuseBelow(outdir, [...options.search, ...options.templates])
    const searches = await readTieExposures(options.search, 'search')
    const templates = await readTieExposures(options.templates, 'template')
    const name = options.name ?? tieName(searches)
    const { exposures, unlike } = comparableExposures([...searches, ...templates])
    refuseMixedStarFlats(exposures)
    if (starflat) refuseCorrected(exposures)
    refuseEqualNames(exposures)
    const toWrite: ExposureToWrite[] = []
    const network = tieInputOf(exposures, holdTemplates)
    signal.throwIfAborted()
    const result = tieExposures(network.input, { ...network.options, starFlat: starflat })
    signal.throwIfAborted()
    const provenance = { version: packageVersion(), inputs: inputsOf(exposures) }
    const document = tieDocument(network, result, { name, unlike, holdsTemplates: holdTemplates, provenance })
    for (const [e, exposure] of exposures.entries()) {
      if (document.verdict === 'STOP' || result.exposures[e]!.leftOut) continue
      if (holdTemplates && exposure.role === 'template') continue
      const tied = exposure.ccds.map((_, c) => tiedZeropoint(network, result, e, c))
      const whole = await wholeResult(exposure)
      const amplifiers = exposure.ccds.map((_, c) => tiedAmplifiers(network, result, e, c))
      toWrite.push({ exposure, tied, amplifiers, ...(whole ? { whole } : {}) })
    }
    const stars = await writeParquet(tiedStarTable(tiedStars(network, result)))
    const files = tieFileNames(name)
    const flat = () => starFlatFits(starFlatOf(network, result, name, packageVersion()))
    const texts = [
      ...(starflat && document.verdict !== 'STOP' ? [{ name: files.starFlat, bytes: flat() }] : []),
      { name: files.json, bytes: new TextEncoder().encode(`${JSON.stringify(document, null, 1)}\n`) },
      { name: files.stars, bytes: stars },
      { name: files.page, bytes: new TextEncoder().encode(tiePage(document, network, result, pageAssets())) },
    ]
    await prepareTieDirectory(
      outdir,
      [...searches, ...templates],
      [...toWrite.flatMap(tiedProductNames), ...Object.values(files)],
    )
    await writeTie(outdir, toWrite, texts, { name, anchor: document.anchor, levelErr: document.levelErr }, signal)
    if (options.json) io.out(`${JSON.stringify(document, null, 2)}\n`)
    else if (!options.quiet) {
      io.out(tieText(document))
      io.out(lineOf(join(outdir, files.page)))
    }
    return exitCodeOf(document)
  })
}

/** What the tie was made from, by name. */
function inputsOf(exposures: readonly CalibratedExposure[]): Record<string, string> {
  const inputs = exposures.flatMap(({ ccds }) => ccds.flatMap((ccd) => Object.entries(ccd.inputs)))
  return Object.fromEntries(inputs.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** 4 if the search is not tied, or one of its CCDs is without a zeropoint. */
function exitCodeOf({ verdict, exposures, ccds }: TieDocument): ExitCode {
  if (verdict === 'STOP') return 4
  const searches = new Set(exposures.filter(({ role }) => role === 'search').map(({ exposure }) => exposure))
  return ccds.some(({ exposure, outcome }) => searches.has(exposure) && outcome === 'none') ? 4 : 0
}
