import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cameraEvidence } from '../../src/exposure/camera-evidence.js'
import { cameraFacts } from '../../src/exposure/camera-facts.js'
import { headerLookup } from '../../src/exposure/image-header.js'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsHeaders } from '../../src/formats/fits/index.js'
import { packagedCameraOf } from '../../src/node/input/camera-files.js'

// Headers of real images; they stay outside this repository.
const images = resolve(import.meta.dirname, '../../../shared/real/images')
const catalogues = resolve(import.meta.dirname, '../../../shared/real/catalogues')

async function recognised(dir: string, file: string, hdu: number) {
  const path = join(dir, file)
  const hdus = await readFitsHeaders(memorySource(path, readFileSync(path)))
  const lookup = headerLookup([hdus[hdu]!.header], hdus[0]!.header)
  const camera = await packagedCameraOf(cameraEvidence(lookup, file.split('/').at(-1)!, path))
  const { facts } = cameraFacts(lookup, camera, path)
  const value = (fact: string) => facts.find((one) => one.fact === fact)?.value
  return [camera.description.name, camera.from, value('filter'), value('detector'), value('gain'), value('mask')]
}

const DECAM_Z = "'z DECam SDSS c0004 9260.0 1520.0' is band z, system des"

describe.skipIf(!existsSync(images))('the camera of real images (../shared/real/images)', () => {
  test.each([
    [
      'mzlsbass2_k4m_160319_075112_ooi_zd_ls9_CCD3/image_ooi.fits',
      1,
      ['mosaic3', 'header', "'zd DECam k1038' is band z, system mosaic", '3 CCD3', '1.91', 'codes'],
    ],
    [
      'mzlsbass2_ksb_170430_055945_ooi_r_ls9_CCD4/image_ooi.fits',
      1,
      ['90prime', 'header', "'bokr' is band r, system bass", '4 CCD4', undefined, 'codes'],
    ],
    [
      'mzlsbass2_ksb_180313_081856_ooi_g_ls9_CCD4/image_ooi.fits',
      1,
      ['90prime', 'header', "'g' is band g, system bass", '4 CCD4', undefined, 'codes'],
    ],
    [
      'testcase4_c4d_150411_035242_ooi_z_v1_N3/image_ooi.fits',
      1,
      ['decam', 'header', DECAM_Z, '34 N3', '3.915, 4.068', 'codes'],
    ],
    [
      // INSTRUME was lost on the way: FILTER tells.
      'sfft_decam_i_OBS04a/image.fits',
      0,
      [
        'decam',
        'header',
        "'i DECam SDSS c0003 7835.0 1470.0' is band i, system des",
        '37 N6',
        '3.984046692260535',
        undefined,
      ],
    ],
    // A 0.4 m telescope of LCO, the old Mosaic at CTIO, and cameras that nobody described.
    [
      'lco_0m4_kb29_2016_w_banzai/image.fits.fz',
      1,
      ['generic', 'header', "'w' is band w, system wide", '', '1', undefined],
    ],
    [
      'galsim_tpv_ctio_mosaic_I/image.fits',
      0,
      ['generic', 'none', "'I' is band I, system johnson-cousins", '1', undefined, undefined],
    ],
    ['galsim_sip_irac_m51/image.fits', 0, ['generic', 'header', undefined, undefined, '3.3', undefined]],
    ['neox_mro_no_wcs/image.fits', 0, ['generic', 'header', undefined, undefined, undefined, undefined]],
  ] as const)('%s', async (file, hdu, expected) => {
    expect((await recognised(images, file, hdu)).map((value) => value || undefined)).toEqual(
      expected.map((value) => value || undefined),
    )
  })

  test.each([
    ['cpt1m010-kb70-20160210-0365-e90_cat.fits', ['lco-1m', 'header', "'w' is band w, system wide", undefined, '1.4']],
    ['oracdr_test_catalog.fits', ['lco-1m', 'header', "'rp' is band r, system sdss", undefined, '1.4']],
  ])('%s', async (file, expected) => {
    expect((await recognised(catalogues, file, 0)).slice(0, 5)).toEqual(expected)
  })
})
