import { readFileSync } from 'node:fs'
import { parseCameraDescription, type CameraDescription } from '../../src/camera/description.js'
import { FocalPlane } from '../../src/camera/focal-plane.js'
import type { RecognisedCamera } from '../../src/camera/recognise.js'

/** A description of the package's own cameras. */
export function describeCamera(name: 'decam' | 'generic'): CameraDescription {
  const file = new URL(`../../cameras/${name}.json`, import.meta.url)
  return parseCameraDescription(JSON.parse(readFileSync(file, 'utf8')), `cameras/${name}.json`)
}

/** As a complete header names it. */
export const DECAM: RecognisedCamera = { description: describeCamera('decam'), from: 'header', instrument: 'DECam' }

/** Where its CCDs are. */
export const DECAM_PLANE = FocalPlane.of(DECAM.description)!

/** An instrument that nobody described. */
export const OTHER_CAMERA: RecognisedCamera = {
  description: describeCamera('generic'),
  from: 'header',
  instrument: 'kb76',
}
