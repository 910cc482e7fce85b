import { dirname, join } from 'node:path'
import { CommandError, InputError } from '../../errors.js'
import { csvParseRows } from 'd3-dsv'
import type { NamedBytes } from '../../formats/bytes.js'
import { memorySource } from '../../formats/bytes.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { readParquet } from '../../formats/parquet/index.js'
import { appliedZeropoint, resultFiles, type CcdIdentity } from '../../products/ccd-products.js'
import { combinedCsv, combinedFits, mergedOrder } from '../../products/combined-catalogue.js'
import { matchColumns } from '../../products/matches.js'
import { ccdProductNames, exposureProductNames } from '../../products/names.js'
import { parseCcdJson, withMatches } from '../../products/read-result.js'
import type { ResultDocument } from '../../products/result-document.js'
import { zeropointAt, type SolvedResult } from '../../products/result-json.js'
import { recalibratedFiles } from '../../products/recalibrate.js'
import type { ExposureName } from '../../exposure/exposure-name.js'
import { asFloat64, findColumn } from '../../table/columns.js'
import { magsTypeOf, type CalibratedCcd, type CalibratedExposure } from '../../tied-products/calibrated-exposure.js'
import { pixelColumn } from '../../tied-products/pixel-column.js'
import { tiedResult, type TieLevel } from '../../tied-products/tied-ccd.js'
import { tiedExposureFiles } from '../../tied-products/tied-exposure.js'
import type { TiedAmplifiers, TiedZeropoint } from '../../tie/result.js'
import { fileSource } from '../disk/files.js'
import { unreadableFile } from '../disk/reason.js'
import { readWhole, readWholeText } from '../disk/regular-file.js'
import { stageFiles, type StagedFile } from '../disk/staged-files.js'
import { readDocument } from '../input/read-products.js'
import { catalogTools } from '../store/catalog-files.js'
import { isAbsent } from '../disk/absent.js'

/** An exposure whose products are written anew, with what the tie says of its CCDs. */
export interface ExposureToWrite {
  readonly exposure: CalibratedExposure
  /** In the order of its CCDs. */
  readonly tied: readonly TiedZeropoint[]
  /** Likewise; null of a CCD whose amplifiers have one zeropoint. */
  readonly amplifiers: readonly (TiedAmplifiers | null)[]
  /** Its own result, if its CCDs were solved together. */
  readonly whole?: ResultDocument
}

/** An exposure's own result beside those of its CCDs; undefined if they were calibrated one by one. */
export async function wholeResult({ name, ccds }: CalibratedExposure): Promise<ResultDocument | undefined> {
  const directories = new Set(ccds.map(({ file }) => dirname(file)))
  if (directories.size > 1) return undefined
  const path = join([...directories][0]!, exposureProductNames(name).json)
  return readDocument(path).catch((error: unknown) => {
    if (isAbsent(error)) return undefined
    throw error
  })
}

/** Names of all files that an exposure's products have. */
export function tiedProductNames({ exposure: { name, ccds }, whole }: ExposureToWrite): string[] {
  const ofCcds = ccds.flatMap(({ result }) => Object.values(ccdProductNames(name, result.ccd)) as string[])
  return [...ofCcds, ...(whole ? (Object.values(exposureProductNames(name)) as string[]) : [])]
}

/**
 * Refuses exposures whose products have one name: they come from different directories, and go into one.
 *
 * @throws CommandError naming both
 */
export function refuseEqualNames(exposures: readonly CalibratedExposure[]): void {
  const owners = new Map<string, string>()
  for (const { name, ccds } of exposures)
    for (const { file, result } of ccds) {
      const { json } = ccdProductNames(name, result.ccd)
      const other = owners.get(json)
      if (other !== undefined)
        throw new CommandError('equal-names', 'products of two exposures have one name: calibrate one under another', {
          file,
          found: `the same name as ${other}`,
          expected: 'a name of its own for each file',
        })
      owners.set(json, file)
    }
}

/**
 * Writes an exposure's products with the zeropoints of a tie under temporary names: of each CCD from its own files, and
 * the exposure's own if it had any.
 *
 * @throws InputError for products that are missing or damaged, and for files that cannot be written
 */
