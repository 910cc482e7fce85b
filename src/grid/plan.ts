import { InputError } from '../errors.js'
import { parseListName } from '../exposure/catalogue-list.js'
import { parseJson, shapeFault, type JsonShape } from '../formats/json-shape.js'
import type { GridExposure, GridOptions } from './workflow.js'

/** What a workflow was planned with: its jobs check themselves and their products against it. */
export interface GridPlan {
  /** Version of bliss-calib. */
  readonly version: string
  /** SHA-256 of the catalogue's manifest. */
  readonly catalogHash: string
  readonly options: GridOptions
  /** The jobs begin with reduced images. */
  readonly se?: boolean
  readonly exposures: readonly GridExposure[]
}

/** A plan as JSON, one line per exposure, so that a survey's plan can be read and cut with text tools. */
export function planText({ version, catalogHash, options, se, exposures }: GridPlan): string {
  const rows = exposures.map(({ list, expnum, workdir, outdir, sha256, band, nite, ccds }) =>
    JSON.stringify({ expnum, list: list.fileName, workdir, outdir, sha256, band, nite, ccds }),
  )
  const head = JSON.stringify({ schema: 1, version, catalogHash, options, ...(se === true ? { se } : {}) })
  return `${head.slice(0, -1)},"exposures":[\n${rows.join(',\n')}\n]}\n`
}

const TEXT: JsonShape = { type: 'string' }

const PLAN: JsonShape = {
  type: 'object',
  required: ['version', 'catalogHash', 'options'],
  properties: {
    version: TEXT,
    catalogHash: TEXT,
    se: { type: 'boolean' },
    options: {
      type: 'object',
      required: ['catalog', 'magsType', 'system', 'estimator', 'keepBorrowed'],
      properties: { catalog: TEXT, magsType: TEXT, system: TEXT, estimator: TEXT, keepBorrowed: { type: 'boolean' } },
    },
  },
}

const PLANNED: JsonShape = {
  type: 'object',
  required: ['list', 'expnum', 'workdir', 'outdir', 'sha256', 'band', 'nite', 'ccds'],
  properties: {
    list: TEXT,
    expnum: { type: 'integer' },
    workdir: TEXT,
    outdir: TEXT,
    sha256: TEXT,
    band: TEXT,
    nite: TEXT,
    ccds: { type: 'array', items: { type: 'integer' } },
  },
}

/** Reads what `planText` wrote. Throws InputError if it is something else. */
export function parsePlan(text: string, file: string): GridPlan {
  const bad = (found: string, cause?: unknown) =>
    new InputError(
      'bad-plan',
      'this is no plan of `bliss-calib grid`',
      { file, found, expected: 'schema 1 with exposures' },
      { cause },
    )
  let plan: {
    schema?: unknown
    version: string
    catalogHash: string
    options: GridOptions
    se?: boolean
    exposures?: unknown
  }
  try {
    plan = parseJson(text) as typeof plan
  } catch (cause) {
    throw bad((cause as Error).message, cause)
  }
  if (plan?.schema !== 1 || !Array.isArray(plan.exposures)) throw bad(`schema ${JSON.stringify(plan?.schema)}`)
  const fault = shapeFault(plan, PLAN)
  if (fault !== undefined) throw bad(`${fault.path}: ${fault.found}`)
  const exposures = (plan.exposures as (Omit<GridExposure, 'list'> & { list: string })[]).map(
    (row, k): GridExposure => {
      const list = parseListName(String(row?.list))
      const fault = shapeFault(row, PLANNED, `exposures[${k}]`)
      if (fault !== undefined) throw bad(`${fault.path}: ${fault.found}`)
      if (!list) throw bad(`exposure ${k + 1}: ${row.list.slice(0, 80)}`)
      return { ...row, list }
    },
  )
  const { version, catalogHash, options, se } = plan
  return { version, catalogHash, options, ...(se === true ? { se } : {}), exposures }
}
