import type { ChipExtents } from './chip-basis.js'
import type { TieInput } from './input.js'
import type { TieRows } from './rows.js'
import { starPlaces } from './star-places.js'

/** Smooth modes of a catalogue's error over the sky of the network, on a grid of cells; mode 0 is its level. */
export interface SkyBasis {
  readonly cells: number
  readonly modes: number
  /** Squared wave number of each mode [(rad/deg)^2]; 0 for the level. */
  readonly wave2: Float64Array
  /** cells x modes. */
  readonly table: Float64Array
  /** Cell of each star. */
  readonly cellOf: Uint16Array
}

const CELLS_ALONG = 36
/** Modes of wavelengths below this are not asked [deg]: half of one is less than a CCD, whose level takes them up. */
const SHORTEST_WAVE_DEG = 0.45
const MAX_MODES = 160
/** Waves are flat at the ends of their field, as a catalogue's error is not: the ends are beyond the stars [deg]. */
const MARGIN_DEG = 0.25

/** How the power of a catalogue's error falls with wave number k beyond 1 / scale. */
export interface FieldShape {
  readonly scaleDeg: number
  /** exp(-scale^2 k^2 / 2), which has nothing small; else (1 + scale^2 k^2)^-2, Matern's of nu = 1. */
  readonly isSteep: boolean
}

/** What is expected, and how well the scale is known, as a factor e^this. */
export const TYPICAL_FIELD: FieldShape = { scaleDeg: 0.19, isSteep: false }
const FIELD_SCALE_SPREAD = 0.7
/** Shapes that are considered, from a few CCDs to the field of a camera. */
export const FIELD_SHAPES: readonly FieldShape[] = [
  ...[0.06, 0.09, 0.13, 0.19, 0.28, 0.42, 0.63].map((scaleDeg) => ({ scaleDeg, isSteep: false })),
  ...[0.12, 0.17, 0.25, 0.35, 0.5].map((scaleDeg) => ({ scaleDeg, isSteep: true })),
]
/** Short waves keep this part of the long ones' power, so that they can be told from nothing. */
const MIN_POWER = 1e-4

export const logFieldPrior = ({ scaleDeg }: FieldShape): number =>
  -0.5 * (Math.log(scaleDeg / TYPICAL_FIELD.scaleDeg) / FIELD_SCALE_SPREAD) ** 2

/** Variance of each mode of a field of this shape and rms [mag^2]; 0 for the level. */
export function fieldPower({ wave2 }: SkyBasis, { scaleDeg, isSteep }: FieldShape, rms: number): Float64Array {
  const power = wave2.map((k2) => {
    if (k2 === 0) return 0
    const t = scaleDeg ** 2 * k2
    return isSteep ? Math.exp(-0.5 * t) + MIN_POWER : (1 + t) ** -2
  })
  const total = power.reduce((sum, value) => sum + value, 0)
  return total > 0 ? power.map((value) => (rms ** 2 * value) / total) : power
}

/** The basis over the sky that the stars cover. */
export function skyBasis(rows: TieRows, observations: TieInput['observations'], extents: ChipExtents): SkyBasis {
  const { x, y } = starPlaces(rows, observations, extents)
  const [left, right] = bounds(x, MARGIN_DEG)
  const [bottom, top] = bounds(y, MARGIN_DEG)
  const width = Math.max(right - left, 1e-6)
  const height = Math.max(top - bottom, 1e-6)
  const waves = wavesWithin(width, height)
  const cells = CELLS_ALONG * CELLS_ALONG
  const table = new Float64Array(cells * waves.length)
  waves.forEach(([m, n], mode) => {
    const norm = Math.sqrt((m > 0 ? 2 : 1) * (n > 0 ? 2 : 1))
    for (let cell = 0; cell < cells; cell++) {
      const s = ((cell % CELLS_ALONG) + 0.5) / CELLS_ALONG
      const t = (Math.floor(cell / CELLS_ALONG) + 0.5) / CELLS_ALONG
      table[cell * waves.length + mode] = norm * Math.cos(Math.PI * m * s) * Math.cos(Math.PI * n * t)
    }
  })
  const cellOf = new Uint16Array(rows.starCount)
  const along = (value: number, low: number, extent: number) =>
    Math.max(0, Math.min(CELLS_ALONG - 1, Math.floor((CELLS_ALONG * (value - low)) / extent)))
  for (let star = 0; star < rows.starCount; star++)
    cellOf[star] = along(y[star]!, bottom, height) * CELLS_ALONG + along(x[star]!, left, width)
  return {
    cells,
    modes: waves.length,
    wave2: Float64Array.from(waves, ([m, n]) => ((Math.PI * m) / width) ** 2 + ((Math.PI * n) / height) ** 2),
    table,
    cellOf,
  }
}

/** Numbers of half waves along both axes; the level first, then by wavelength. */
function wavesWithin(width: number, height: number): (readonly [number, number])[] {
  const waves: (readonly [number, number])[] = []
  const wave2 = (m: number, n: number) => (m / (2 * width)) ** 2 + (n / (2 * height)) ** 2
  for (let m = 0; m <= (2 * width) / SHORTEST_WAVE_DEG; m++)
    for (let n = 0; n <= (2 * height) / SHORTEST_WAVE_DEG; n++)
      if (wave2(m, n) <= SHORTEST_WAVE_DEG ** -2) waves.push([m, n])
  return waves.sort((a, b) => wave2(...a) - wave2(...b) || a[0] - b[0]).slice(0, MAX_MODES)
}

function bounds(values: Float64Array, margin: number): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low - margin, high + margin]
}
