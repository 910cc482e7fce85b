import type { ListName } from '../exposure/catalogue-list.js'
import { parseJson, shapeFault } from '../formats/json-shape.js'
import { MARKER_SHAPE } from './marker-shape.js'
import type { ExposureRecord } from './record.js'

/** What, beside the input files, decides the bytes of an exposure's products. */
export interface WorkKey {
  readonly version: string
  readonly catalogHash: string
  /** CCDs asked for, as the command has them. */
  readonly ccd: string
  readonly options: Readonly<Record<string, string | number | boolean>>
}

/**
 * Content of a file. `stamp` is its size, times of change and place on the disk as they were when the content was seen,
 * null if they could not be told from those of a later change.
 */
export interface FileMark {
  readonly sha256: string
  readonly stamp: string | null
}

/** A done-marker: the exposure was calibrated from these inputs, and these outputs were written. */
export interface Marker {
  readonly key: WorkKey
  /** File name in the work directory -> its content; null for a file of the list that did not exist. */
  readonly inputs: Readonly<Record<string, FileMark | null>>
  /** File name in the output directory -> its content. */
  readonly outputs: Readonly<Record<string, FileMark>>
  readonly record: ExposureRecord
  /** Of files: image, as in `inputs` -> what was measured on it. */
  readonly measured?: Readonly<Record<string, readonly MeasuredMark[]>>
}

/** The catalogue of one image of a file, in the output directory. */
export interface MeasuredMark {
  readonly catalogue: string
  readonly psf?: string
  /** The image, if the file has several. */
  readonly hdu?: number | string
}

const FORMAT = 1

/** `.bliss-done-D00668439_r4p5.json`: no pattern that looks for products finds it. */
export function markerName({ expnumText, reqnum, attnum }: ListName): string {
  return `.bliss-done-D${expnumText}_r${reqnum}p${attnum}.json`
}

/** `.bliss-done-file-frame_0042.json`, of an exposure of files. */
export const fileMarkerName = (exposure: string): string => `.bliss-done-file-${exposure}.json`

export function markerText(marker: Marker): string {
  return `${JSON.stringify({ format: FORMAT, ...marker })}\n`
}

/** The marker, or undefined if the text is none that this version writes: the exposure then counts as not done. */
export function parseMarker(text: string): Marker | undefined {
  try {
    const { format, ...marker } = parseJson(text) as Marker & { format?: unknown }
    return format === FORMAT && shapeFault(marker, MARKER_SHAPE) === undefined ? marker : undefined
  } catch {
    return undefined
  }
}

/** What differs between two keys, in words; undefined if nothing does. */
export function keyChange(then: WorkKey, now: WorkKey): string | undefined {
  if (then.version !== now.version) return `the program was ${then.version}`
  if (then.catalogHash !== now.catalogHash) return 'the catalogue was another'
  if (then.ccd !== now.ccd) return `the CCDs were ${then.ccd}`
  const names = [...new Set([...Object.keys(then.options), ...Object.keys(now.options)])]
  const changed = names.find((name) => then.options[name] !== now.options[name])
  return changed === undefined ? undefined : `${changed} was ${String(then.options[changed])}`
}
