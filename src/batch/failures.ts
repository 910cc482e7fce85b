import { csvFormatRows } from 'd3-dsv'
import type { ExitCode } from '../errors.js'
import type { SummarizedExposure } from './ccd-table.js'

/** A list that could not even be read, so that it is no exposure of the summary. */
export interface ListFailure {
  readonly list: string
  readonly exitCode: ExitCode
  readonly sentence: string
}

export const FAILURES_HEADER = 'list,directory,expnum,ccd,exit_code,reason\n'

/** What could not be done, a line each: failures of CCDs and of exposures. */
export function failureLines(exposures: readonly SummarizedExposure[]): string {
  return csvLines(
    exposures.flatMap(({ record: { list, expnum, failures }, directory }) =>
      failures.map(({ ccd, exitCode, sentence }) => [list, directory, expnum, ccd ?? '', exitCode, sentence]),
    ),
  )
}

export function listFailureLines(failures: readonly ListFailure[]): string {
  return csvLines(failures.map(({ list, exitCode, sentence }) => [list, '', '', '', exitCode, sentence]))
}

const csvLines = (rows: readonly (readonly (string | number)[])[]) =>
  rows.length === 0 ? '' : `${csvFormatRows(rows.map((row) => row.map(String)))}\n`
