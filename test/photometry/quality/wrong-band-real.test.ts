import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { colourEvidence } from '../../../src/photometry/quality/band-evidence.js'
import { wrongBandOf } from '../../../src/photometry/quality/wrong-band.js'
import { describeCatalogue, shared } from '../../simulate/describe-catalogue.js'

const FILE = shared('real/tiles/147267/truth_des_y6.csv.gz')
/** A seeded tenth of the soak. */
const SETS = process.env['BLISS_SOAK'] ? 200 : 20
const BANDS = ['g', 'r', 'i', 'z', 'Y'] as const
const description = describeCatalogue('gaia_dr3')
const LATITUDE_DEG = -61

type Column = (name: string) => Float64Array

function columns(): Column {
  const [head, ...rows] = gunzipSync(readFileSync(FILE))
    .toString()
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  return (name) => Float64Array.from(rows, (row) => Number(row[head!.indexOf(name)] || NaN))
}

/**
 * How many sets of real stars, as large as a CCD's, are called another band than `band`; a share of them has up to as
 * much light again.
 */
function stopsOf(column: Column, band: string, observed: string, blended: number, fewest: number) {
  const mag = column(`des_${observed.toUpperCase()}`)
  const gaia = ['gaia_g', 'gaia_bp', 'gaia_rp', 'gaia_g_err', 'gaia_bp_err', 'gaia_rp_err'].map(column)
  // 99 is missing; brighter than 15 DES's stars are saturated.
  const usable = [...mag.keys()].filter(
    (k) => mag[k]! > 15 && mag[k]! < 25 && gaia[0]![k]! < 20 && Number.isFinite(gaia[1]![k]!),
  )
  let [stops, sets] = [0, 0]
  for (let seed = 1; seed <= SETS; seed++) {
    const random = seededRandom(seed)
    const rows = Array.from({ length: fewest + random.below(60) }, () => usable[random.below(usable.length)]!)
    const instMag = Float64Array.from(rows, (k) => {
      const added = random.uniform() < blended ? random.uniform() : 0
      return mag[k]! + 0.004 * random.normal() - 2.5 * Math.log10(1 + added)
    })
    const [g, bp, rp, gErr, bpErr, rpErr] = gaia.map((values) => Float64Array.from(rows, (k) => values[k]!))
    const stars = {
      mag: g!,
      bpMag: bp!,
      rpMag: rp!,
      magErr: gErr!,
      bpMagErr: bpErr!,
      rpMagErr: rpErr!,
      raDeg: g!,
      decDeg: g!,
      sourceId: new BigInt64Array(rows.length),
      epochYr: 2016,
    }
    const own = Uint32Array.from(rows.keys())
    const pairs = { detectionRow: own, starRow: own } as unknown as Parameters<typeof colourEvidence>[4]
    const { bands } = colourEvidence(
      band,
      { instMag, instMagErr: instMag.map(() => 0.005) },
      undefined,
      stars,
      pairs,
      description,
    )
    if (bands === null) continue
    sets++
    if (wrongBandOf([bands], band, LATITUDE_DEG) !== null) stops++
  }
  return { stops, sets }
}

describe.skipIf(!existsSync(FILE))(`real stars of DES Y6 with Gaia DR3 (${FILE})`, () => {
  test('a third of one-sided blends is no other band', () => {
    const column = existsSync(FILE) ? columns() : () => new Float64Array()
    let [stops, sets] = [0, 0]
    for (const band of BANDS) {
      for (const blended of [0, 0.25, 0.3, 0.35]) {
        const found = stopsOf(column, band, band, blended, 20)
        stops += found.stops
        sets += found.sets
      }
    }
    console.log(`${stops} of ${sets} sets of 20 to 80 real stars, up to 35 % of them blended, called another band`)
    expect(stops).toBeLessThanOrEqual(0.01 * sets)
  })

  test('light of another band is found, from ten stars on; z and Y are too near', () => {
    const column = columns()
    let [stops, sets] = [0, 0]
    for (const band of BANDS) {
      for (const observed of BANDS) {
        if (observed === band || (observed === 'z' && band === 'Y') || (observed === 'Y' && band === 'z')) continue
        const found = stopsOf(column, band, observed, 0, 10)
        stops += found.stops
        sets += found.sets
      }
    }
    console.log(`${stops} of ${sets} sets of 10 to 70 real stars in another band's light found`)
    expect(stops).toBeGreaterThanOrEqual(0.99 * sets)
  })
})
