import type { ListName } from '../exposure/catalogue-list.js'

/** Which product an exposure's or a CCD's result is: the parts are the name's own text. */
export interface ResultName extends ListName {
  /** The CCD as its name spells it; undefined for the exposure's own. */
  readonly ccdText?: string
}

const RESULT_NAME = /^zeropoint_D(\d+)(?:_(\d+))?_r([^,"]+)p(\d+)\.json$/

/** Splits `zeropoint_D{E}_{C}_r{R}p{A}.json` and `zeropoint_D{E}_r{R}p{A}.json`; undefined for other names. */
export function parseResultName(fileName: string): ResultName | undefined {
  const parts = RESULT_NAME.exec(fileName)
  if (!parts) return undefined
  return {
    fileName,
    expnumText: parts[1]!,
    reqnum: parts[3]!,
    attnum: parts[4]!,
    ...(parts[2] === undefined ? {} : { ccdText: parts[2] }),
  }
}
