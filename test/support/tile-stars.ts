import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import type { CatalogDescription } from '../../src/catalog/description.js'
import type { BandTruth, PairedStars } from '../../src/relation-fit/sample.js'
import { skyCells } from '../../src/relation-fit/sky-cells.js'
import { shared } from '../simulate/describe-catalogue.js'
import { TILES, type Tile } from './tiles.js'

/** Whose magnitudes are the truth: DES's, measured or from PS1 by a published spline, or those of SDSS or PS1. */
export type TruthOf = 'des-ab' | 'ps1-ab' | 'sdss'

/** Brighter stars are saturated. */
const BRIGHT_LIMIT: Readonly<Record<TruthOf, Readonly<Record<string, number>>>> = {
  'des-ab': { g: 16.25, r: 16, i: 15.5, z: 15, Y: 15 },
  'ps1-ab': { g: 14.5, r: 14.5, i: 14.5, z: 14.5, Y: 14.5 },
  sdss: { g: 14, r: 14, i: 14, z: 14 },
}

/**
 * Vega zeropoints of G, BP, RP (Evans et al. 2018; Riello et al. 2021). The tables hold magnitudes only: the flux
 * excess is made of them.
 */
const VEGA = {
  gaia_dr2: [25.6883657251, 25.3513881707, 24.7619199882],
  gaia_dr3: [25.6873668671, 25.3385422158, 24.7478955012],
} as const

/** Stars of tiles of one release of Gaia, with the true magnitudes of a band. */
export function tileStars(
  tiles: readonly Tile[],
  description: CatalogDescription,
  of: TruthOf,
  band: string,
): { paired: PairedStars; truth: BandTruth } {
  const { release, epochYr } = TILES[tiles[0]!]
  const rows = tiles.flatMap((tile) => {
    const { file, truth } = TILES[tile]
    const text = gunzipSync(readFileSync(join(shared('real/tiles'), `${tile}`, `${file}.csv.gz`))).toString('utf8')
    const sound = csvParse(text).filter((row) => !(Number(row['des_flag']) > 0))
    return sound.map((row): Record<string, string> => ({ ...row, truth }))
  })
  const number = (text: string | undefined) => (text === undefined || text === '' ? NaN : Number(text))
  const column = (name: string) => Float64Array.from(rows, (row) => number(row[name]))
  const [raDeg, decDeg] = [column('ra'), column('dec')]
  const [mag, bpMag, rpMag] = [column('gaia_g'), column('gaia_bp'), column('gaia_rp')]
  const flux = [mag, bpMag, rpMag].map((values, k) => values.map((m) => 10 ** (-0.4 * (m - VEGA[release][k]!))))
  const stars = {
    ...{ raDeg, decDeg, epochYr, mag, bpMag, rpMag },
    sourceId: BigInt64Array.from(rows, (row) => BigInt(row['gaia_source_id'] ?? row['source_id']!)),
    ...{ magErr: column('gaia_g_err'), bpMagErr: column('gaia_bp_err'), rpMagErr: column('gaia_rp_err') },
    bpRpExcess: mag.map((_, i) => (flux[1]![i]! + flux[2]![i]!) / flux[0]![i]!),
  }
  const names = (row: Record<string, string>): readonly [mag: string, err: string] => {
    const lower = band.toLowerCase()
    if (of !== 'des-ab')
      return [`${of.slice(0, of === 'sdss' ? 4 : 3)}_${lower}`, `${of.slice(0, of === 'sdss' ? 4 : 3)}_${lower}_err`]
    const name = `${row['truth']!}_${band.toUpperCase()}`
    return [name, row['truth'] === 'des' ? `${name}_err` : `ps1_${lower}_err`]
  }
  const bright = BRIGHT_LIMIT[of][band]!
  const truth = Float64Array.from(rows, (row) => {
    const value = number(row[names(row)[0]])
    return value > bright && value < 40 ? value : NaN
  })
  return {
    paired: { description, stars, sky: skyCells(raDeg, decDeg) },
    truth: {
      band,
      mag: truth,
      magErr: Float64Array.from(rows, (row) => number(row[names(row)[1]])),
      systematicErrMag: 0,
    },
  }
}
