import type { CameraDescription } from './description.js'

/** Where it is known from which camera an image is: `none` if nothing says it. */
export const CAMERA_SOURCES = ['header', 'file name', 'none'] as const
export type CameraSource = (typeof CAMERA_SOURCES)[number]

/** The camera that an image was taken with, as far as it is known. */
export interface RecognisedCamera {
  readonly description: CameraDescription
  readonly from: CameraSource
  /** INSTRUME, if the header has it. */
  readonly instrument?: string
}

/** What an image says of its camera. */
export interface CameraEvidence {
  readonly instrument?: string
  readonly filter?: string
  readonly fileName: string
}

/**
 * The camera of an image among those described. INSTRUME decides if it is there: an instrument that nobody described is
 * `generic`, whatever the file is called. Without it FILTER may tell, else the name of the file. The first description
 * that fits is taken.
 *
 * @param generic what stands for cameras that are not described
 */
export function recogniseCamera(
  { instrument, filter, fileName }: CameraEvidence,
  cameras: readonly CameraDescription[],
  generic: CameraDescription,
): RecognisedCamera {
  const fitting = (key: keyof CameraDescription['recognise'], value: string) =>
    cameras.find(({ recognise: { [key]: pattern } }) => pattern !== undefined && new RegExp(pattern, 'i').test(value))
  if (instrument !== undefined)
    return { description: fitting('instrument', instrument) ?? generic, from: 'header', instrument }
  const byFilter = filter === undefined ? undefined : fitting('filter', filter)
  if (byFilter !== undefined) return { description: byFilter, from: 'header' }
  const byName = fitting('fileName', fileName)
  return byName === undefined ? { description: generic, from: 'none' } : { description: byName, from: 'file name' }
}
