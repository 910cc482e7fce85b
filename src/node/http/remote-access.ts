import { homedir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from '../../errors.js'
import { parseBytes } from '../../formats/decimal.js'

/** How remote catalogues are read: through which cache, and whether the network may be used at all. */
export interface RemoteAccess {
  readonly cacheDir: string
  /** 0 for no cache. */
  readonly cacheBytes: number
  readonly offline: boolean
  /** Aborts transfers that are no longer needed. */
  readonly signal?: AbortSignal
}

interface RemoteOptions {
  readonly cache?: string | undefined
  readonly cacheSize?: number | undefined
  readonly offline?: boolean | undefined
}

const DEFAULT_BYTES = 1e9

/**
 * The options given, else the environment: BLISS_CACHE, BLISS_CACHE_SIZE, BLISS_OFFLINE, XDG_CACHE_HOME. Throws
 * CommandError if the size cannot be read.
 */
export function remoteAccess(
  { cache, cacheSize, offline }: RemoteOptions,
  env: Readonly<Record<string, string | undefined>>,
): RemoteAccess {
  const text = env['BLISS_CACHE_SIZE'] ?? ''
  const cacheBytes = cacheSize ?? (text === '' ? DEFAULT_BYTES : parseBytes(text.trim()))
  if (cacheBytes === undefined)
    throw new CommandError('bad-option', '$BLISS_CACHE_SIZE must be a size', {
      option: '$BLISS_CACHE_SIZE',
      found: `'${text}'`,
      expected: 'bytes, such as 500M or 2G; 0 for no cache',
    })
  return {
    cacheDir: cache ?? (env['BLISS_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'bliss-calib')),
    cacheBytes,
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
