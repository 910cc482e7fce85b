import type { TieRows } from './rows.js'

/** Smooth modes of a catalogue's error over the sky of the network, on a grid of cells; mode 0 is its level. */
export interface SkyBasis {
  readonly cells: number
  readonly modes: number
  /** Share of the field's variance that is expected in each mode; 0 for the level. */
  readonly share: Float64Array
  /** cells x modes. */
  readonly table: Float64Array
  /** Cell of each star. */
  readonly cellOf: Uint16Array
}

const CELLS_ALONG = 24
/** Modes of wavelengths below this are not asked [deg]: half a degree is a few CCDs, where levels take them up. */
const SHORTEST_WAVE_DEG = 0.6
/**
 * Power falls beyond this scale [deg]. For waves of 0.7 to 3 deg errors of zeropoints of two exposures were too small
 * by 1.5 with 0.6, by 1.2 with this; of ten exposures by 1.5 still.
 */
const SCALE_DEG = 0.12
const MOST_MODES = 90

/**
 * Places of the stars in the network, at the resolution of a CCD: each exposure's pointing from the stars that it
 * shares with others, on the focal plane's own coordinates. Good enough for what varies over a degree.
 */
export function skyBasis(rows: TieRows): SkyBasis {
  const { x, y } = starPlaces(rows)
  const [left, right] = bounds(x)
  const [bottom, top] = bounds(y)
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
  const power = waves.map(([m, n]) =>
    m + n === 0
      ? 0
      : (1 + SCALE_DEG ** 2 * ((Math.PI * m) / width) ** 2 + SCALE_DEG ** 2 * ((Math.PI * n) / height) ** 2) ** -2,
  )
  const total = power.reduce((sum, value) => sum + value, 0)
  const cellOf = new Uint16Array(rows.starCount)
  const along = (value: number, low: number, extent: number) =>
    Math.max(0, Math.min(CELLS_ALONG - 1, Math.floor((CELLS_ALONG * (value - low)) / extent)))
  for (let star = 0; star < rows.starCount; star++)
    cellOf[star] = along(y[star]!, bottom, height) * CELLS_ALONG + along(x[star]!, left, width)
  return {
    cells,
    modes: waves.length,
    share: Float64Array.from(power, (value) => (total > 0 ? value / total : 0)),
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
  return waves.sort((a, b) => wave2(...a) - wave2(...b) || a[0] - b[0]).slice(0, MOST_MODES)
}

/** Stars that tell the pointings; more tell nothing new. */
const POINTING_STARS = 4000

/**
 * A star is in the mean of its CCDs; exposures are where the stars that they share put them, by relaxation over pairs
 * of exposures.
 */
function starPlaces({ chips, starCount, first, chip }: TieRows): {
  readonly x: Float64Array
  readonly y: Float64Array
} {
  const { exposureOf, xDeg, yDeg, count } = chips
  const exposures = chips.exposures.length
  const [common, apartX, apartY] = [0, 0, 0].map(() => new Float64Array(exposures * exposures)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const step = Math.max(1, Math.floor(starCount / POINTING_STARS))
  for (let star = 0; star < starCount; star += step)
    for (let i = first[star]!; i < first[star + 1]!; i++)
      for (let j = first[star]!; j < first[star + 1]!; j++) {
        const [k, l] = [chip[i]!, chip[j]!]
        if (k >= count || l >= count || exposureOf[k] === exposureOf[l]) continue
        const pair = exposureOf[k]! * exposures + exposureOf[l]!
        common[pair]!++
        apartX[pair]! += xDeg[l]! - xDeg[k]!
        apartY[pair]! += yDeg[l]! - yDeg[k]!
      }
  const [shiftX, shiftY] = [new Float64Array(exposures), new Float64Array(exposures)]
  for (let round = 0; round < 30; round++)
    for (let e = 0; e < exposures; e++) {
      let [weight, sx, sy] = [0, 0, 0]
      for (let f = 0; f < exposures; f++) {
        const pair = e * exposures + f
        weight += common[pair]!
        sx += apartX[pair]! + common[pair]! * shiftX[f]!
        sy += apartY[pair]! + common[pair]! * shiftY[f]!
      }
      if (weight === 0) continue
      shiftX[e] = sx / weight
      shiftY[e] = sy / weight
    }
  const x = new Float64Array(starCount)
  const y = new Float64Array(starCount)
  for (let star = 0; star < starCount; star++) {
    let [n, sx, sy] = [0, 0, 0]
    for (let i = first[star]!; i < first[star + 1]!; i++) {
      const k = chip[i]!
      if (k >= count) continue
      n++
      sx += xDeg[k]! + shiftX[exposureOf[k]!]!
      sy += yDeg[k]! + shiftY[exposureOf[k]!]!
    }
    x[star] = sx / n
    y[star] = sy / n
  }
  return { x, y }
}

function bounds(values: Float64Array): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}