export async function stageTiedExposure(
  { exposure, tied, amplifiers, whole }: ExposureToWrite,
  level: TieLevel,
  outdir: string,
  stem: string,
): Promise<StagedFile[]> {
  const results: SolvedResult[] = []
  const staged: StagedFile[][] = []
  const raDeg: Float64Array[] = []
  for (const [c, ccd] of exposure.ccds.entries()) {
    const { result, files, ra } = await tiedCcdFiles(exposure.name, ccd, tied[c]!, amplifiers[c]!, level)
    results.push(result)
    raDeg.push(ra)
    staged.push(await stageFiles(outdir, files, `${stem}-${c}`))
  }
  const all = staged.flat()
  if (whole === undefined) return all
  const names = exposureProductNames(exposure.name)
  all.push(...(await stageFiles(outdir, tiedExposureFiles(exposure.name, whole, results), `${stem}-e`)))
  const order = mergedOrder(raDeg)
  for (const form of ['csv', 'fits'] as const) {
    const key = form === 'csv' ? 'zpCsv' : 'zpFits'
    const parts = staged.map((files, c) => {
      const wanted = ccdProductNames(exposure.name, exposure.ccds[c]!.result.ccd)[key]
      return files.find(({ name }) => name === wanted)!
    })
    const sources = await Promise.all(parts.map(({ temporary }) => fileSource(join(outdir, temporary))))
    try {
      const bytes = form === 'csv' ? combinedCsv(sources, order) : combinedFits(sources, order)
      all.push(...(await stageFiles(outdir, [{ name: names[key], bytes }], `${stem}-${form}`)))
    } finally {
      await Promise.all(sources.map((source) => source.close()))
    }
  }
  return all
}

/** A CCD's five files with its tied zeropoint. */
async function tiedCcdFiles(
  name: ExposureName,
  ccd: CalibratedCcd,
  tied: TiedZeropoint,
  amplifiers: TiedAmplifiers | null,
  level: TieLevel,
) {
  const { exposure, result: calibrated } = ccd
  const directory = dirname(ccd.file)
  const names = ccdProductNames(name, calibrated.ccd)
  const { expnum, reqnum, attnum } = exposure
  const own = parseCcdJson(await textOf(ccd.file), ccd.file, { expnum, reqnum, attnum, ccd: calibrated.ccd })
  const matchesFile = join(directory, names.matches)
  const matches = await readParquet(memorySource(matchesFile, await bytesOf(matchesFile)), catalogTools)
  const standing = withMatches(own, matchColumns(matches, calibrated.ccd, matchesFile), matchesFile)
  const columnAt = amplifiers === null ? undefined : pixelColumn(standing.matches)
  // Without its pixel columns an object is on no amplifier.
  const result = tiedResult(standing, calibrated.zeropoint, tied, level, columnAt ? amplifiers : null)
  const catalogue = { csv: join(directory, names.zpCsv), fits: join(directory, names.zpFits) }
  const earlier = { csv: await bytesOf(catalogue.csv), fits: await bytesOf(catalogue.fits) }
  const identity = await identityOf(earlier.fits, catalogue.fits)
  const { amplifiers: two } = result.tie!
  const applied = {
    ...appliedZeropoint(result, identity, true),
    ...(two && columnAt ? { at: (ra: number, dec: number) => zeropointAt(result, columnAt(ra, dec))! } : {}),
  }
  const { csv, fits, raDeg } = await recalibratedFiles(earlier, catalogue, applied)
  const files: NamedBytes[] = [
    { name: names.zpCsv, bytes: csv },
    { name: names.zpFits, bytes: fits },
    ...(await resultFiles(result, {
      ...{ name, exposure, identity },
      fileName: await listedFile(join(directory, names.zero)),
      magsType: magsTypeOf(ccd),
      provenance: ccd.provenance,
      own: result.own!,
      tie: result.tie!,
    })),
  ]
  return { result, files, ra: raDeg }
}

/** EXPNUM and CCDNUM as the calibrated catalogue has them in its first row; -1 of one without rows. */
async function identityOf(fits: Uint8Array, file: string): Promise<CcdIdentity> {
  const table = await readFitsTable(memorySource(file, fits), { columns: ['EXPNUM', 'CCDNUM'] })
  const first = (name: string) => asFloat64(findColumn(table, name)!)![0] ?? -1
  return { expnum: first('EXPNUM'), ccdnum: first('CCDNUM') }
}

/** FILENAME of a `Zero_` file. */
async function listedFile(path: string): Promise<string> {
  const [header = [], row = []] = csvParseRows(await textOf(path))
  const fileName = row[header.indexOf('FILENAME')]
  if (fileName !== undefined) return fileName
  throw new InputError('damaged-zero', 'the file of the zeropoint names no SExtractor catalogue', {
    file: path,
    found: header.join(',').slice(0, 60),
    expected: 'FILENAME',
  })
}

const textOf = (path: string): Promise<string> =>
  readWholeText(path, 'jsonBytes').catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })

const bytesOf = (path: string): Promise<Uint8Array> =>
  readWhole(path, 'wholeFileBytes').catch((cause: unknown) => {
    throw unreadableFile(path, cause)
  })
