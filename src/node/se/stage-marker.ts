import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { isRecord, parseJson } from '../../formats/json-shape.js'
import { sha256OfFile } from '../disk/file-marks.js'
import { writeFilesWhole } from '../disk/files.js'
import { readWholeText } from '../disk/regular-file.js'

/** What a stage that ended has left: what it was made from, and the content of its files. */
export interface StageRecord {
  /** Digest of all that decides the stage's files: inputs, options, versions. */
  readonly key: string
  /** File name -> SHA-256. */
  readonly files: Readonly<Record<string, string>>
  /** What later stages need to know of it. */
  readonly result?: unknown
}

/** The stages of one CCD, or of an exposure, by their names. */
export type StageRecords = Readonly<Record<string, StageRecord>>

const FORMAT = 1

/** A digest of whatever decides a stage. */
export const keyOf = (deciding: unknown): string => sha256(JSON.stringify(deciding))

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

/** What the marker says; nothing if there is none, or none that this version writes: all counts as to be done. */
export async function readStages(directory: string, name: string): Promise<StageRecords> {
  try {
    const { format, stages } = parseJson(await readWholeText(join(directory, name), 'smallTextBytes')) as {
      format?: unknown
      stages?: unknown
    }
    const isStage = (stage: unknown) => isRecord(stage) && typeof stage['key'] === 'string' && isRecord(stage['files'])
    if (format !== FORMAT || !isRecord(stages) || !Object.values(stages).every(isStage)) return {}
    return stages as StageRecords
  } catch {
    return {}
  }
}

/** Writes the marker, whole. It holds no times, so that a run that was killed and began anew leaves the same bytes. */
export async function writeStages(directory: string, name: string, stages: StageRecords): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, stages }, null, 1)}\n`
  await writeFilesWhole(directory, [{ name, bytes: new TextEncoder().encode(text) }])
}

/** The digests of files; undefined if one of them cannot be read. */
export async function digestsOf(
  directory: string,
  names: readonly string[],
): Promise<Record<string, string> | undefined> {
  const digests: Record<string, string> = {}
  for (const name of names) {
    const digest = await sha256OfFile(join(directory, name)).catch(() => undefined)
    if (digest === undefined) return undefined
    digests[name] = digest
  }
  return digests
}

/** Whether a stage is done: made from the same, and its files are as it left them. */
export async function isDone(directory: string, record: StageRecord | undefined, key: string): Promise<boolean> {
  return record?.key === key && (await isUnchanged(directory, record))
}

/** Whether all files of a stage are as it left them. */
export async function isUnchanged(directory: string, { files }: StageRecord): Promise<boolean> {
  const now = await digestsOf(directory, Object.keys(files))
  return now !== undefined && Object.entries(files).every(([name, digest]) => now[name] === digest)
}
