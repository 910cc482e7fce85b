import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize, resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from './cli/run.js'
import { pageOf } from './docs/pages.js'
import { hasChromium, launch } from './report/chromium.js'

const root = resolve(import.meta.dirname, '..')

/** The sample for browsers of docs/library.md, bundled for one without any polyfill; esbuild fails on what it lacks. */
async function bundledSample(): Promise<{ code: string; inputs: string[] }> {
  const sample = pageOf('docs/library.md').blocks.find(({ text }) => text.includes('function zeropointOf('))!
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: sample.text.replace("'bliss-calib/core'", `'${join(root, 'src/core.ts')}'`),
      loader: 'ts',
      resolveDir: root,
    },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  return { code: outputFiles[0]!.text, inputs: [...Object.keys(metafile.inputs), ...imports] }
}

/** Serves the files of some directories, and one module and page. */
async function served(places: Readonly<Record<string, string>>, module: string) {
  const server = createServer((request, response) => {
    const [, place, ...path] = decodeURIComponent(request.url!).split('/')
    if (place === '') response.setHeader('content-type', 'text/html').end('<!doctype html><title>core</title>')
    else if (place === 'sample.js') response.setHeader('content-type', 'text/javascript').end(module)
    else {
      const file = join(places[place!] ?? '', normalize(path.join('/')))
      if (places[place!] === undefined || !existsSync(file)) response.writeHead(404).end()
      else response.end(readFileSync(file))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

/** Measured between Node 20 and Chromium: 2e-16 of the zeropoint, 6e-14 of its error. */
const DIGITS = 1e-12

test('the core bundles for a browser without a polyfill and imports nothing of Node', async () => {
  const { code, inputs } = await bundledSample()
  expect(inputs.filter((path) => path.startsWith('node:') || /src\/(node|cli)\//.test(path))).toEqual([])
  expect(code).not.toMatch(/["']node:/)
})

describe.skipIf(!hasChromium)('the core in a browser (Debian chromium)', () => {
  test('calibrates the CCD of the demonstration to 12 digits of the command', async () => {
    const work = temporaryDirectory()
    const { exitCode } = await run(['demo', '--outdir', work])
    expect(exitCode).toBe(0)
    const json = readFileSync(join(work, 'zeropoint_D00668439_01_r4p5.json'), 'utf8')
    const [expected] = (JSON.parse(json) as { ccds: { zeropoint: number; zeropointErr: number }[] }).ccds
    const { code } = await bundledSample()
    const { origin, close } = await served(
      { work, catalogue: join(root, 'catalogs/demo/gaia_dr2'), package: root },
      code,
    )
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.goto(`${origin}/`)
      const found = (await page.evaluate(`(async () => {
        const { zeropointOf } = await import('/sample.js')
        const { zeropoint, zeropointErr, verdict } =
          await zeropointOf('work', 'D00668439_r4p5_red_catlist.csv', 1, 'catalogue', 'package')
        return { zeropoint, zeropointErr, verdict }
      })()`)) as { zeropoint: number; zeropointErr: number; verdict: string }
      // Math.exp, log and pow of another release of V8 may differ in the last bit, and with them the last two digits.
      expect(found.verdict).toBe('good')
      expect(Math.abs(found.zeropoint / expected!.zeropoint - 1)).toBeLessThan(DIGITS)
      expect(Math.abs(found.zeropointErr / expected!.zeropointErr - 1)).toBeLessThan(DIGITS)
    } finally {
      await browser.close()
      close()
    }
  })
})
