import decam from '../../cameras/decam.json' with { type: 'json' }
import { parseCameraDescription, type CameraDescription } from '../camera/description.js'
import { FocalPlane } from '../camera/focal-plane.js'

/** What a simulation asks of a camera's description. */
export type SimulatedCamera = Required<Pick<CameraDescription, 'detector' | 'simulation' | 'throughput'>>

/** The camera that exposures are simulated of. */
const description = parseCameraDescription(decam, 'cameras/decam.json')
export const CAMERA = description as CameraDescription & SimulatedCamera

/** Where its CCDs are. */
export const PLANE = FocalPlane.of(description)!
