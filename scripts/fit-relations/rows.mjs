// Stars with magnitudes of one Gaia release and true magnitudes in the DES bands, read from the tiles' tables.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'

export const BANDS = ['g', 'r', 'i', 'z', 'Y']

/** DES Y6's calibration stars saturate above these [mag]. */
const BRIGHT_LIMIT = { g: 16.25, r: 16, i: 15.5, z: 15, Y: 15 }
/** G as published, BP - RP, and the faint limit of unbiased BP; the relations are stated for these stars. */
export const SELECTION = { g: [13, 19.5], bpFaint: 20, colour: [0.5, 3], truthErr: 0.03 }
/**
 * Kent (2018): how far off the stellar locus a star may lie, and the limits of its flux excess, low and high + slope
 * (BP - RP)^2.
 */
export const LOCUS = { slope: 0.45, shift: 0.2, width: 0.2 }
export const EXCESS_LIMITS = { low: [1, 0.015], high: [1.3, 0.06] }
/**
 * Vega zeropoints of G, BP, RP (Evans et al. 2018; Riello et al. 2021). The tables hold magnitudes only: the flux
 * excess is made of them.
 */
const VEGA = {
  gaia_dr2: [25.6883657251, 25.3513881707, 24.7619199882],
  gaia_dr3: [25.6873668671, 25.3385422158, 24.7478955012],
}

/**
 * The tiles: where the truth of each comes from. `des`: DES Y6 itself; `ps1_as_des`: PS1 carried to DES by a published
 * spline.
 */
export const TILES = {
  147267: { release: 'gaia_dr3', truth: 'des', file: '147267/truth_des_y6.csv.gz' },
  147175: { release: 'gaia_dr3', truth: 'des', file: '147175/truth_des_y6_comcam.csv.gz' },
  229670: { release: 'gaia_dr3', truth: 'ps1_as_des', file: '229670/truth_sdss.csv.gz' },
  189584: { release: 'gaia_dr2', truth: 'ps1_as_des', file: '189584/gaia_dr2_x_ps1.csv.gz' },
}

const number = (text) => (text === undefined || text === '' ? NaN : Number(text))

/** All rows of a tile as numbers; `excess` is the BP/RP flux excess factor. */
export function tileRows(directory, tile) {
  const { release, file } = TILES[tile]
  const vega = VEGA[release]
  return csvParse(gunzipSync(readFileSync(join(directory, file))).toString('utf8')).map((row) => {
    const [G, bp, rp] = ['gaia_g', 'gaia_bp', 'gaia_rp'].map((name) => number(row[name]))
    const flux = [G, bp, rp].map((mag, k) => 10 ** (-0.4 * (mag - vega[k])))
    return {
      id: row.gaia_source_id ?? row.source_id,
      ra: number(row.ra),
      dec: number(row.dec),
      G,
      bp,
      rp,
      errors: ['gaia_g_err', 'gaia_bp_err', 'gaia_rp_err'].map((name) => number(row[name])),
      colour: bp - rp,
      offLocus: G - rp - LOCUS.slope * (bp - rp + LOCUS.shift),
      excess: (flux[1] + flux[2]) / flux[0],
      flag: number(row.des_flag) || 0,
      truth: Object.fromEntries(BANDS.map((band) => [band, truthOf(row, TILES[tile].truth, band)])),
      sdss: Object.fromEntries(['g', 'r', 'i', 'z'].map((band) => [band, surveyMag(row, 'sdss', band)])),
      'ps1-ab': Object.fromEntries(BANDS.map((band) => [band, surveyMag(row, 'ps1', band)])),
    }
  })
}

function truthOf(row, kind, band) {
  const name = `${kind}_${band.toUpperCase()}`
  return { mag: number(row[name]), err: number(row[kind === 'des' ? `${name}_err` : `ps1_${band.toLowerCase()}_err`]) }
}

const surveyMag = (row, survey, band) => {
  const name = `${survey}_${band.toLowerCase()}`
  return { mag: number(row[name]), err: number(row[`${name}_err`]) }
}

/** SDSS and PS1 saturate above these [mag]. */
const SURVEY_BRIGHT_LIMIT = { sdss: 14, 'ps1-ab': 14.5 }

/** The stars that a relation is fitted to or judged by, `y` = true magnitude - G; the truth is DES's, or `system`'s. */
export function starsOf(rows, band, { kentCuts = true, system = 'truth', colour = SELECTION.colour } = {}) {
  const { g, bpFaint, truthErr } = SELECTION
  const bright = SURVEY_BRIGHT_LIMIT[system] ?? BRIGHT_LIMIT[band]
  return rows
    .map((row) => ({
      ...row,
      y: row[system][band].mag - row.G,
      magErr: row[system][band].err,
      mag: row[system][band].mag,
    }))
    .filter(
      (s) => Number.isFinite(s.y + s.colour) && s.errors.every(Number.isFinite) && s.magErr < truthErr && s.flag === 0,
    )
    .filter(
      (s) =>
        s.mag > bright && s.G > g[0] && s.G < g[1] && s.bp < bpFaint && s.colour > colour[0] && s.colour < colour[1],
    )
    .filter((s) => !kentCuts || passesKent(s))
}

function passesKent({ colour, excess, offLocus }) {
  const { low, high } = EXCESS_LIMITS
  const square = colour ** 2
  return Math.abs(offLocus) < LOCUS.width && excess > low[0] + low[1] * square && excess < high[0] + high[1] * square
}
