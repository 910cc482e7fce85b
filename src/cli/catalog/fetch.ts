import type { TapService } from '../../catalog/description.js'
import { coneRegion } from '../../catalog/region/sky-region.js'
import type { Cone } from '../../catalog/region/cone-query.js'
import { unionAtFinest } from '../../catalog/coverage.js'
import { chooseCopyColumns } from '../../catalog/region/query.js'
import { CommandError } from '../../errors.js'
import { rangesAreaSqDeg } from '../../healpix/index.js'
import { packagedDescriptions } from '../../node/store/catalog-files.js'
import { copyCatalogDirectory } from '../../node/store/copy-catalog.js'
import { fetchCatalogDirectory } from '../../node/store/fetch-catalog.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { readExposureLists } from '../../node/store/read-region.js'
import { currentRemoteAccess } from '../../node/http/remote-access.js'
import { isUrl, printableUrl } from '../../printable.js'
import type { Values } from '../options/option.js'
import { stoppable } from '../terminal/stoppable.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { FETCH_OPTIONS } from './options.js'
import { exposureCone } from './field-words.js'
import { readCone } from './region-options.js'

type FetchCommand = Values<typeof FETCH_OPTIONS>

/** `catalog fetch`: the stars of some cones from a service, as a catalogue of their own. */
export function catalogFetch(command: FetchCommand, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => fetched(command, io, signal))
}

async function fetched(command: FetchCommand, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const { from, to, force, quiet } = command
  const cones = command.cone?.map(readCone) ?? (await conesOfLists(command.for!))
  const heard = { force, ...(quiet ? {} : { onNote: (sentence: string) => io.err(lineOf(sentence)) }) }
  const report = isUrl(from)
    ? await copied(from, cones, to, heard)
    : await fetchCatalogDirectory(cones, ...(await serviceOf(command)), to, { ...heard, signal })
  if (quiet) return 0
  io.out(
    [
      `${to}: ${report.rowCount} stars of ${report.name} in ${report.files} ` +
        `${report.files === 1 ? 'file' : 'files'}, ${(report.byteLength / 1e6).toFixed(2)} MB`,
      `covers ${rangesAreaSqDeg(report.coverage).toFixed(3)} sq deg`,
      '',
    ].join('\n'),
  )
  return 0
}

/** The same from a HATS catalogue behind a URL, which is read by its cells. */
async function copied(url: string, cones: readonly Cone[], to: string, heard: { readonly force: boolean }) {
  const cells = cones.map((cone) => coneRegion(cone.raDeg, cone.decDeg, cone.radiusDeg).cells).reduce(unionAtFinest)
  const catalog = await openCatalog(url)
  const columns = chooseCopyColumns(catalog, undefined)
  const query = cones
    .map(({ raDeg, decDeg, radiusDeg }) => `${radiusDeg} deg round RA ${raDeg}, Dec ${decDeg}`)
    .join('; ')
  const source = { url: printableUrl(url), answers: [{ query, at: new Date().toISOString() }] }
  return copyCatalogDirectory(catalog, cells, columns, to, { ...heard, source })
}

/** The release of `--from` and the service that is asked, at the address of `--url` if one is given. */
async function serviceOf({ from, service: named, url }: FetchCommand) {
  const descriptions = await packagedDescriptions()
  const description = descriptions.find(({ name }) => name === from)
  if (description === undefined) {
    const expected = `${descriptions
      .filter(({ tapServices }) => tapServices)
      .map(({ name }) => name)
      .join(', ')}, or the URL of a HATS catalogue`
    throw new CommandError('unknown-release', 'no catalogue of this name is described', {
      option: '--from',
      found: from,
      expected,
    })
  }
  const services: readonly TapService[] = description.tapServices ?? []
  const service = named === undefined ? services[0] : services.find(({ name }) => name === named)
  if (service === undefined) {
    const expected = services.map(({ name }) => name).join(', ') || `none for ${from}`
    throw new CommandError('unknown-service', 'this service is not described', {
      option: '--service',
      found: named ?? 'none',
      expected,
    })
  }
  if (url !== undefined && !/^https?:\/\//i.test(url))
    throw new CommandError('bad-option', '--url must be the address of a TAP service', { option: '--url', found: url })
  if (currentRemoteAccess().offline)
    throw new CommandError('offline', 'a catalogue is fetched by the network: leave out --offline', {
      option: '--offline',
    })
  return [description, url === undefined ? service : { ...service, url }] as const
}

/** A circle around the CCDs of each exposure. */
async function conesOfLists(paths: readonly string[]): Promise<Cone[]> {
  const lists = await readExposureLists(paths)
  return lists.flatMap(({ rows }) => exposureCone(rows) ?? [])
}
