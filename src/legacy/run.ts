import { CommandError, InputError, isBlissError } from '../errors.js'
import type { NamedBytes } from '../formats/bytes.js'
import { writeFitsTable } from '../formats/fits/index.js'
import { unionOfSets, type CellRanges } from '../healpix/index.js'
import type { Table } from '../table/columns.js'
import { boxOf, cellsToRead, filePixels, requireCoverage } from './area.js'
import { calibratedFiles, OUTPUT_COLUMNS } from './calibrated.js'
import type { LegacyInputs, LegacyOptions, LegacyOutcome } from './contract.js'
import { detectionCsv, joinDetections, selectDetections, selectionColumns, type Detections } from './detections.js'
import { parseLegacyList, type LegacyList, type LegacyRow } from './list.js'
import { matchCcd, statisticText, type Statistic } from './matches.js'
import { mergeAndFlag, zeroCsv, type ZeroRow } from './merged.js'
import {
  standardCsv,
  standardStars,
  starsOfCcd,
  withoutRepeatedPositions,
  type StandardStars,
} from './standard-stars.js'

/**
 * One run of the original for a CCD, or for all CCDs of the list together.
 * Expected failures end in the outcome, with exit code 1 or 2 and no files; a bug throws.
 */
export async function runLegacy(inputs: LegacyInputs, options: LegacyOptions): Promise<LegacyOutcome> {
  try {
    return await calibrated(inputs, options)
  } catch (error) {
    if (!isBlissError(error)) throw error
    return { exitCode: error.family === 'command' ? 2 : 1, files: [], messages: [error.message] }
  }
}

/** The rows of one CCD in the list, usually one, with the part of the sky that is read for it. */
interface CcdRun {
  readonly ccd: number
  readonly rows: readonly LegacyRow[]
  readonly pixels: CellRanges
}

async function calibrated(inputs: LegacyInputs, options: LegacyOptions): Promise<LegacyOutcome> {
  const { list: name, magType } = options
  const wanted = wantedCcd(options.ccd)
  const columns = [...new Set([...OUTPUT_COLUMNS, ...selectionColumns(magType)])]
  const list = parseLegacyList(await inputs.readList(), name.fileName)
  const runs = ccdRuns(list, wanted, name.fileName)
  for (const run of runs) for (const row of run.rows) requireCoverage(inputs.stars, row, name.fileName)
  const tables = await readTables(inputs, list, columns)
  const stars = await readStars(inputs, list, runs)

  const tag = `r${name.reqnum}p${name.attnum}`
  const exposureTag = `D${name.expnumText}_${tag}_red_catlist.csv`
  const stem = `D${name.expnumText}_${wanted === 'all' ? '00' : String(wanted).padStart(2, '0')}_${tag}`
  const files = new Map<string, Uint8Array>()
  const put = (fileName: string, content: string | Uint8Array) =>
    void files.set(fileName, typeof content === 'string' ? new TextEncoder().encode(content) : content)

  const zeroRows: ZeroRow[] = []
  const detections = new Map<string, Detections>()
  for (const run of runs) {
    for (const row of run.rows) {
      const chosen = starsOfCcd(stars, run.pixels, boxOf([row]))
      const own = selectDetections(tables.get(row.fileName)!, row.fileName, {
        ...options,
        bandText: run.rows.length > 1 ? row.bandText : `['${row.bandText}']`,
      })
      const { csv, statistic } = matchCcd(stars, chosen, own)
      put(`${row.fileName}_std.csv`, standardCsv(stars, chosen))
      put(`${row.fileName}_match.csv`, csv)
      zeroRows.push({ fileName: row.fileName, statistic })
      detections.set(row.fileName, own)
    }
  }
  const everyStar = wanted === 'all' ? withoutRepeatedPositions(stars) : Uint32Array.from(stars.raDeg, (_, i) => i)
  const together = joinDetections([...detections.values()])
  const exposure = matchCcd(stars, everyStar, together)
  const merged = mergeAndFlag(list, zeroRows, exposure.statistic, magType)
  put(`STD${exposureTag}`, standardCsv(stars, everyStar))
  put(`Obj${exposureTag}`, detectionCsv(together))
  put(`OUT${exposureTag}`, exposure.csv)
  put(`allZP_D${name.expnumText}_${tag}.csv`, allZpCsv(options, exposure.statistic))
  put(`Zero_${stem}.csv`, zeroCsv(zeroRows, magType))
  put(`Merged_${stem}.csv`, merged.mergedCsv)
  put(`Merg_allZP_${stem}.csv`, merged.mergAllZpCsv)

  const catalogue = calibratedFiles(
    merged.applied.map((applied) => ({ applied, table: tables.get(applied.fileName)! })),
  )
  for (const { name: fileName, bytes } of catalogue.obj) put(fileName, bytes)
  put(`${stem}_ZP.csv`, catalogue.csv)
  put(`${stem}_ZP.fits`, writeFitsTable(catalogue.fits))
  return {
    exitCode: 0,
    files: [...files].map(([fileName, bytes]): NamedBytes => ({ name: fileName, bytes })),
    messages: sayings(options, inputs, zeroRows),
  }
}

