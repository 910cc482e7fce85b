import type { CameraDescription } from '../../camera/description.js'
import { packagedCameras } from '../../node/input/camera-files.js'
import type { ExitCode, Io } from '../terminal/io.js'

/** `camera list`: the cameras that the package describes. */
export async function cameraList(io: Io): Promise<ExitCode> {
  const { cameras, generic } = await packagedCameras()
  for (const camera of [...cameras, generic]) io.out(linesOf(camera))
  return 0
}

function linesOf({ name, title, untested, recognise, bands }: CameraDescription): string {
  const { instrument, telescope, keywords = {}, filter, fileName } = recognise
  const by = [
    ...Object.entries({
      INSTRUME: instrument,
      TELESCOP: telescope,
      ...keywords,
      FILTER: filter,
      'file name': fileName,
    }),
  ].flatMap(([what, pattern]) => (pattern === undefined ? [] : [`  ${what.padEnd(10)} ${pattern}`]))
  const systems = Object.entries(bands).map(([system, list]) => `${system} ${list.join(', ')}`)
  const lines = [
    `${name}: ${title}${untested === true ? ', untested: no image with a published zeropoint was at hand' : ''}`,
    ...by,
    ...(systems.length === 0 ? [] : [`  bands      ${systems.join('; ')}`]),
  ]
  return `${lines.join('\n')}\n`
}
