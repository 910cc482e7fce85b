import { idOf, readJson, writeJson, type BuildFolder } from './build-folder.js'
import type { BuildInput } from './build-input.js'
import type { BuildOptions } from './build-options.js'
import type { JobRunner } from './build-runner.js'
import { each } from '../../each.js'
import type { ReadFacts, ReadJob, ReadProgress } from './read-job.js'
import type { ReadSetup } from './read-input.js'
import { chooseRelease, type InputRelease } from '../release.js'
import { countKeptOut, type KeptOut } from '../rows/star-chunk.js'
import { runBytes, type StarRun } from './star-run.js'

const JOB_BYTES = 64e6
const JOB_INPUTS = 512

/**
 * Consecutive inputs together; what a job is called follows from its inputs as they are and from how they are read.
 */
export function readJobs(inputs: readonly BuildInput[], setup: ReadSetup, options: BuildOptions): ReadJob[] {
  const groups: BuildInput[][] = []
  let bytes = Infinity
  for (const input of inputs) {
    const size = input.byteLength ?? 0
    if (bytes + size > (options.jobBytes ?? JOB_BYTES) || groups[groups.length - 1]!.length >= JOB_INPUTS) {
      groups.push([])
      bytes = 0
    }
    groups[groups.length - 1]!.push(input)
    bytes += size
  }
  return groups.map((group, i) => ({
    kind: 'read',
    id: idOf(
      [options.builder, identityOf(setup), i, group.map(({ name, identity }) => identity ?? name)],
      options.sha256,
    ),
    inputs: group.map(({ name }) => name),
  }))
}

/** A list of positions goes by its file and its length. */
const identityOf = ({ positions, ...setup }: ReadSetup) =>
  positions === undefined ? setup : { ...setup, positions: [positions.file, positions.ids.length] }

/** What all read jobs found together. */
export interface GatheredInput {
  readonly runs: readonly StarRun[]
  readonly rows: number
  readonly pixels: readonly number[]
  readonly keptOut: KeptOut
  /** Placeholders that were taken as missing, by column. */
  readonly placeholders: KeptOut
  readonly taken: readonly string[]
  readonly releases: readonly InputRelease[]
  readonly columns: ReadonlySet<string>
  readonly wide: ReadonlySet<string>
}

/** Runs the read jobs that are not finished yet; throws as soon as the inputs are found to be of another release. */
export async function readAll(
  jobs: readonly ReadJob[],
  inputs: readonly BuildInput[],
  runner: JobRunner,
  folder: BuildFolder,
  options: BuildOptions,
): Promise<GatheredInput> {
  const sizes = new Map(inputs.map(({ name, byteLength }) => [name, Math.max(1, byteLength ?? 1)]))
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  const progress = new Map<ReadJob, ReadProgress>()
  const tell = (): void => {
    let [bytes, rows] = [0, 0]
    for (const [job, done] of progress) {
      rows += done.rows
      for (const [i, name] of job.inputs.entries())
        bytes += sizes.get(name)! * Math.min(1, Math.max(0, done.inputs - i))
    }
    options.onProgress?.({ stage: 'read', fraction: bytes / total, rows })
  }
  const toldOf = new Map(inputs.map(({ name, release }) => [name, release ?? []]))
  const releases: InputRelease[] = []
  const facts = await each(jobs, runner.width, async (job) => {
    const marker = `jobs/${job.id}.json`
    const kept = await readJson<ReadFacts>(folder, marker, options.sha256)
    const isWhole =
      kept !== undefined &&
      (await Promise.all(kept.runs.map(async (run) => (await folder.byteLength(run.path)) === runBytes(run)))).every(
        Boolean,
      )
    const found = isWhole
      ? kept
      : await runner.read(job, (done) => {
          progress.set(job, done)
          tell()
        })
    releases.push(...found.releases.map((input) => ({ ...input, told: [...input.told, ...toldOf.get(input.file)!] })))
    // At once, not after hours.
    chooseRelease(options.release, releases, options.descriptions)
    if (!isWhole) await writeJson(folder, marker, found, options.sha256)
    progress.set(job, { rows: found.rows, inputs: job.inputs.length })
    tell()
    return found
  })
  const keptOut: KeptOut = new Map()
  const placeholders: KeptOut = new Map()
  for (const { keptOut: some } of facts) for (const [reason, rows] of some) countKeptOut(keptOut, reason, rows)
  for (const { placeholders: some } of facts)
    for (const [column, values] of some) countKeptOut(placeholders, column, values)
  return {
    runs: facts.flatMap(({ runs }) => runs),
    rows: facts.reduce((sum, { rows }) => sum + rows, 0),
    pixels: facts.flatMap(({ pixels }) => pixels),
    keptOut,
    placeholders,
    taken: [...new Set(facts.flatMap(({ taken }) => taken))].sort(),
    releases,
    columns: new Set(facts.flatMap(({ columns }) => columns)),
    wide: new Set(facts.flatMap(({ wide }) => wide)),
  }
}
