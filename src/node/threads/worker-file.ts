import { existsSync } from 'node:fs'
import { packageRoot } from '../package.js'

/**
 * The entry of worker threads: beside this file in the library and in the bundle; threads load no TypeScript, so the
 * sources take the bundle's, undefined if it was not built.
 */
export function workerFile(name: 'ccd-worker' | 'match-worker'): URL | undefined {
  if (import.meta.url.endsWith('.js')) return new URL(`./${name}.js`, import.meta.url)
  const built = new URL(`dist/bundle/${name}.js`, packageRoot)
  return existsSync(built) ? built : undefined
}
