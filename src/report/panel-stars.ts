import { gather, indicesWhere } from '../math/select.js'
import { ARCSEC_PER_DEG, DEG_TO_RAD } from '../math/units.js'
import type { ReportStars } from './report-stars.js'

/** Matched stars as the figures take them; arrays of one length, NaN if a value is missing. */
export interface PanelStars {
  /** Standard magnitude; the catalogue's own if there is none. */
  readonly mag: Float64Array
  readonly colour: Float64Array
  /** Pixel. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly separationArcsec: Float64Array
  /** Detection minus star on the sky. */
  readonly eastArcsec: Float64Array
  readonly northArcsec: Float64Array
  readonly residualMmag: Float64Array
  /** Residual over the error expected of it: both magnitudes' errors and the intrinsic scatter. */
  readonly pull: Float64Array
  /** 1 if the star was used for the zeropoint. */
  readonly used: Float64Array
}

const FIELDS = [
  'mag',
  'colour',
  'x',
  'y',
  'separationArcsec',
  'eastArcsec',
  'northArcsec',
  'residualMmag',
  'pull',
  'used',
] as const satisfies readonly (keyof PanelStars)[]

/** The figures' numbers from the calibration's. */
export function panelStars(stars: ReportStars, scatterMag: number | null): PanelStars {
  const each = (value: (i: number) => number) => Float64Array.from(stars.fate, (_, i) => value(i))
  const error = (i: number) => Math.hypot(stars.instMagErr[i]!, stars.refMagErr[i]!, scatterMag ?? 0)
  // The short way round in RA.
  const deltaRaDeg = (i: number) => ((((stars.raDeg[i]! - stars.starRaDeg[i]! + 180) % 360) + 360) % 360) - 180
  return {
    mag: each((i) => (Number.isFinite(stars.refMag[i]!) ? stars.refMag[i]! : stars.catalogMag[i]!)),
    colour: stars.colour,
    x: stars.xImage,
    y: stars.yImage,
    separationArcsec: stars.separationArcsec,
    eastArcsec: each((i) => deltaRaDeg(i) * Math.cos(stars.decDeg[i]! * DEG_TO_RAD) * ARCSEC_PER_DEG),
    northArcsec: each((i) => (stars.decDeg[i]! - stars.starDecDeg[i]!) * ARCSEC_PER_DEG),
    residualMmag: each((i) => 1000 * stars.residual[i]!),
    pull: each((i) => stars.residual[i]! / error(i)),
    used: each((i) => Number(stars.fate[i] === 'used')),
  }
}

/** At most `most` of the stars, evenly taken from their order. */
export function thinned(stars: PanelStars, most: number): PanelStars {
  const n = stars.used.length
  if (n <= most) return stars
  const rows = Array.from({ length: most }, (_, k) => Math.floor((k * n) / most))
  return mapFields((field) => Float64Array.from(rows, (i) => stars[field][i]!))
}

/** The stars for which a test of their row holds. */
export function starsWhere(stars: PanelStars, test: (i: number) => boolean): PanelStars {
  const rows = indicesWhere(stars.used.length, test)
  return rows.length === stars.used.length ? stars : mapFields((field) => gather(stars[field], rows))
}

/** The stars of several CCDs, one after the other. */
export function joined(parts: readonly PanelStars[]): PanelStars {
  const n = parts.reduce((total, { used }) => total + used.length, 0)
  return mapFields((field) => {
    const all = new Float64Array(n)
    let at = 0
    for (const part of parts) {
      all.set(part[field], at)
      at += part[field].length
    }
    return all
  })
}

function mapFields(values: (field: keyof PanelStars) => Float64Array): PanelStars {
  return Object.fromEntries(FIELDS.map((field) => [field, values(field)])) as Record<keyof PanelStars, Float64Array>
}

/** The stars of one CCD as the page carries them: what its figures draw. */
export type CarriedStars = Pick<PanelStars, (typeof CARRIED)[number] | 'used'>

const CARRIED = ['mag', 'colour', 'x', 'y', 'eastArcsec', 'northArcsec', 'residualMmag'] as const
/**
 * Whole numbers per unit in the page's data: a millimagnitude's tenth, a quarter pixel, a tenth of a milliarcsecond.
 */
const STEPS: Readonly<Record<(typeof CARRIED)[number], number>> = {
  mag: 1000,
  colour: 1000,
  x: 4,
  y: 4,
  eastArcsec: 10_000,
  northArcsec: 10_000,
  residualMmag: 10,
}
const MISSING = -32_768
const BYTES_PER_STAR = 2 * CARRIED.length + 1

/** Sixteen bits a value, little endian, field after field, then a byte each that says whether it is used; as base64. */
export function packStars(stars: PanelStars): string {
  const n = stars.used.length
  const view = new DataView(new ArrayBuffer(n * BYTES_PER_STAR))
  for (let i = 0; i < n; i++) view.setUint8(2 * n * CARRIED.length + i, stars.used[i]!)
  CARRIED.forEach((field, f) => {
    for (let i = 0; i < n; i++) {
      const value = Math.round(stars[field][i]! * STEPS[field])
      view.setInt16(
        2 * (f * n + i),
        Number.isNaN(value) ? MISSING : Math.min(32_767, Math.max(MISSING + 1, value)),
        true,
      )
    }
  })
  let text = ''
  for (let i = 0; i < view.byteLength; i++) text += String.fromCharCode(view.getUint8(i))
  return btoa(text)
}

/** Inverse of `packStars`, to the steps that it keeps. */
export function unpackStars(packed: string): CarriedStars {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  const n = bytes.length / BYTES_PER_STAR
  const field = (f: number, name: (typeof CARRIED)[number]) =>
    Float64Array.from({ length: n }, (_, i) => {
      const value = view.getInt16(2 * (f * n + i), true)
      return value === MISSING ? NaN : value / STEPS[name]
    })
  return {
    ...(Object.fromEntries(CARRIED.map((name, f) => [name, field(f, name)])) as Record<
      (typeof CARRIED)[number],
      Float64Array
    >),
    used: Float64Array.from({ length: n }, (_, i) => view.getUint8(2 * n * CARRIED.length + i)),
  }
}
