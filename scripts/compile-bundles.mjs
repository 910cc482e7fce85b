// Keeps the code that V8 makes of the bundles, when they have done once what they are for: `bin/bundle.js` takes it. Run in a process of its own, for it is
// taken under the same flags of V8 only. In a worker thread this file stands for `bin/ccd-worker.js`.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { builtFile, runBundle } from '../bin/bundle.js'

const name = isMainThread ? 'cli' : 'ccd-worker'
rmSync(builtFile(name, 'code'), { force: true })
const { exports: { handOverWorker, main }, script } = runBundle(name)
const keep = () => writeFileSync(builtFile(name, 'code'), script.createCachedData())

if (!isMainThread) {
  // The last call of a run.
  parentPort.on('message', (call) => call.name === 'forget' && keep())
} else {
  const dir = mkdtempSync(join(tmpdir(), 'bliss-compile-'))
  try {
    const command = (...args) => execFileSync(process.execPath, [fileURLToPath(new URL('../bin/bliss-calib.js', import.meta.url)), ...args, '--quiet'])
    command('simulate', '--outdir', dir, '--seed', '1', '--expnum', '1', '--ccds', '1-12')
    command('catalog', 'build', '--from', join(dir, 'raw'), '--to', join(dir, 'catalog'))
    handOverWorker(new Worker(new URL(import.meta.url)))
    const exitCode = await main(['--expnum', '1', '--ccd', 'all', '--workdir', join(dir, 'work'), '--outdir', dir, '--catalog', join(dir, 'catalog'), '--workers', '2', '--quiet'])
    if (exitCode !== 0) throw new Error(`the exposure that the code is made with ended with ${exitCode}`)
    keep()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
