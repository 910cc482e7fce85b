import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'

// Cutouts of real images that share stars; they stay outside this repository.
const fields = resolve(import.meta.dirname, '../../../shared/real/fields')

const CUTOUTS = {
  z: ['mzlsbass2_k4m_160319_075112_ooi_zd_ls9_CCD3', 77690, 3],
  r: ['mzlsbass2_ksb_170430_055945_ooi_r_ls9_CCD4', 17043005, 4],
  g: ['mzlsbass2_ksb_180313_081856_ooi_g_ls9_CCD4', 18031308, 4],
  first: ['testcase4_c4d_150411_035242_ooi_z_ls9_N3', 431608, 34],
  again: ['testcase4_c4d_150411_035242_ooi_z_v1_N3', 431608, 34],
} as const

describe.skipIf(!existsSync(fields))('pairs of real cutouts that share stars (../shared/real/fields)', () => {
  const products = new Map<string, string>()
  beforeAll(async () => {
    for (const [key, [name, expnum, ccd]] of Object.entries(CUTOUTS)) {
      const [catalog, outdir] = [join(temporaryDirectory(), 'catalog'), temporaryDirectory()]
      const from = join(fields, name, 'gaia.csv')
      await run(['catalog', 'build', '--from', from, '--to', catalog, '--release', 'gaia_dr2', '--quiet'])
      const where = ['--workdir', join(fields, name), '--outdir', outdir, '--catalog', catalog, '--quiet']
      expect((await run(['--expnum', `${expnum}`, '--ccd', `${ccd}`, ...where])).exitCode).toBe(0)
      products.set(key, outdir)
    }
  })

  test.each([
    ['z', 'r', 3, /the template is of another band than the search exposure .*found r, expected z/],
    ['z', 'g', 3, /the template is of another band than the search exposure .*found g, expected z/],
    ['r', 'g', 3, /the template is of another band than the search exposure .*found g, expected r/],
    // Two reductions of one exposure: their noise is one.
    ['first', 'again', 2, /the exposure is given twice/],
  ] as const)('%s and %s are not tied, and it is said why', async (search, template, exitCode, says) => {
    const outdir = join(temporaryDirectory(), 'tied')
    const words = ['tie', products.get(search)!, '--templates', products.get(template)!, '--outdir', outdir]
    const refused = await run(words)
    expect(refused.err).toMatch(says)
    expect(refused.exitCode).toBe(exitCode)
    expect(existsSync(outdir)).toBe(false)
  })

  test('cutouts of one band without common stars are not tied: STOP, and no products', async () => {
    const outdir = join(temporaryDirectory(), 'tied')
    const words = ['tie', products.get('z')!, '--templates', products.get('first')!, '--outdir', outdir]
    const stopped = await run(words)
    expect(stopped.exitCode).toBe(4)
    expect(stopped.out).toMatch(/STOP: the search is not tied/)
    expect(readdirSync(outdir).every((name) => name.startsWith('tie_'))).toBe(true)
  })
})
