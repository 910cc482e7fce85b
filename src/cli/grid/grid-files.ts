import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { manifestText } from '../../batch/manifest.js'
import { CommandError } from '../../errors.js'
import { nodeScript } from '../../grid/node-script.js'
import { chunksOf } from '../../grid/parts.js'
import { planText } from '../../grid/plan.js'
import {
  ccdWorkflow,
  chunkWorkflow,
  jobCount,
  seWorkflow,
  type Chunk,
  type GridExposure,
  type Workflow,
} from '../../grid/workflow.js'
import { refuseForeignTree } from '../../node/disk/own-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { packageRoot } from '../../node/package.js'
import type { GridCommand } from './options.js'
import type { Planned } from './planned.js'

/** A file of a grid. */
export interface Text {
  readonly name: string
  readonly text: string
}

/** Jobs of one DAG, or of one Slurm submission: more than schedulers stand, and a sign that chunks are meant. */
const MAX_JOBS = 250_000

/** The jobs of some exposures, with the files that they read. */
export function workflowOf(
  { directory, head }: Planned,
  { per, minutes, secondsPerCcd }: GridCommand,
  name: string,
  exposures: readonly GridExposure[],
): { workflow: Workflow; files: Text[] } {
  const planName = `${name}.plan.json`
  const planFile = { name: planName, text: planText({ ...head, exposures }) }
  const path = (file: string) => join(directory, file)
  if (per === 'ccd') {
    const workflow = (head.se === true ? seWorkflow : ccdWorkflow)(name, exposures, head.options, path(planName))
    if (jobCount(workflow) > MAX_JOBS) {
      throw new CommandError('too-many-jobs', 'a job per CCD is too many jobs for a scheduler', {
        option: '--per',
        found: `${jobCount(workflow)} jobs`,
        expected: `at most ${MAX_JOBS}; --per chunk`,
      })
    }
    return { workflow, files: [planFile] }
  }
  const chunks = chunksOf(exposures, minutes * 60, ({ ccds }) => ccds.length * secondsPerCcd)
  const files: Text[] = [planFile]
  const named = chunks.map((chunk, k): Chunk => {
    const chunkName = `chunk_${String(k + 1).padStart(5, '0')}`
    const manifest = `chunks/${chunkName}.csv`
    const chunkPlan = `chunks/${chunkName}.plan.json`
    const rows = chunk.map(({ list, workdir, outdir, ccds }) => ({
      list: join(workdir, list.fileName),
      outdir,
      ccd: ccdRanges(ccds),
    }))
    files.push(
      { name: manifest, text: manifestText(rows) },
      { name: chunkPlan, text: planText({ ...head, exposures: chunk }) },
    )
    return { name: chunkName, manifest: path(manifest), plan: path(chunkPlan) }
  })
  return { workflow: chunkWorkflow(name, named, head.options, path(planName), path('summary.parquet')), files }
}

/** `1,3-60`: what `--ccd` takes; a CCD alone as `7-7`, because it is an exposure all the same. */
function ccdRanges(ccds: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const ccd of ccds) {
    const last = ranges.at(-1)
    if (last && last[1] === ccd - 1) last[1] = ccd
    else ranges.push([ccd, ccd])
  }
  return ranges.map(([first, last]) => (first === last && ccds.length > 1 ? `${first}` : `${first}-${last}`)).join(',')
}

/** Files that every grid has. */
export function commonFiles({ program }: GridCommand): Text[] {
  const words =
    program === undefined
      ? [process.execPath, fileURLToPath(new URL('bin/bliss-calib.js', packageRoot))]
      : program.split(/[ \t]+/).filter((word) => word !== '')
  return [
    { name: 'node.sh', text: nodeScript(words) },
    { name: 'logs/README', text: 'Output and messages of the jobs.\n' },
  ]
}

/** Writes what lies in subdirectories first: a DAG is there only when all it names is there. */
export async function writeGrid({ directory }: Planned, files: readonly Text[]): Promise<void> {
  const bytes = files.map(({ name, text }) => ({ name, bytes: new TextEncoder().encode(text) }))
  const witness = files.find(({ name }) => name.endsWith('.plan.json') && !name.includes('/'))?.name
  const expected = 'another --to, or the file moved away'
  await refuseForeignTree(directory, bytes, { expected, ...(witness === undefined ? {} : { witness }) })
  await writeTree(directory, [
    ...bytes.filter(({ name }) => name.includes('/')),
    ...bytes.filter(({ name }) => !name.includes('/')),
  ])
}
