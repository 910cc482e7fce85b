import { readFile } from 'node:fs/promises'
import { parseCameraDescription, type CameraDescription } from '../../camera/description.js'
import { recogniseCamera, type CameraEvidence, type RecognisedCamera } from '../../camera/recognise.js'
import { packageRoot } from '../package.js'

/** Cameras that the package describes, by the names of their files. */
const DESCRIBED = ['decam'] as const

let described: Promise<{ readonly cameras: CameraDescription[]; readonly generic: CameraDescription }> | undefined

async function packagedCamera(name: string): Promise<CameraDescription> {
  const file = `cameras/${name}.json`
  return parseCameraDescription(JSON.parse(await readFile(new URL(file, packageRoot), 'utf8')), file)
}

/**
 * The camera of an image among those that the package describes; `generic` if it is none of them. They are read once.
 */
export async function packagedCameraOf(evidence: CameraEvidence): Promise<RecognisedCamera> {
  described ??= Promise.all([Promise.all(DESCRIBED.map(packagedCamera)), packagedCamera('generic')]).then(
    ([cameras, generic]) => ({ cameras, generic }),
  )
  const { cameras, generic } = await described
  return recogniseCamera(evidence, cameras, generic)
}
