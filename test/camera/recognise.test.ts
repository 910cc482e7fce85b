import { describe, expect, test } from 'vitest'
import { recogniseCamera, type CameraEvidence } from '../../src/camera/recognise.js'
import { packagedCameraOf } from '../../src/node/input/camera-files.js'
import { describeCamera } from '../support/cameras.js'

const [decam, generic] = [describeCamera('decam'), describeCamera('generic')]
const recognised = (evidence: Partial<CameraEvidence>) => {
  const { description, from } = recogniseCamera({ fileName: 'x.fits', ...evidence }, [decam], generic)
  return [description.name, from]
}
const DES_NAME = 'D00668439_i_28_r4p5_fullcat.fits'

describe('the camera of an image', () => {
  test.each([
    [{ instrument: 'DECam' }, ['decam', 'header']],
    [{ instrument: 'decam', fileName: DES_NAME }, ['decam', 'header']],
    [{ filter: 'i DECam SDSS c0003 7835.0 1470.0' }, ['decam', 'header']],
    [{ filter: 'Y DECam c0005 10095.0 1130.0', fileName: DES_NAME }, ['decam', 'header']],
    [{ filter: 'i', fileName: DES_NAME }, ['decam', 'file name']],
    [{ fileName: 'D00668439_Y_03_r4p5_fullcat.fits' }, ['decam', 'file name']],
    [{ fileName: 'D00000013_w_01_fullcat.fits' }, ['generic', 'none']],
    [{ fileName: 'D00000013_w_01_r1p1_fullcat.fits' }, ['generic', 'none']],
    [{ filter: 'i' }, ['generic', 'none']],
    // DECam's glass before another camera is no DECam.
    [{ filter: 'zd DECam k1038' }, ['generic', 'none']],
    // INSTRUME decides, whatever the file is called.
    [{ instrument: 'Mosaic3', filter: 'zd DECam k1038', fileName: DES_NAME }, ['generic', 'header']],
    [{ instrument: 'kb76', fileName: DES_NAME }, ['generic', 'header']],
    [{ instrument: 'DECam2', fileName: DES_NAME }, ['generic', 'header']],
  ] as const)('%j is %j', (evidence, expected) => {
    expect(recognised(evidence)).toEqual(expected)
  })

  test('of the packaged descriptions', async () => {
    expect(await packagedCameraOf({ instrument: 'DECam', fileName: 'x' })).toEqual({
      description: decam,
      from: 'header',
      instrument: 'DECam',
    })
    expect((await packagedCameraOf({ fileName: 'x' })).description).toEqual(generic)
  })
})
