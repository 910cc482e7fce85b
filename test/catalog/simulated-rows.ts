import type { BuildInput } from '../../src/catalog/build/build-input.js'
import { memorySource } from '../../src/formats/bytes.js'
import { nestedIndex } from '../../src/healpix/index.js'
import { seededRandom } from '../../src/math/random.js'

/** Rows of a simulated archive: the truth that stores are judged by. */
export interface ArchiveRow {
  readonly id: bigint
  readonly ra: number
  readonly dec: number
  readonly g: number
  readonly bp: number
  readonly pmra: number
}

/** Stars over the whole sky and, densely, round the poles, RA 0 and a corner of base cells. */
export function archiveRows(count: number, seed: number): ArchiveRow[] {
  const random = seededRandom(seed)
  const places = [
    [0, 90, 1],
    [77, -90, 1],
    [0, 10, 1.5],
    [359.9, -41.81, 1.5],
    [45, 0, 1],
  ] as const
  return Array.from({ length: count }, (_, i) => {
    let [ra, dec] = [360 * random.uniform(), (Math.asin(2 * random.uniform() - 1) * 180) / Math.PI]
    const place = places[i % 6]
    if (place !== undefined) {
      const [ra0, dec0, size] = place
      if (Math.abs(dec0) === 90) dec = Math.sign(dec0) * (90 - size * Math.sqrt(random.uniform()))
      else {
        ra = (ra0 + size * (random.uniform() - 0.5) + 360) % 360
        dec = dec0 + size * (random.uniform() - 0.5)
      }
    }
    return {
      id: (BigInt(nestedIndex(12, ra, dec)) << 35n) | (BigInt(random.below(2 ** 3)) << 32n) | (BigInt(i) << 7n),
      ra,
      dec,
      g: Math.fround(12 + 9 * random.uniform()),
      bp: random.uniform() < 0.2 ? NaN : Math.fround(12 + 9 * random.uniform()),
      pmra: Math.fround(10 * random.normal()),
    }
  })
}

/** The rows as an archive CSV of Gaia DR2. */
export function archiveCsv(rows: readonly ArchiveRow[]): string {
  const text = (value: number) => (Number.isNaN(value) ? 'null' : String(value))
  return (
    [
      'source_id,ref_epoch,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,pmra',
      ...rows.map(({ id, ra, dec, g, bp, pmra }) => [id, 2015.5, ra, dec, g, text(bp), pmra].join(',')),
    ].join('\n') + '\n'
  )
}

/** Bytes in memory as an input of a build. */
export function memoryInput(name: string, content: string | Uint8Array): BuildInput {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return {
    name,
    async *chunks() {
      await Promise.resolve()
      for (let at = 0; at === 0 || at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
    },
    source: () => Promise.resolve(memorySource(name, bytes)),
  }
}
