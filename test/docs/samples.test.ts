import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transform } from 'esbuild'
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import type { ExposureInput } from '../../src/index.js'
import { gaiaCsvFile, simulateExposure } from '../../src/simulate/index.js'
import { run, temporaryDirectory } from '../cli/run.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'
import { pageOf, root } from './pages.js'

test.skipIf(!existsSync(join(root, 'dist/index.js')))(
  'the calibrateExposure sample calibrates an exposure, and stops',
  async () => {
    const block = pageOf('docs/library.md').blocks.find(({ text }) => text.includes('calibrateExposure'))!
    const module = join(temporaryDirectory(), 'sample.mjs')
    const library = pathToFileURL(join(root, 'dist/index.js')).href
    const { code } = await transform(block.text.replaceAll("'bliss-calib'", `'${library}'`), { loader: 'ts' })
    writeFileSync(module, code)
    const { zeropointsOf } = (await import(/* @vite-ignore */ pathToFileURL(module).href)) as {
      zeropointsOf: (
        exposure: ExposureInput,
        gaia: string,
        stop: AbortSignal,
      ) => Promise<{ exposure: number; ccds: { zeropoint: number; zeropointErr: number }[] }>
    }

    const simulated = simulateExposure(
      { ccds: [1, 4, 9, 14, 20, 28], columns: 'slim', galaxiesPerSqDeg: 1000 },
      describeCatalogue('gaia_dr2'),
      seededRandom(12),
    )
    const exposure: ExposureInput = {
      ccds: simulated.ccds.map(({ ccd, centre, corners, sources }) => ({
        ccd,
        band: 'i',
        centre,
        corners,
        sources,
        epochYr: simulated.epochYr,
      })),
    }
    const dir = temporaryDirectory()
    const raw = gaiaCsvFile(simulated)
    writeFileSync(join(dir, raw.name), raw.bytes)
    await run(['catalog', 'build', '--from', join(dir, raw.name), '--to', join(dir, 'gaia'), '--quiet'])
    const found = await zeropointsOf(exposure, join(dir, 'gaia'), new AbortController().signal)
    for (const [k, { zeropoint, zeropointErr }] of found.ccds.entries())
      expect(Math.abs(zeropoint - simulated.ccds[k]!.zeropoint)).toBeLessThan(4 * zeropointErr)
    const stopped = new AbortController()
    stopped.abort(new Error('the pipeline goes home'))
    await expect(zeropointsOf(exposure, join(dir, 'gaia'), stopped.signal)).rejects.toThrow('the pipeline goes home')
  },
)
