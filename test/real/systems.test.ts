import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { describe, expect, test } from 'vitest'
import type { PhotometricSystem } from '../../src/camera/photometric-systems.js'
import { median, madScatter } from '../../src/math/robust.js'
import { columnsPresentIn } from '../../src/photometry/system/colour-relation.js'
import { standardsOf, standardSystem } from '../../src/photometry/system/standards.js'
import { describeCatalogue } from '../simulate/describe-catalogue.js'

// Real stars with Gaia's magnitudes and those of SDSS or PS1; they stay outside this repository.
const tiles = resolve(import.meta.dirname, '../../../shared/real/tiles')
const dr3 = describeCatalogue('gaia_dr3')

const number = (text: string | undefined) => (text === undefined || text === '' ? NaN : Number(text))

function rowsOf(file: string) {
  const rows = csvParse(gunzipSync(readFileSync(join(tiles, file))).toString('utf8'))
  const column = (name: string) => Float64Array.from(rows, (row) => number(row[name]))
  const stars = {
    sourceId: BigInt64Array.from(rows, (row) => BigInt(row['gaia_source_id'] ?? row['source_id']!)),
    raDeg: column('ra'),
    decDeg: column('dec'),
    epochYr: 2016,
    mag: column('gaia_g'),
    magErr: column('gaia_g_err'),
    bpMag: column('gaia_bp'),
    bpMagErr: column('gaia_bp_err'),
    rpMag: column('gaia_rp'),
    rpMagErr: column('gaia_rp_err'),
  }
  return { stars, column }
}

type Tile = ReturnType<typeof rowsOf>

/** Truth minus what the system's relation gives [mmag], of stars that serve and whose truth is good to 0.03 mag. */
function differences({ stars }: Tile, system: PhotometricSystem, band: string, truth: Float64Array, err: Float64Array) {
  const standard = standardSystem(system, dr3, band, columnsPresentIn(stars))
  const standards = standardsOf(stars, standard, dr3)
  const rows = Array.from(truth.keys()).filter((i) => standards.usable[i] === 1 && truth[i]! > 14 && err[i]! < 0.03)
  return { standards, off: Float64Array.from(rows, (i) => 1000 * (truth[i]! - standards.refMag[i]!)) }
}

describe.skipIf(!existsSync(tiles))('relations of Gaia DR3 to other systems, on real stars (real)', () => {
  const sdss = () => rowsOf('229670/truth_sdss.csv.gz')

  test.each(['g', 'r', 'i', 'z'])('SDSS %s', (band) => {
    const tile = sdss()
    const { off } = differences(tile, 'sdss', band, tile.column(`sdss_${band}`), tile.column(`sdss_${band}_err`))
    expect(off.length).toBeGreaterThan(60)
    expect(Math.abs(median(off))).toBeLessThan(8)
    expect(madScatter(off)).toBeLessThan(25)
  })

  test('no dwarf beyond BP - RP 2 is taken in SDSS g, however large the error of its colour', () => {
    const { stars } = sdss()
    const standard = standardSystem('sdss', dr3, 'g', columnsPresentIn(stars))
    const noisy = { ...stars, bpMagErr: stars.bpMagErr.map(() => 0.2) }
    const { usable } = standardsOf(noisy, standard, dr3)
    const red = Array.from(usable.keys()).filter((i) => stars.bpMag[i]! - stars.rpMag[i]! > 2)
    expect(red.length).toBeGreaterThan(20)
    expect(red.filter((i) => usable[i] === 1)).toEqual([])
  })

  test.each(['g', 'r', 'i', 'z', 'Y'])('PS1 %s, on two skies', (band) => {
    for (const file of ['147267/truth_des_y6.csv.gz', '229670/truth_sdss.csv.gz']) {
      const tile = rowsOf(file)
      const name = `ps1_${band.toLowerCase()}`
      const { off } = differences(tile, 'ps1-ab', band, tile.column(name), tile.column(`${name}_err`))
      const { systematicErrMag } = dr3.systems!['ps1-ab']!.relations[band]!
      expect(Math.abs(median(off))).toBeLessThan(1000 * systematicErrMag)
    }
  })

  /** Lupton (2005): V, R and I of SDSS magnitudes. */
  const LUPTON = {
    V: ['g', 'g', 'r', 0.5784, 0.0038],
    R: ['r', 'r', 'i', 0.2936, 0.1439],
    I: ['i', 'i', 'z', 0.378, 0.3974],
  } as const

  test.each(Object.entries(LUPTON))('Johnson-Cousins %s, through SDSS', (band, [base, blue, red, slope, level]) => {
    const tile = sdss()
    const mag = (name: string) => tile.column(`sdss_${name}`)
    const err = (name: string) => tile.column(`sdss_${name}_err`)
    const truth = mag(base).map((m, i) => m - slope * (mag(blue)[i]! - mag(red)[i]!) - level)
    const errors = err(blue).map((e, i) => Math.max(e, err(red)[i]!))
    const { off } = differences(tile, 'johnson-cousins-vega', band, truth, errors)
    expect(off.length).toBeGreaterThan(50)
    expect(Math.abs(median(off))).toBeLessThan(15)
  })

  test('an XP u is off by less than its stated error, which is at least 50 mmag', () => {
    const gspc = describeCatalogue('gaia_dr3_gspc')
    const { relation } = standardSystem('sdss', gspc, 'u', new Set(['mag', 'uMag', 'gMag', 'iMag'] as const))
    const { column } = sdss()
    const [xp, u] = [column('xp_sdssstd_u'), column('sdss_u')]
    const off = u.map((mag, i) => mag - (xp[i]! + relation!.coefficients[0]!)).filter(Number.isFinite)
    expect(off.length).toBeGreaterThan(10)
    expect(relation!.systematicErrMag).toBeGreaterThanOrEqual(0.05)
    expect(Math.abs(median(off))).toBeLessThan(relation!.systematicErrMag)
  })
})
