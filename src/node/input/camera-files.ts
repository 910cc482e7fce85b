import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseCameraDescription, soundDescription, type CameraDescription } from '../../camera/description.js'
import { FocalPlane } from '../../camera/focal-plane.js'
import { chosenCamera, recogniseCamera, type CameraEvidence, type RecognisedCamera } from '../../camera/recognise.js'
import { InputError } from '../../errors.js'
import { parseJson } from '../../formats/json-shape.js'
import { unreadableFile } from '../disk/reason.js'
import { readWhole } from '../disk/regular-file.js'
import { packageRoot } from '../package.js'

/** The description used for a camera that is not described. */
const GENERIC = 'generic'

/** A camera's description from a file of the user, and what the provenance says of it. */
export interface ReadCamera {
  readonly description: CameraDescription
  readonly fileName: string
  readonly sha256: string
}

/** The cameras that the package describes. */
export interface PackagedCameras {
  readonly cameras: readonly CameraDescription[]
  readonly generic: CameraDescription
}

let described: Promise<PackagedCameras> | undefined

/** The descriptions in `cameras/` of the package, whichever are there, by name. They are read once. */
export function packagedCameras(): Promise<PackagedCameras> {
  described ??= readPackaged()
  return described
}

async function readPackaged(): Promise<PackagedCameras> {
  const dir = new URL('cameras/', packageRoot)
  const names = readdirSync(dir)
    .filter((name) => name.endsWith('.json'))
    .sort()
  const all = names.map((name) => readOurs(new URL(name, dir)))
  const generic = all.find(({ name }) => name === GENERIC)
  if (generic === undefined) throw new Error(`the package has no cameras/${GENERIC}.json`)
  return { cameras: all.filter((camera) => camera !== generic), generic }
}

let planes: Promise<ReadonlyMap<string, FocalPlane>> | undefined

/** Focal planes, by name, of the package's cameras whose description places every CCD. */
export function packagedPlanes(): Promise<ReadonlyMap<string, FocalPlane>> {
  planes ??= packagedCameras().then(({ cameras }) => new Map(cameras.flatMap(namedPlane)))
  return planes
}

function namedPlane(camera: CameraDescription): [string, FocalPlane][] {
  const plane = FocalPlane.of(camera)
  return plane === undefined ? [] : [[camera.name, plane]]
}

/** The package's own descriptions are checked by its tests, not at every start: 3 ms of 235. */
function readOurs(file: URL): CameraDescription {
  return soundDescription(JSON.parse(readFileSync(file, 'utf8')) as CameraDescription)
}

/** The text of a description that the package has, by its name; undefined if it has none of it. */
export async function packagedCameraText(name: string): Promise<string | undefined> {
  const { cameras } = await packagedCameras()
  if (!cameras.some((camera) => camera.name === name)) return undefined
  return readFile(new URL(`cameras/${name}.json`, packageRoot), 'utf8')
}

/**
 * A camera's description from a file of the user.
 *
 * @param shown its name in messages
 * @throws InputError for a file that cannot be read or is no JSON, or a field that is wrong
 */
export async function readCameraFile(path: string, shown = path): Promise<ReadCamera> {
  const bytes = await readWhole(path, 'smallTextBytes').catch((cause: unknown) => {
    throw unreadableFile(shown, cause)
  })
  return {
    description: parseCameraDescription(parsedJson(new TextDecoder().decode(bytes), shown), shown),
    fileName: basename(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
}

function parsedJson(text: string, file: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new InputError('bad-camera', "the camera's description is no JSON", { file, found }, { cause })
  }
}

/**
 * The camera of an image among those that the package describes; `generic` if it is none of them.
 *
 * @throws InputError if several of them fit
 */
export async function packagedCameraOf(evidence: CameraEvidence): Promise<RecognisedCamera> {
  const { cameras, generic } = await packagedCameras()
  return recogniseCamera(evidence, cameras, generic)
}

/** The camera that the user has described, else one of the package's. */
export const cameraOfImage =
  (own: CameraDescription | undefined) =>
  async (evidence: CameraEvidence): Promise<RecognisedCamera> =>
    own === undefined ? packagedCameraOf(evidence) : chosenCamera(own, evidence)
