import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gainOfSky } from '../../src/exposure/gain-of-sky.js'
import { openForMeasuring } from '../../src/node/programs/open-for-measuring.js'
import { readPlanes } from '../../src/node/programs/planes.js'
import { temporaryDirectory } from '../cli/run.js'

// Real images; they stay outside this repository.
const images = resolve(import.meta.dirname, '../../../shared/real/images')

describe.skipIf(!existsSync(images))('the gain by noise and level of the sky (../shared/real/images)', () => {
  const found = async (name: string) => {
    const folder = temporaryDirectory()
    const { facts, planes } = await openForMeasuring({ image: join(images, name), workdir: folder }, folder)
    const { noise } = await readPlanes(planes)
    return { used: facts.electronsPerUnit, bySky: noise && gainOfSky(noise, facts.sky), noise }
  }

  test.each([
    'obiwan_grz_c4d_141206_043719_z_S10/image_ooi.fits',
    'obiwan_grz_c4d_141223_020302_g_S10/image_ooi.fits',
    'obiwan_grz_c4d_141224_033245_r_S10/image_ooi.fits',
    'testcase4_c4d_150411_035242_ooi_z_ls9_N3/image_ooi.fits',
    'testcase4_c4d_150411_035242_ooi_z_v1_N3/image_ooi.fits',
    // Without its sky, the level in the header.
    'sfft_decam_i_OBS04a/image.fits',
    'sfft_decam_i_OBS18a/image.fits',
    // Out of focus, the readout makes a third of the noise.
    'lco_0m4_kb29_2016_w_banzai/image.fits.fz',
  ])('%s: that of the header', async (name) => {
    const { used, bySky } = await found(name)
    expect(used! / bySky!).toBeGreaterThan(0.9)
    expect(used! / bySky!).toBeLessThan(1.15)
  })

  test.each([
    'sfft_decam_i_OBS04b/image.fits',
    'sfft_decam_i_OBS18b/image.fits',
    'lco_template_2_SDSSJ0029-0055_rp/template.fits.fz',
    'mzlsbass2_k4m_160319_075112_ooi_zd_ls9_CCD3/image_ooi.fits',
    'galsim_sip_irac_m51/image.fits',
  ])('%s: its pixels are correlated, nothing is said', async (name) => {
    const { bySky, noise } = await found(name)
    expect([bySky, noise!.correlation > 0.12]).toEqual([undefined, true])
  })
})
