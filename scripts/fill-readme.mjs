// Runs the commands of the README's console blocks and writes what they print into it. A test checks that it stays
// true.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const cwd = mkdtempSync(join(tmpdir(), 'bliss-readme-'))
mkdirSync(join(cwd, '.bin'))
writeFileSync(
  join(cwd, '.bin/bliss-calib'),
  `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/bliss-calib.js')}' "$@"\n`,
  { mode: 0o755 },
)
const env = { ...process.env, PATH: `${join(cwd, '.bin')}:${process.env.PATH}`, BLISS_CATALOG: '' }
let directory = cwd
const run = (command) => {
  const cd = /^cd (\S+)$/.exec(command)
  if (cd) {
    directory = resolve(directory, cd[1])
    return ''
  }
  return spawnSync('/bin/sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: directory, env, encoding: 'utf8' }).stdout
}
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const filled = readme.replace(/^```console\n([\s\S]*?)^```$/gm, (_, block) => {
  const commands = block
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
  return '```console\n' + commands.map((command) => `$ ${command}\n${run(command)}`).join('') + '```'
})
writeFileSync(join(root, 'README.md'), filled)
