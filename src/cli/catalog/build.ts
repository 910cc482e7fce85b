import { CommandError } from '../../errors.js'
import type { SharedIds } from '../../catalog/build/shared-ids.js'
import { rangesAreaSqDeg } from '../../healpix/index.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from '../../node/store/catalog-build.js'
import { buildProgress } from './build-progress.js'
import type { ExitCode, Io } from '../terminal/io.js'

type Raw = Readonly<Record<string, unknown>>

/** `catalog build`: raw files in, a reference catalogue out; what was kept out is counted and named. */
export async function catalogBuild(raw: Raw, io: Io): Promise<ExitCode> {
  const to = raw['to']
  if (typeof to !== 'string' || to === '')
    throw new CommandError('bad-option', 'the option needs one directory', {
      option: '--to',
      found: String(to as string),
    })
  const options = buildOptions(raw)
  const progress = buildProgress(io, process.stderr.isTTY === true, () => performance.now())
  const isQuiet = raw['quiet'] === true
  const heard = { ...options, onProgress: progress.show, onNote: (sentence: string) => io.err(`${sentence}\n`) }
  const report = await buildCatalogDirectory(raw['from'] as string[], to, isQuiet ? options : heard).finally(
    progress.end,
  )
  if (isQuiet) return 0
  const keptOut = Object.entries(report.keptOut).filter(([, count]) => count > 0)
  const { margin, placeholders, sharedIds } = report
  io.out(
    [
      `${to}: ${report.rowCount} stars of ${report.name} in ` +
        `${files(report.files)}, ${(report.byteLength / 1e6).toFixed(2)} MB`,
      ...(margin === undefined
        ? []
        : [`margin of ${margin.arcsec} arcsec: ${margin.rows} rows, ${(margin.byteLength / 1e6).toFixed(2)} MB`]),
      `columns: ${report.columns.join(' ')}`,
      `covers ${rangesAreaSqDeg(report.coverage).toFixed(3)} sq deg (${report.coverageFrom})`,
      ...keptOut.map(([reason, count]) => `kept out: ${rows(count)}, ${reason}`),
      ...Object.entries(placeholders ?? {}).map(
        ([column, count]) =>
          `taken as missing: ${count} ${count === 1 ? 'value' : 'values'} of ${column} that stand for none`,
      ),
      ...(sharedIds === undefined ? [] : [sharedIdsText(sharedIds)]),
      '',
    ].join('\n'),
  )
  return 0
}

const rows = (count: number): string => `${count} ${count === 1 ? 'row' : 'rows'}`
const sharedIdsText = ({ rows: count, first: { sourceId, places, separationArcsec } }: SharedIds): string =>
  `one id at two places: ${rows(count)} kept; the first is id ${sourceId} at RA, Dec ` +
  `${places.map((place) => place.join(', ')).join(' and ')}, ${Number(separationArcsec.toPrecision(3))} arcsec apart`
const files = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`

function buildOptions(raw: Raw): DirectoryBuildOptions {
  const release = raw['release'] as string | undefined
  if (raw['lite'] === true && raw['exact'] === true)
    throw new CommandError('bad-option', 'the two contradict each other: choose one', { option: '--lite, --exact' })
  const workers = raw['workers'] === undefined ? undefined : wholeNumber('--workers', raw['workers'], 1, 64)
  return {
    force: raw['force'] === true,
    columns: String(raw['columns'] as string)
      .split(',')
      .map((name) => name.trim()),
    precision: raw['lite'] === true ? 'lite' : raw['exact'] === true ? 'exact' : 'full',
    marginArcsec: marginOf(raw['margin']),
    metadata: raw['metadata'] === true,
    ...(workers === undefined ? {} : { workers }),
    ...(release === undefined ? {} : { release }),
  }
}

function wholeNumber(option: string, text: unknown, least: number, most: number): number {
  const value = Number(text)
  if (typeof text === 'string' && /^\d+$/.test(text) && value >= least && value <= most) return value
  throw new CommandError('bad-option', 'the option needs a whole number', {
    option,
    found: String(text as string),
    expected: `${least} to ${most}`,
  })
}

function marginOf(text: unknown): number {
  if (typeof text === 'string' && /^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new CommandError('bad-option', 'the option needs a number of arcsec', {
    option: '--margin',
    found: String(text as string),
    expected: '0 for none, or up to 60',
  })
}
