import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryDirectory } from '../cli/run.js'

const root = resolve(import.meta.dirname, '../..')
const npm = (args: readonly string[], cwd: string) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/**
 * Packs the built package as npm publishes it, installs that into an empty folder without this checkout's packages, and
 * gives the path of the command.
 */
export function installedCommand(): string {
  const dir = temporaryDirectory()
  const packed = npm(['pack', root, '--ignore-scripts', '--silent', '--pack-destination', dir], dir)
    .trim()
    .split('\n')
    .at(-1)!
  writeFileSync(join(dir, 'package.json'), '{"private":true}')
  npm(
    ['install', join(dir, packed), '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--silent'],
    dir,
  )
  return join(dir, 'node_modules/bliss-calib/bin/bliss-calib.js')
}

/** Node binaries are kept here between runs: they are 100 MB each. */
const NODES = join(root, 'node_modules/.cache/bliss-calib-nodes')

/** Path of a Node of this version from the npm registry; undefined if the registry lacks it for this machine. */
export function nodeOf(version: string): string | undefined {
  const dir = join(NODES, version)
  const node = join(dir, 'package/bin/node')
  if (existsSync(node)) return node
  const unpacked = `${dir}.${process.pid}`
  mkdirSync(unpacked, { recursive: true })
  try {
    npm(['pack', `node-${process.platform}-${process.arch}@${version}`, '--silent'], unpacked)
    execFileSync('tar', ['xzf', readdirSync(unpacked)[0]!], { cwd: unpacked })
    // Another process may have put it there meanwhile.
    if (!existsSync(dir)) renameSync(unpacked, dir)
    return node
  } catch (error) {
    if (/E404|ETARGET|ENOTFOUND|ECONNREFUSED|EAI_AGAIN/.test(String((error as { stderr?: unknown }).stderr)))
      return undefined
    throw error
  } finally {
    rmSync(unpacked, { recursive: true, force: true })
  }
}
