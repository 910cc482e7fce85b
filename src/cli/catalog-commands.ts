import { CommandError } from '../errors.js'
import { rangesAreaSqDeg } from '../healpix/index.js'
import { buildCatalogDirectory } from '../node/catalog-build.js'
import { openCatalog } from '../node/open-catalog.js'
import type { ExitCode, Io } from './io.js'

type Raw = Readonly<Record<string, unknown>>

/** `catalog build`: raw files in, a reference catalogue out; what was kept out is counted and named. */
export async function catalogBuild(raw: Raw, io: Io): Promise<ExitCode> {
  const release = raw['release'] as string | undefined
  const to = raw['to']
  if (typeof to !== 'string' || to === '') throw new CommandError('bad-option', 'the option needs one directory', { option: '--to', found: String(to as string) })
  const report = await buildCatalogDirectory(raw['from'] as string[], to, { force: raw['force'] === true, ...(release === undefined ? {} : { release }) })
  if (raw['quiet'] === true) return 0
  if (report.releaseFrom === 'assumed') io.err(`nothing in the input tells its release: taken as ${report.name}; --release names another\n`)
  const keptOut = Object.entries(report.keptOut).filter(([, count]) => count > 0)
  io.out(
    [
      `${to}: ${report.rowCount} stars of ${report.name} in ${report.files} ${report.files === 1 ? 'file' : 'files'}, ${(report.byteLength / 1e6).toFixed(2)} MB`,
      `columns: ${report.columns.join(' ')}`,
      `covers ${rangesAreaSqDeg(report.coverage).toFixed(3)} sq deg (${report.coverageFrom})`,
      ...keptOut.map(([reason, count]) => `kept out: ${count} ${count === 1 ? 'row' : 'rows'}, ${reason}`),
      '',
    ].join('\n'),
  )
  return 0
}

/** `catalog info`: what a catalogue holds. */
export async function catalogInfo(directory: string, io: Io): Promise<ExitCode> {
  const catalog = await openCatalog(directory)
  const { description } = catalog
  io.out(
    [
      `${description.title}, epoch ${description.epochYr}, magnitudes ${description.magnitudeState}`,
      `${catalog.rowCount} stars over ${rangesAreaSqDeg(catalog.coverage).toFixed(3)} sq deg`,
      `columns: ${[...catalog.columns].join(' ')}`,
      `bands in the AB system: ${Object.keys(description.relations).join(' ') || 'none'}`,
      `manifest SHA-256: ${catalog.hash}`,
      '',
    ].join('\n'),
  )
  return 0
}
