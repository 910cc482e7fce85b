import type { SkyMatches } from './sky-matches.js'

/** In `Partners.b`: this row has none. */
export const NO_PARTNER = 0xffffffff

/** The one b, if any, of each row of a. Several threads may write, each the rows of its own band of declination. */
export interface Partners {
  readonly b: Uint32Array
  readonly separationArcsec: Float64Array
}

/** Rows that have no partners yet. */
export function noPartners(rowCount: number, memory = ArrayBuffer as new (bytes: number) => ArrayBufferLike): Partners {
  return {
    b: new Uint32Array(new memory(4 * rowCount)).fill(NO_PARTNER),
    separationArcsec: new Float64Array(new memory(8 * rowCount)),
  }
}

/** Those rows that have a partner. */
export function matchesOf({ b: partner, separationArcsec: separation }: Partners): SkyMatches {
  let count = 0
  for (let row = 0; row < partner.length; row++) if (partner[row] !== NO_PARTNER) count++
  const [a, b, separationArcsec] = [new Uint32Array(count), new Uint32Array(count), new Float64Array(count)]
  for (let row = 0, k = 0; row < partner.length; row++) {
    if (partner[row] === NO_PARTNER) continue
    a[k] = row
    b[k] = partner[row]!
    separationArcsec[k++] = separation[row]!
  }
  return { a, b, separationArcsec }
}
