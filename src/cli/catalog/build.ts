import type { SharedIds } from '../../catalog/build/shared-ids.js'
import { rangesAreaSqDeg } from '../../healpix/index.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from '../../node/store/catalog-build.js'
import { buildProgress } from './build-progress.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { Values } from '../options/option.js'
import type { BUILD_OPTIONS } from './options.js'

type BuildCommand = Values<typeof BUILD_OPTIONS>

/** `catalog build`: builds a reference catalogue from raw files; rejected rows are counted and named. */
export async function catalogBuild(command: BuildCommand, io: Io): Promise<ExitCode> {
  const { from, to, quiet: isQuiet } = command
  const options = buildOptions(command)
  const progress = buildProgress(io, process.stderr.isTTY === true, () => performance.now())
  const heard = { ...options, onProgress: progress.show, onNote: (sentence: string) => io.err(lineOf(sentence)) }
  const report = await buildCatalogDirectory(from, to, isQuiet ? options : heard).finally(progress.end)
  if (isQuiet) return 0
  const keptOut = Object.entries(report.keptOut).filter(([, count]) => count > 0)
  const { margin, placeholders, sharedIds, taken } = report
  io.out(
    [
      `${to}: ${report.rowCount} stars of ${report.name} in ` +
        `${files(report.files)}, ${(report.byteLength / 1e6).toFixed(2)} MB`,
      ...(margin === undefined
        ? []
        : [`margin of ${margin.arcsec} arcsec: ${margin.rows} rows, ${(margin.byteLength / 1e6).toFixed(2)} MB`]),
      `columns: ${report.columns.join(' ')}`,
      ...(taken ?? []).map((columns) => `taken as: ${columns}`),
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

function buildOptions({
  force,
  columns,
  lite,
  exact,
  margin,
  metadata,
  workers,
  release,
  kind,
  positions,
}: BuildCommand): DirectoryBuildOptions {
  return {
    force,
    columns: columns.split(',').map((name) => name.trim()),
    precision: lite ? 'lite' : exact ? 'exact' : 'full',
    marginArcsec: margin,
    metadata,
    ...(workers === undefined ? {} : { workers }),
    ...(release === undefined ? {} : { release }),
    ...(kind === undefined ? {} : { kind }),
    ...(positions === undefined ? {} : { positionsFrom: positions }),
  }
}
