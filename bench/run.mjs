// Runs every bench of this folder one after the other. `npm run build` first.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

for (const name of readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .sort()) {
  console.log(`\n## ${name}`)
  const write = name === 'kernels.mjs' ? ['--write'] : []
  spawnSync(process.execPath, [`${import.meta.dirname}/${name}`, ...write], { stdio: 'inherit' })
}
