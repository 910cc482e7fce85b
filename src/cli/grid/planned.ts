import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CommandError } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import { fluxChoice } from '../../exposure/fullcat.js'
import { refuseUncarried } from '../../grid/carried-words.js'
import type { GridPlan } from '../../grid/plan.js'
import { measuredRequests, type Requests } from '../../grid/requests.js'
import type { GridExposure } from '../../grid/workflow.js'
import { largestOf } from '../../math/extremes.js'
import { refuseUnanswerable } from '../../node/grid/grid-check.js'
import { findExposures } from '../../node/grid/grid-exposures.js'
import { packageVersion } from '../../node/package.js'
import { hasSecret, isUrl, printableUrl } from '../../printable.js'
import { chooseCatalog, namedCatalog } from '../calibrate/choose-catalog.js'
import { fieldOfLists } from '../catalog/field-words.js'
import type { Io } from '../terminal/io.js'
import type { GridCommand } from './options.js'

/** The work of a grid, and its inputs. */
export interface Planned {
  readonly directory: string
  readonly exposures: readonly GridExposure[]
  readonly head: Omit<GridPlan, 'exposures'>
  readonly requests: Requests
}

/** Finds the exposures and opens the catalogue: what cannot work is said before anything is queued. */
export async function planGrid(command: GridCommand, io: Io): Promise<Planned> {
  if (command.se) refuseUnfitForSe(command)
  fluxChoice(command.magsType)
  const directory = resolve(command.to)
  refuseUncarried(directory)
  const named = command.catalog ?? io.env['BLISS_CATALOG'] ?? ''
  refuseSecret(named === '' ? named : await namedCatalog(named, io.env))
  await refuseStandingPlan(command, directory)
  const note = (text: string) => (command.quiet ? undefined : io.err(text))
  const { magsType, system, estimator, keepBorrowed } = command
  const one = command.catalog === undefined ? {} : { catalog: [command.catalog] }
  const catalog = await chooseCatalog(one, io.env, note, fieldOfLists([command.from]))
  const check = (rows: readonly CatalogueListRow[], listFile: string) =>
    refuseUnanswerable(catalog, system, rows, listFile)
  const outdir = command.outdir === undefined ? undefined : resolve(command.outdir)
  const { exposures, notes } = command.se
    ? await (await import('../../node/se/planned-images.js')).findSeExposures(command.from, check)
    : await findExposures(command.from, outdir, check)
  for (const { workdir, outdir, list } of exposures) [workdir, outdir, list.fileName].forEach(refuseUncarried)
  for (const sentence of notes) note(`${sentence}\n`)
  const options = {
    catalog: isUrl(catalog.location) ? catalog.location : resolve(catalog.location),
    magsType,
    system,
    estimator,
    keepBorrowed,
  }
  const { memory, disk } = command
  const asked = {
    minutes: command.minutes,
    ...(memory === undefined ? {} : { memoryMb: memory }),
    ...(disk === undefined ? {} : { diskMb: disk }),
  }
  const requests = measuredRequests(
    command.se ? 'se' : command.per,
    largestOf(exposures.map(({ ccds }) => ccds.length)),
    asked,
  )
  const head = { version: packageVersion(), catalogHash: catalog.hash, options, ...(command.se ? { se: true } : {}) }
  return { directory, exposures, head, requests }
}

/** The single-epoch job writes beside its images, a CCD at a time. Throws CommandError if something else is asked. */
function refuseUnfitForSe({ per, outdir }: GridCommand): void {
  const other = per === 'chunk' ? '--per' : outdir === undefined ? undefined : '--outdir'
  if (other === undefined) return
  const sentence = `${other} does not go with --se, whose jobs are a CCD each and write beside the images`
  throw new CommandError('bad-option', sentence, { option: other, found: per === 'chunk' ? per : outdir! })
}

/** Throws CommandError for the address of a catalogue that lets its reader in: others read the files of a grid. */
function refuseSecret(location: string): void {
  if (!hasSecret(location)) return
  throw new CommandError(
    'secret-in-plan',
    'an address with a password or a query would stand in the files of the grid: ' +
      'copy the catalogue to a directory that the jobs see',
    {
      option: '--catalog',
      found: printableUrl(location),
    },
  )
}

async function refuseStandingPlan({ to, force }: GridCommand, directory: string): Promise<void> {
  const standing = await readdir(directory).catch(() => [])
  const first = standing.find((name) => name.endsWith('.plan.json') || name.endsWith('.dag'))
  if (first !== undefined && !force) {
    throw new CommandError(
      'standing-plan',
      'the directory has a plan already, and its jobs may be running: choose another, or replace it with --force',
      { option: '--to', found: join(to, first) },
    )
  }
}
