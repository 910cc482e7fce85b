import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chosenCamera, recogniseCamera, type CameraEvidence } from '../../src/camera/recognise.js'
import { packagedCameraOf, packagedCameras } from '../../src/node/input/camera-files.js'
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

describe('several patterns of the header', () => {
  const recognise = { instrument: '^fa\\d\\d$', telescope: '^1m0', keywords: { ORIGIN: '^LCO' } }
  const sinistro = { ...generic, name: 'sinistro', recognise }
  const evidence = (header: Record<string, string>): CameraEvidence => ({
    fileName: 'x.fits',
    ...(header['INSTRUME'] === undefined ? {} : { instrument: header['INSTRUME'] }),
    header: (keyword) => [header[keyword] ?? []].flat(),
  })
  const found = (header: Record<string, string>) => recogniseCamera(evidence(header), [decam, sinistro], generic)

  test.each([
    [{ INSTRUME: 'fa14', TELESCOP: '1m0-09', ORIGIN: 'LCOGT' }, 'sinistro'],
    [{ INSTRUME: 'FA14', TELESCOP: '1M0-09 ', ORIGIN: 'lco' }, 'sinistro'],
    [{ INSTRUME: 'fa14', TELESCOP: '2m0-01', ORIGIN: 'LCOGT' }, 'generic'],
    [{ INSTRUME: 'fa14', TELESCOP: '1m0-09' }, 'generic'],
    [{ TELESCOP: '1m0-09', ORIGIN: 'LCOGT' }, 'generic'],
  ])('%j is %s', (header, name) => {
    expect(found(header).description.name).toBe(name)
  })

  test('two descriptions that fit are refused by name, never the first taken', () => {
    const mine = { ...decam, name: 'mine' }
    const image = { fileName: 'night/x.fits' }
    for (const told of [{ instrument: 'DECam' }, { filter: 'i DECam SDSS c0003 7835.0 1470.0' }])
      expect(() => recogniseCamera({ ...image, ...told }, [decam, mine], generic)).toThrow(
        'night/x.fits: several descriptions of cameras fit the image ' +
          '(found decam and mine, expected one; --camera FILE chooses)',
      )
    expect(() => recogniseCamera({ fileName: DES_NAME }, [decam, mine], generic)).toThrow('found decam and mine')
  })

  test('the camera of --camera is taken unless the header tells another', () => {
    const chosen = (header: Record<string, string>) => chosenCamera(sinistro, evidence(header))
    expect(chosen({ INSTRUME: 'fa14', TELESCOP: '1m0-09', ORIGIN: 'LCOGT' }).from).toBe('header')
    expect(chosen({ INSTRUME: 'fa14' }).from).toBe('option')
    expect(chosen({}).from).toBe('option')
    expect(chosenCamera(generic, evidence({ INSTRUME: 'any' })).from).toBe('option')
    expect(() => chosen({ INSTRUME: 'DECam' })).toThrow(
      'x.fits: the image is not of the camera that --camera describes, a camera that is not described ' +
        "(found INSTRUME 'DECam', ",
    )
    expect(() => chosen({ INSTRUME: 'fa14', TELESCOP: '2m0-01' })).toThrow("TELESCOP '2m0-01'")
  })

  test('each description of the package is sound, named as its file, and fits no other camera of it', async () => {
    const { cameras } = await packagedCameras()
    const files = readdirSync(new URL('../../cameras', import.meta.url)).map((name) => name.replace('.json', ''))
    expect([...cameras.map(({ name }) => name), 'generic'].sort()).toEqual(files.sort())
    const headers = [
      ['decam', { INSTRUME: 'DECam' }],
      ['mosaic3', { INSTRUME: 'Mosaic3', TELESCOP: 'KPNO 4.0 meter telescope' }],
      ['90prime', { INSTRUME: '90prime', TELESCOP: 'Steward 2.3 m (bok)' }],
      ['lco-1m', { INSTRUME: 'kb76', TELESCOP: '1m0-13' }],
      ['lco-1m', { INSTRUME: 'fa14', TELESCOP: '1m0-09' }],
      ['lco-2m', { INSTRUME: 'fs02', TELESCOP: '2m0-01' }],
      ['ztf', { INSTRUME: 'ZTF/MOSAIC', TELESCOP: 'Palomar' }],
      ['generic', { INSTRUME: 'kb29', TELESCOP: '0m4-14' }],
      ['generic', { INSTRUME: 'EMMI', TELESCOP: 'ESONTTB' }],
    ] as const
    for (const [name, header] of headers)
      expect(recogniseCamera(evidence(header), cameras, generic).description.name).toBe(name)
  })
})
