import { spawn } from 'node:child_process'
import { InputError } from '../../errors.js'
import type { MatchRule, SkyPositions } from '../../math/match-sky.js'

/** What another program takes for the same matches, in one thread. */
export interface PeerMatch {
  readonly pairs: number
  /** Of the match alone: to start and to read the positions is left out. */
  readonly cpuMs: number
}

/** A program that matches positions too. */
export interface MatchPeer {
  readonly name: 'scipy' | 'stilts'
  /** Undefined if it knows no such rule. */
  match(a: SkyPositions, b: SkyPositions, radiusArcsec: number, rule: MatchRule): Promise<PeerMatch | undefined>
}

/** What a program has printed when it ended; no code if it could not be started. */
export interface Said {
  readonly code: number | null | undefined
  readonly out: string
  readonly errors: string
}

/** Runs a program of PATH to its end. */
export function heard(program: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.on('error', () => resolve({ code: undefined, out, errors }))
    child.on('close', (code) => resolve({ code, out, errors }))
  })
}

/** The failure of a peer, with its last words. */
export function peerFailure(program: string, { code, errors }: Said, expected: string): InputError {
  const last = errors.trim().split('\n').at(-1) ?? ''
  return new InputError('program-failed', `${program} failed; ${last === '' ? 'it said nothing' : last}`, {
    found: `exit code ${code}`,
    expected: `exit code 0 and ${expected}`,
  })
}
