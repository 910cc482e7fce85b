import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { constants, Script } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

// A run takes seconds, on all processors: V8 compiles only what is truly hot, and little into one function, and collects garbage in the thread that made it.
// In worker threads young arrays die before they are looked at: 16 MB of them. Code that was compiled under other flags is not taken.
const FLAGS = ['--interrupt-budget=300000', '--max-inlined-bytecode-size-cumulative=300', '--no-parallel-scavenge', '--min-semi-space-size=16']
if (isMainThread) FLAGS.forEach((flag) => setFlagsFromString(flag))

/** Where the build puts a bundle, or the code that V8 made of it. */
export const builtFile = (name, ending) => new URL(`../dist/bundle/${name}.${ending}`, import.meta.url)

/**
 * Runs a bundle of the build, with the code that V8 made of it then: to compile it takes as long as some ten CCDs. Code that is not there, or is of another
 * V8, is made anew. Gives what the bundle exports, and its script.
 */
export function runBundle(name) {
  const file = builtFile(name, 'cjs')
  const script = new Script(readFileSync(file, 'latin1'), { filename: fileURLToPath(file), cachedData: codeOf(name), importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER })
  const module = { exports: {} }
  script.runInThisContext()(createRequire(file), module, module.exports, file.href)
  return { exports: module.exports, script }
}

function codeOf(name) {
  try {
    return readFileSync(builtFile(name, 'code'))
  } catch {
    return undefined
  }
}
