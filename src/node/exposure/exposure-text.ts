import type { FocalPlane } from '../../camera/focal-plane.js'
import { CAMERA_SOURCES } from '../../camera/recognise.js'
import { exitCodeOf, worstOf, type ExitCode } from '../../errors.js'
import { isFilesName, type FilesName } from '../../exposure/exposure-name.js'
import { largestOf } from '../../math/extremes.js'
import type { CcdResult } from '../../photometry/result.js'
import type { ExposureFailure, ExposureOutcome, SolvedCcd, SolvedExposure } from '../../pipeline.js'
import {
  ownResult,
  resultJson,
  type ExposureFacts,
  type FailedCcd,
  type Provenance,
  type RunFacts,
  type SolvedResult,
} from '../../products/result-json.js'
import { reasonWithoutPath } from '../disk/reason.js'
import type { ExposureRows } from '../input/read-exposure.js'
import type { ExposureJob, ExposureRun } from './exposure-job.js'
import type { FileCcd } from './file-ccd.js'

/** The exposure that CCDs are written for. */
export interface WrittenExposure {
  readonly outdir: string
  readonly list: ExposureRows
  readonly catalogName: string
  readonly system: string
  /** Cameras with a known layout of CCDs: their corners need not be written. */
  readonly planes: ReadonlyMap<string, FocalPlane>
  /** The CCDs are solved together, and the exposure's own products written. */
  readonly together: boolean
  /** Of the list only; each CCD adds its own input. */
  readonly provenance: Provenance
  /** CCDs that were missing. */
  readonly missing: readonly number[]
}

type Solved = SolvedCcd<FileCcd>

/**
 * Facts of the exposure from its CCDs; epoch and band are the first's. Camera and filter are given only if all CCDs
 * agree.
 */
export function exposureFacts({ list: { name }, planes }: WrittenExposure, ccds: readonly Solved[]): ExposureFacts {
  const { ccd, result } = ccds[0]!
  const { epochYr, epochFrom, camera, filter } = result
  const areOne = (key: 'camera' | 'filter') => ccds.every((one) => one.result[key] === result[key])
  const weakest = largestOf(ccds.map((one) => CAMERA_SOURCES.indexOf(one.result.cameraFrom)))
  const { reqnum, attnum } = isFilesName(name) ? { reqnum: null, attnum: null } : name
  const cameraOfAll = areOne('camera') ? camera : 'generic'
  return {
    expnum: isFilesName(name) ? null : Number(name.expnumText),
    band: ccd.row.band,
    reqnum,
    attnum,
    epochYr,
    epochFrom,
    camera: cameraOfAll,
    cameraFrom: CAMERA_SOURCES[weakest]!,
    filter: areOne('filter') ? filter : null,
    ...(isFilesName(name) ? filesFacts(name, ccds) : {}),
    ...(isFilesName(name) || !planes.has(cameraOfAll) ? { corners: cornersOf(ccds) } : {}),
  }
}

const cornersOf = (ccds: readonly Solved[]): NonNullable<ExposureFacts['corners']> =>
  Object.fromEntries(
    ccds.map(({ ccd: { ccd, row } }) => [String(ccd), { raDeg: row.corners.raDeg, decDeg: row.corners.decDeg }]),
  )

/** What the JSON says of files that were given without a list. */
function filesFacts(
  { exposure, stems }: FilesName,
  ccds: readonly Solved[],
): Pick<ExposureFacts, 'name' | 'stems' | 'origin'> {
  const origins = ccds.map(({ ccd }) => ccd.row.given?.origin ?? {})
  const fields = new Set(origins.flatMap((origin) => Object.keys(origin)))
  const of = (field: string) => [...new Set(origins.map((origin) => origin[field] ?? 'not told'))].join('; ')
  return {
    name: exposure,
    stems: Object.fromEntries(ccds.map(({ ccd }) => [String(ccd.ccd), stems[ccd.ccd]!])),
    origin: Object.fromEntries([...fields].map((field) => [field, of(field)])),
  }
}

export function provenanceOf({ provenance }: WrittenExposure, ccds: readonly FileCcd[]): Provenance {
  return {
    ...provenance,
    inputs: Object.assign({}, provenance.inputs, ...ccds.map((ccd) => ccd.input())) as Provenance['inputs'],
  }
}

/** A CCD's result as in its products: with its own result (`own`) if its exposure was solved. */
export const solvedResult = ({ result, own }: Solved, together: boolean): SolvedResult =>
  together ? { ...result, own: ownResult(own) } : result

/** The JSON of the exposure, or of a CCD that was asked for alone. */
export function resultText(
  exposure: WrittenExposure,
  { ccds, solution }: SolvedExposure<FileCcd>,
  failures: readonly ExposureFailure[],
  run?: RunFacts,
): string {
  const failed = failures
    .flatMap(({ ccd, error }): FailedCcd[] => (ccd === undefined ? [] : [{ ccd, reason: reasonWithoutPath(error) }]))
    .sort((a, b) => a.ccd - b.ccd)
  const provenance = provenanceOf(
    exposure,
    ccds.map(({ ccd }) => ccd),
  )
  return resultJson(
    exposureFacts(exposure, ccds),
    ccds.map((one) => solvedResult(one, exposure.together)),
    provenance,
    { ...(solution ? { solution, failed, missing: exposure.missing } : {}), ...(run ? { run } : {}) },
  )
}

/** Exit code of a CCD that was written. */
function exitCodeOfResult({ outcome }: CcdResult, acceptBorrowed: boolean): ExitCode {
  return outcome === 'fitted' || (outcome === 'borrowed' && acceptBorrowed) ? 0 : 4
}

/** The outcome of a run, for its caller. */
export function runOf(
  exposure: WrittenExposure,
  outcome: ExposureOutcome<FileCcd>,
  { acceptBorrowed }: Pick<ExposureJob, 'acceptBorrowed'>,
): Omit<ExposureRun, 'catalog'> {
  const { ccds, solution, failures } = outcome
  const codes = [
    ...failures.map(({ error }) => exitCodeOf(error)),
    ...ccds.map(({ result }) => exitCodeOfResult(result, acceptBorrowed)),
    ...(ccds.length === 0 ? [3 as const] : []),
  ]
  return {
    exitCode: worstOf(codes),
    list: exposure.list,
    ccds: ccds.map((one) => solvedResult(one, exposure.together)),
    ...(solution ? { solution } : {}),
    failures,
    missing: exposure.missing,
    ...(ccds.length > 0 ? { json: (cost) => resultText(exposure, outcome, failures, cost) } : {}),
  }
}
