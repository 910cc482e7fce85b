import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { seededRandom } from '../src/math/random.js'
import type { ExposureInput } from '../src/index.js'
import { gaiaCsvFile, simulateExposure } from '../src/simulate/index.js'
import { run, temporaryDirectory } from './cli/run.js'
import { describeCatalogue } from './simulate/describe-catalogue.js'

const root = resolve(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

/** `console` blocks in order: a line `$ command`, then what it prints on stdout and stderr. */
function examples(): { command: string; printed: string }[] {
  return [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    block!
      .split(/^\$ /m)
      .slice(1)
      .map((part) => ({ command: part.slice(0, part.indexOf('\n')), printed: part.slice(part.indexOf('\n') + 1) })),
  )
}

/** A directory in which the command is on the path, as after an install. */
function installed(): { cwd: string; env: NodeJS.ProcessEnv } {
  const cwd = temporaryDirectory()
  const bin = join(cwd, '.bin')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'bliss-calib'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/bliss-calib.js')}' "$@"\n`,
    { mode: 0o755 },
  )
  return { cwd, env: { ...process.env, PATH: `${bin}:${process.env['PATH']}`, BLISS_CATALOG: '' } }
}

test.skipIf(!existsSync(join(root, 'dist/bundle/cli.js')))(
  'every command of the README prints what the README shows',
  () => {
    const { cwd, env } = installed()
    let directory = cwd
    expect(examples().length).toBeGreaterThan(5)
    for (const { command, printed } of examples()) {
      const cd = /^cd (\S+)$/.exec(command)
      if (cd) {
        directory = resolve(directory, cd[1]!)
        continue
      }
      const { stdout } = spawnSync('/bin/sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: directory, env, encoding: 'utf8' })
      expect(stdout, command).toBe(printed)
    }
  },
)

test('the TypeScript of the README compiles against the public API', async () => {
  const blocks = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block!)
  expect(blocks.length).toBeGreaterThan(0)
  const api = await import('../src/index.js')
  for (const block of blocks) {
    for (const [, names] of block.matchAll(/import \{([^}]*)\} from 'bliss-calib'/g)) {
      for (const name of names!.split(',').map((n) => n.trim().replace(/^type .*/, '')))
        if (name) expect(api, name).toHaveProperty(name)
    }
  }
})

test.skipIf(!existsSync(join(root, 'dist/index.js')))(
  'the calibrateExposure example of the README calibrates an exposure',
  async () => {
    const block = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
      .map(([, text]) => text!)
      .find((text) => text.includes('calibrateExposure'))!
    const { transform } = await import('esbuild')
    const module = join(temporaryDirectory(), 'example.mjs')
    writeFileSync(
      module,
      (
        await transform(block.replaceAll("'bliss-calib'", `'${pathToFileURL(join(root, 'dist/index.js')).href}'`), {
          loader: 'ts',
        })
      ).code,
    )
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

test('every option of the command is in the README, and every one in the README exists', async () => {
  const { CALIBRATE_OPTIONS } = await import('../src/cli/calibrate/options.js')
  const { REMOTE_OPTIONS } = await import('../src/cli/remote-options.js')
  const table = readme.slice(readme.indexOf('## The command'), readme.indexOf('**Photometric system.**'))
  const named = new Set([...table.matchAll(/`--([a-zA-Z_-]+)`/g)].map(([, name]) => name!))
  const known = Object.entries({ ...CALIBRATE_OPTIONS, ...REMOTE_OPTIONS }).flatMap(([name, option]) => [
    name,
    ...(option.facts.alias ?? []),
  ])
  expect([...named].filter((name) => !known.includes(name))).toEqual([])
  expect(known.filter((name) => !named.has(name))).toEqual([])
})

test('every deliberate difference of --legacy stands in the README', async () => {
  const { DIFFERENCES } = await import('../src/legacy/differences.js')
  for (const { sentence } of DIFFERENCES) expect(readme).toContain(`- ${sentence}\n`)
})
