import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from './cli/run.js'

const root = resolve(import.meta.dirname, '..')

/** What a script prints that has `runBundle` of a copy of the package at hand: a process of its own, for they set flags of V8. */
const printed = (dir: string, script: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', `import { runBundle } from ${JSON.stringify(join(dir, 'bin/bundle.js'))}; ${script}`], { encoding: 'utf8' })

describe.skipIf(!existsSync(join(root, 'dist/bundle/cli.code')))('the build', () => {
  test.each(['cli', 'ccd-worker'])('%s: V8 takes the code that it made at the build', (name) => {
    expect(printed(root, `console.log(runBundle('${name}').script.cachedDataRejected)`)).toBe('false\n')
  })

  test.each(['cli', 'ccd-worker'])('%s: one byte a character, and nothing that is slow to load', (name) => {
    const text = readFileSync(join(root, `dist/bundle/${name}.cjs`), 'utf8')
    expect(/[^\0-\x7f]/.exec(text)).toBeNull()
    expect(text).not.toMatch(/new Intl\.Segmenter|RGI_Emoji|standardNormalTable/)
  })
})

test.each([
  ['no code', undefined],
  ['code of something else', Buffer.from('of another V8')],
  ['no bytes', Buffer.alloc(0)],
])('a bundle runs all the same with %s', (_name, code) => {
  const dir = temporaryDirectory()
  for (const folder of ['bin', 'dist/bundle']) mkdirSync(join(dir, folder), { recursive: true })
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}')
  copyFileSync(join(root, 'bin/bundle.js'), join(dir, 'bin/bundle.js'))
  writeFileSync(join(dir, 'dist/bundle/sum.cjs'), '(function (require, module, exports, __bundleUrl) { exports.sum = (a, b) => a + b; exports.url = __bundleUrl })')
  if (code) writeFileSync(join(dir, 'dist/bundle/sum.code'), code)
  expect(printed(dir, "const { sum, url } = runBundle('sum').exports; console.log(sum(2, 3), url)")).toMatch(/^5 file:.*\/dist\/bundle\/sum\.cjs\n$/)
})
