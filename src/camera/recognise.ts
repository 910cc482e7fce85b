import { InputError } from '../errors.js'
import type { CameraDescription, CameraRecognition } from './description.js'
import { matchPattern } from './pattern.js'

/** How the camera of an image is known: `option` if only the user says it, `none` if nothing does. */
export const CAMERA_SOURCES = ['header', 'option', 'file name', 'none'] as const
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
  /** What the header says under any keyword; without it only INSTRUME and FILTER are known. */
  readonly header?: (keyword: string) => readonly (string | number)[]
}

/**
 * The camera of an image among those described. INSTRUME decides if it is there: an instrument without a description is
 * `generic`, whatever the file is called. Without it FILTER may tell, else the name of the file.
 *
 * @param generic the description used for cameras that are not described
 * @throws InputError `several-cameras` if more than one description fits
 */
export function recogniseCamera(
  evidence: CameraEvidence,
  cameras: readonly CameraDescription[],
  generic: CameraDescription,
): RecognisedCamera {
  const { instrument, filter, fileName } = evidence
  const byHeader = theOne(cameras, ({ recognise }) => headerFits(recognise, evidence) === true, evidence)
  if (byHeader !== undefined || instrument !== undefined)
    return { description: byHeader ?? generic, from: 'header', ...(instrument === undefined ? {} : { instrument }) }
  const fitting = (key: 'filter' | 'fileName', value: string) =>
    theOne(cameras, ({ recognise: { [key]: pattern } }) => pattern !== undefined && fits(pattern, value), evidence)
  const byFilter = filter === undefined ? undefined : fitting('filter', filter)
  if (byFilter !== undefined) return { description: byFilter, from: 'header' }
  const byName = fitting('fileName', fileName)
  return byName === undefined ? { description: generic, from: 'none' } : { description: byName, from: 'file name' }
}

/**
 * A camera that the user names: it is taken if the header fits, or does not tell.
 *
 * @throws InputError `other-camera` if the header tells another
 */
export function chosenCamera(description: CameraDescription, evidence: CameraEvidence): RecognisedCamera {
  const { instrument, fileName } = evidence
  const byHeader = headerFits(description.recognise, evidence)
  if (byHeader === false) {
    const patterns = headerPatterns(description.recognise)
    throw new InputError(
      'other-camera',
      `the image is not of the camera that --camera describes, ${description.title}`,
      {
        file: fileName,
        found: patterns.map(([keyword]) => `${keyword} '${valuesOf(evidence, keyword).join("' and '")}'`).join(', '),
        expected: patterns.map(([keyword, pattern]) => `${keyword} as ${pattern}`).join(', '),
      },
    )
  }
  const from = byHeader === true ? 'header' : 'option'
  return { description, from, ...(instrument === undefined ? {} : { instrument }) }
}

const fits = (pattern: string, value: string | number): boolean => matchPattern(pattern, value) !== null

function headerPatterns({ instrument, telescope, keywords = {} }: CameraRecognition): [string, string][] {
  return [
    ...(instrument === undefined ? [] : [['INSTRUME', instrument] satisfies [string, string]]),
    ...(telescope === undefined ? [] : [['TELESCOP', telescope] satisfies [string, string]]),
    ...Object.entries(keywords),
  ]
}

function valuesOf({ instrument, filter, header }: CameraEvidence, keyword: string): readonly (string | number)[] {
  const known = keyword === 'INSTRUME' ? instrument : keyword === 'FILTER' ? filter : undefined
  return known === undefined ? (header?.(keyword) ?? []) : [known]
}

/** Whether all patterns of the header fit: false if one does not; undefined without any, or if a keyword is absent. */
function headerFits(recognise: CameraRecognition, evidence: CameraEvidence): boolean | undefined {
  const patterns = headerPatterns(recognise)
  const said = patterns.map(([keyword, pattern]) => ({ pattern, values: valuesOf(evidence, keyword) }))
  if (!said.every(({ pattern, values }) => values.every((value) => fits(pattern, value)))) return false
  return said.length > 0 && said.every(({ values }) => values.length > 0) ? true : undefined
}

function theOne(
  cameras: readonly CameraDescription[],
  fitting: (camera: CameraDescription) => boolean,
  { fileName }: CameraEvidence,
): CameraDescription | undefined {
  const found = cameras.filter(fitting)
  if (found.length < 2) return found[0]
  throw new InputError('several-cameras', 'several descriptions of cameras fit the image', {
    file: fileName,
    found: found.map(({ name }) => name).join(' and '),
    expected: 'one; --camera FILE chooses',
  })
}
