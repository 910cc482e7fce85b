import { parseDecDeg, parseRaDeg } from '../../formats/sexagesimal.js'
import { isPrintable } from '../../printable.js'

/** A place on the sky whose magnitude is asked for, ICRS at the exposure's epoch. */
export interface Target {
  readonly name: string
  readonly raDeg: number
  readonly decDeg: number
}

/** What is asked of an image: the places, and how far from them a detection is theirs. */
export interface TargetSearch {
  readonly targets: readonly Target[]
  /** By default half the seeing, and one arcsec at least. */
  readonly radiusArcsec?: number
}

/** Why a text names no target. */
export interface TargetFault {
  readonly fault: string
}

/**
 * Reads `RA,DEC` or `NAME=RA,DEC`, each angle in degrees or sexagesimal (`parseRaDeg`, `parseDecDeg`). Two words with a
 * blank between them are as good as a comma, as tables print them. Without a name the target is called after its
 * place.
 */
export function parseTarget(text: string): Target | TargetFault {
  const [, named, position = ''] = /^(?:(.*?)=)?(.*)$/s.exec(text)!
  const [ra, dec, ...more] = anglesIn(position)
  if (ra === undefined || dec === undefined || more.length > 0) {
    return { fault: `'${text}' is not RA,DEC or NAME=RA,DEC: 197.45,-23.38 or 13:09:48.1,-23:22:53` }
  }
  return targetAt(named?.trim(), ra, dec)
}

/** A target of the texts of its two angles. */
export function targetAt(named: string | undefined, ra: string, dec: string): Target | TargetFault {
  const [raDeg, decDeg] = [parseRaDeg(ra), parseDecDeg(dec)]
  if (typeof raDeg !== 'number') return raDeg
  if (typeof decDeg !== 'number') return decDeg
  const name = named ?? nameOfPlace(raDeg, decDeg)
  const fault = nameFault(name)
  return fault === undefined ? { name, raDeg, decDeg } : { fault }
}

/** Two texts of angles: beside a comma, or of two or six words. */
function anglesIn(position: string): readonly string[] {
  const byComma = position.split(',').map((part) => part.trim())
  if (byComma.length > 1) return byComma.some((part) => part === '') ? [] : byComma
  const words = position.trim().split(/\s+/)
  if (words.length === 6) return [words.slice(0, 3).join(' '), words.slice(3).join(' ')]
  return words.length === 2 ? words : []
}

/** Room for what products append to it, in a file's name of 255 bytes. */
const MAX_NAME_LENGTH = 80

/** Names become those of files. */
function nameFault(name: string): string | undefined {
  if (name === '') return 'the name of a target is empty'
  if (name.length > MAX_NAME_LENGTH) return `the name '${name.slice(0, 20)}...' is longer than ${MAX_NAME_LENGTH}`
  if (/[/\\]/.test(name) || name.startsWith('.') || !isPrintable(name))
    return `the name '${name}' cannot be that of a file: no slash, no control character, no point in front`
  return undefined
}

/** `J130948.08-232253.3`: as the IAU names sources by their place, cut and not rounded. */
function nameOfPlace(raDeg: number, decDeg: number): string {
  const cut = (value: number, seconds: number, digits: number) => {
    // A double's last digits must not cut a second that was typed.
    const units = Math.floor(value * seconds * 10 ** digits + 1e-4)
    const [whole, fraction] = [Math.floor(units / 10 ** digits), units % 10 ** digits]
    const parts = [whole / 3600, (whole / 60) % 60, whole % 60].map((part) => twoDigits(Math.floor(part)))
    return `${parts.join('')}.${String(fraction).padStart(digits, '0')}`
  }
  return `J${cut(raDeg / 15, 3600, 2)}${decDeg < 0 ? '-' : '+'}${cut(Math.abs(decDeg), 3600, 1)}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/**
 * Of targets the first whose name an earlier one has; case does not count, as in some file systems. Undefined if there
 * is none.
 */
export function repeatedName(targets: readonly Target[]): readonly [first: Target, second: Target] | undefined {
  const seen = new Map<string, Target>()
  for (const target of targets) {
    const key = target.name.toLowerCase()
    const first = seen.get(key)
    if (first !== undefined) return [first, target]
    seen.set(key, target)
  }
  return undefined
}