/** The original takes one CCD; its exposure-level steps suppose all of them, nothing between has a meaning. */
function wantedCcd(spec: string): number | 'all' {
  const text = spec.trim()
  if (text === 'all') return 'all'
  if (!/^\d{1,4}$/.test(text))
    throw new CommandError('bad-ccd', 'with --legacy the CCD is one number or all', {
      option: '--ccd',
      found: `'${spec}'`,
      expected: 'a number or all',
    })
  return Number(text)
}

function ccdRuns(list: LegacyList, wanted: number | 'all', file: string): CcdRun[] {
  const ccds = [...new Set(list.rows.map((row) => row.ccd))]
  const chosen = wanted === 'all' ? ccds : ccds.filter((ccd) => ccd === wanted)
  if (chosen.length === 0)
    throw new InputError('ccd-not-in-list', `CCD ${wanted} is not in the catalogue list`, {
      file,
      column: 'CCDNUM',
      found: ccds.join(' '),
      expected: String(wanted),
    })
  return chosen.map((ccd) => {
    const rows = list.rows.filter((row) => row.ccd === ccd)
    return { ccd, rows, pixels: filePixels(rows[0]!) }
  })
}

/** The original writes the objects of every CCD of the list, so every file is needed. */
async function readTables(
  inputs: LegacyInputs,
  list: LegacyList,
  columns: readonly string[],
): Promise<Map<string, Table>> {
  const tables = new Map<string, Table>()
  for (const { fileName, line, ccd } of list.rows) {
    if (tables.has(fileName)) continue
    const table = await inputs.readDetections(fileName, columns)
    if (table === undefined)
      throw new InputError('missing-file', `the catalogue of CCD ${ccd}, line ${line} of the list, does not exist`, {
        file: fileName,
      })
    tables.set(fileName, table)
  }
  return tables
}

async function readStars(inputs: LegacyInputs, list: LegacyList, runs: readonly CcdRun[]): Promise<StandardStars> {
  const box = boxOf(list.rows)
  const pixels = unionOfSets(runs.map((run) => run.pixels))
  return standardStars(await inputs.stars.read(cellsToRead(pixels, box), []), box)
}

function allZpCsv({ list }: LegacyOptions, statistic: Statistic): string {
  const row = [Number(list.expnumText), list.reqnum, Number(list.attnum), statisticText(statistic)]
  return `EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp\n${row.join(',')}\n`
}

function sayings({ sexMagZeropoint }: LegacyOptions, { stars }: LegacyInputs, zeroRows: readonly ZeroRow[]): string[] {
  const without = zeroRows.filter(({ statistic }) => statistic.zp === -999).map(({ fileName }) => fileName)
  return [
    `--legacy: the magnitudes are on the system of ${stars.name} (Gaia G for every band, no colour term)`,
    ...(sexMagZeropoint === 25
      ? []
      : [
          `--legacy: the original subtracts 25, not --sex_mag_zeropoint ` +
            `${sexMagZeropoint}: its ZP is ${fixedOffset(sexMagZeropoint)} mag off`,
        ]),
    ...(without.length > 0 ? [`no zeropoint of its own: ${without.join(', ')}`] : []),
  ]
}

const fixedOffset = (sexMagZeropoint: number) => String(Math.abs(sexMagZeropoint - 25))
