import { DEG_TO_RAD, RAD_TO_DEG } from '../math/units.js'
import type { CelestialAxes } from './axes.js'
import type { WcsKeywords } from './keywords.js'

/** Pixels relative to CRPIX to intermediate world coordinates: rows are the axes of CTYPE1 and CTYPE2. */
export interface LinearTransform {
  readonly crpix: readonly [number, number]
  /** Degrees per pixel, by rows. */
  readonly matrix: Matrix
}

type Matrix = readonly [number, number, number, number]

/** Degrees in one of the unit of CUNIT. */
const UNITS: Readonly<Record<string, number>> = {
  deg: 1,
  degree: 1,
  degrees: 1,
  arcmin: 1 / 60,
  arcsec: 1 / 3600,
  mas: 1 / 3_600_000,
  rad: RAD_TO_DEG,
}
/** Share of the squared pixel scale that a determinant has to reach: real pixels are squares to some percent. */
const MIN_DETERMINANT = 1e-8
/** Relative difference of two forms of one matrix that is rounding of their decimals. */
const ROUNDING = 1e-6

/** Degrees in one of CUNITi; degrees if it says nothing. */
export function unitDeg(keywords: WcsKeywords, axis: 1 | 2): number {
  const keyword = `CUNIT${axis}`
  const unit = keywords.text(keyword) ?? ''
  const factor = unit === '' ? 1 : UNITS[unit.toLowerCase()]
  if (factor !== undefined) return factor
  const expected = Object.keys(UNITS).join(', ')
  throw keywords.refusal('wcs-unsupported', `the unit of the WCS in ${keyword} is not known`, `'${unit}'`, expected)
}

/**
 * The linear part of a WCS: CDi_j, else PCi_j with CDELTi, else CDELTi with CROTAi of the latitude's axis (Greisen &
 * Calabretta 2002, section 2.1; Calabretta & Greisen 2002, section 6.1). CDELTi and CROTAi beside CDi_j are ignored,
 * as the standard says.
 *
 * @throws InputError `wcs-incomplete` without CRPIXj or any scale (the standard's defaults, pixel 0 and one degree a
 *   pixel, are no image's); `wcs-contradicts` if two forms are there and differ; `wcs-singular`
 */
export function linearTransform(keywords: WcsKeywords, axes: CelestialAxes): LinearTransform {
  const [crpix1, crpix2] = [keywords.number('CRPIX1'), keywords.number('CRPIX2')]
  if (crpix1 === undefined || crpix2 === undefined) {
    const missing = ['CRPIX1', 'CRPIX2'].filter((_, k) => [crpix1, crpix2][k] === undefined)
    throw incomplete(keywords, missing.join(' and '))
  }
  const [cd, pc, rotated] = [cdMatrix(keywords), pcMatrix(keywords), rotatedMatrix(keywords, axes)]
  if (cd !== undefined && pc !== undefined) refuseDifferent(keywords, 'CDi_j and PCi_j', cd, pc)
  if (pc !== undefined && rotated !== undefined && keywords.named(/^CROTA[12]$/).length > 0)
    refuseDifferent(keywords, 'PCi_j and CROTAi', pc, rotated)
  const matrix = cd ?? pc ?? rotated
  if (matrix === undefined) throw incomplete(keywords, 'CDi_j or CDELTi')
  const scaled = matrix.map((value, k) => value * unitDeg(keywords, k < 2 ? 1 : 2)) as unknown as Matrix
  const determinant = scaled[0] * scaled[3] - scaled[1] * scaled[2]
  const size = scaled.reduce((sum, value) => sum + value * value, 0)
  if (!(Math.abs(determinant) > MIN_DETERMINANT * size) || !Number.isFinite(size)) {
    const sentence = 'the matrix of the WCS is singular: pixels have no area on the sky'
    throw keywords.refusal('wcs-singular', sentence, matrix.join(', '), 'a matrix that can be inverted')
  }
  return { crpix: [crpix1, crpix2], matrix: scaled }
}

function incomplete(keywords: WcsKeywords, missing: string): Error {
  return keywords.refusal('wcs-incomplete', `the WCS lacks ${missing}`, undefined, 'a complete WCS')
}

function cdMatrix(keywords: WcsKeywords): Matrix | undefined {
  const values = ['CD1_1', 'CD1_2', 'CD2_1', 'CD2_2'].map((keyword) => keywords.number(keyword))
  if (values.every((value) => value === undefined)) return undefined
  return values.map((value) => value ?? 0) as unknown as Matrix
}

function pcMatrix(keywords: WcsKeywords): Matrix | undefined {
  const values = ['PC1_1', 'PC1_2', 'PC2_1', 'PC2_2'].map((keyword) => keywords.number(keyword))
  if (values.every((value) => value === undefined)) return undefined
  const [d1, d2] = [keywords.number('CDELT1') ?? 1, keywords.number('CDELT2') ?? 1]
  return [(values[0] ?? 1) * d1, (values[1] ?? 0) * d1, (values[2] ?? 0) * d2, (values[3] ?? 1) * d2]
}

function rotatedMatrix(keywords: WcsKeywords, axes: CelestialAxes): Matrix | undefined {
  const [d1, d2] = [keywords.number('CDELT1'), keywords.number('CDELT2')]
  if (d1 === undefined || d2 === undefined) return undefined
  const angle = keywords.number(`CROTA${axes.latitude}`)
  const other = keywords.number(`CROTA${axes.longitude}`)
  if (other !== undefined && other !== 0 && other !== angle) {
    const sentence = 'the WCS is turned by CROTA of the axis of right ascension, which means nothing'
    const expected = `the angle in CROTA${axes.latitude}`
    throw keywords.refusal('wcs-contradicts', sentence, `CROTA${axes.longitude} = ${other}`, expected)
  }
  const turn = (angle ?? 0) * DEG_TO_RAD * (axes.longitude === 1 ? 1 : -1)
  const [sin, cos] = [Math.sin(turn), Math.cos(turn)]
  return [d1 * cos, -d2 * sin, d1 * sin, d2 * cos]
}

function refuseDifferent(keywords: WcsKeywords, names: string, a: Matrix, b: Matrix): void {
  const size = Math.max(...a.map(Math.abs), ...b.map(Math.abs))
  if (a.every((value, k) => Math.abs(value - b[k]!) <= ROUNDING * size)) return
  const sentence = `the WCS has ${names}, which differ and must not be together`
  throw keywords.refusal('wcs-contradicts', sentence, `${a.join(', ')} and ${b.join(', ')}`, 'one of them')
}
