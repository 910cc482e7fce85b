import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../../errors.js'

/** How remote catalogues are read: through which cache, and whether the network may be used at all. */
export interface RemoteAccess {
  readonly cacheDir: string
  /** 0 for no cache. */
  readonly cacheBytes: number
  readonly offline: boolean
  /** Ends transfers that nobody waits for any more. */
  readonly signal?: AbortSignal
}

interface RemoteOptions {
  readonly cache?: string | undefined
  readonly cacheSize?: string | undefined
  readonly offline?: boolean | undefined
}

const DEFAULT_SIZE = '1G'
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }

/**
 * The options given, else the environment: BLISS_CACHE, BLISS_CACHE_SIZE, BLISS_OFFLINE, XDG_CACHE_HOME. Throws
 * CommandError for a size that is none.
 */
export function remoteAccess(
  { cache, cacheSize, offline }: RemoteOptions,
  env: Readonly<Record<string, string | undefined>>,
): RemoteAccess {
  const text = cacheSize ?? (env['BLISS_CACHE_SIZE'] || DEFAULT_SIZE)
  const parts = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(text.trim())
  if (parts === null)
    throw new CommandError('bad-option', 'the option needs a size', {
      option: '--cache-size',
      found: `'${text}'`,
      expected: 'bytes, such as 500M or 2G; 0 for no cache',
    })
  return {
    cacheDir: cache ?? (env['BLISS_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bliss-calib')),
    cacheBytes: Math.floor(Number(parts[1]) * UNITS[parts[2]!.toUpperCase()]!),
    offline: offline ?? ['1', 'true', 'yes'].includes(env['BLISS_OFFLINE'] ?? ''),
  }
}

let inForce: RemoteAccess | undefined

/** What holds for every catalogue that the process opens from now on; undefined for what the environment says. */
export function useRemoteAccess(access: RemoteAccess | undefined): void {
  inForce = access
}

export function currentRemoteAccess(): RemoteAccess {
  return inForce ?? remoteAccess({}, process.env)
}
