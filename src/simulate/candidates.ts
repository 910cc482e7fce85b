import type { Random } from '../math/random.js'
import { between, powerLawMagnitude } from './draw.js'
import type { ExposureOptions } from './options.js'
import { PLANE } from './telescope.js'

export const KINDS = ['star', 'galaxy', 'spurious'] as const
export type Kind = (typeof KINDS)[number]

/** Light that falls on one CCD, before it is measured; one entry per object. */
export interface Candidates {
  readonly kind: Kind[]
  /** Row of the true star, -1 for what is none. */
  readonly starIndex: number[]
  /** 1-based pixel. */
  readonly x: number[]
  readonly y: number[]
  /** Counts in the exposure. */
  readonly flux: number[]
  /** 1 if the star is off its mean magnitude. */
  readonly variable: number[]
}

/** Stars in the tangent plane at the exposure's epoch. */
export interface ProjectedStars {
  readonly xiDeg: Float64Array
  readonly etaDeg: Float64Array
  readonly bandMag: Float64Array
}

/** Galaxies get more numerous as 10^(0.3 mag) to the detection limit. */
const BRIGHTEST_GALAXY_MAG = 16.5

/** Stars, galaxies and junk on one CCD; a dead half stays empty. */
export function drawCandidates(
  ccd: number,
  stars: ProjectedStars,
  zeropoint: number,
  limitFlux: number,
  options: ExposureOptions,
  random: Random,
): Candidates {
  const candidates: Candidates = { kind: [], starIndex: [], x: [], y: [], flux: [], variable: [] }
  const [firstColumn, lastColumn] = PLANE.usableColumns(ccd)
  const fluxOf = (mag: number) => 10 ** (-0.4 * (mag - zeropoint))
  const add = (kind: Kind, starIndex: number, x: number, y: number, flux: number, variable = 0): void => {
    if (x < firstColumn - 0.5 || x > lastColumn + 0.5 || y < 0.5 || y > PLANE.rows + 0.5) return
    candidates.kind.push(kind)
    candidates.starIndex.push(starIndex)
    candidates.x.push(x)
    candidates.y.push(y)
    candidates.flux.push(flux)
    candidates.variable.push(variable)
  }

  const onCcd = [...starsOn(ccd, stars)].filter(() => random.uniform() >= options.missingFraction)
  const most = options.mostStars[ccd]
  const kept = most === undefined ? onCcd : onCcd.sort((a, b) => stars.bandMag[a]! - stars.bandMag[b]!).slice(0, most)
  for (const s of kept) {
    const { x, y } = PLANE.tangentPlaneToPixel(ccd, stars.xiDeg[s]!, stars.etaDeg[s]!)
    const varies = random.uniform() < options.variableFraction
    const mag = stars.bandMag[s]! + (varies ? options.variableMag * random.normal() : 0)
    add('star', s, x, y, fluxOf(mag), Number(varies))
  }

  const anywhere = (kind: Kind, perSqDeg: number, flux: () => number): void => {
    for (let k = random.poisson(perSqDeg * PLANE.ccdAreaSqDeg); k > 0; k--) {
      add(kind, -1, between(random, 0.5, PLANE.columns + 0.5), between(random, 0.5, PLANE.rows + 0.5), flux())
    }
  }
  const limitMag = zeropoint - 2.5 * Math.log10(limitFlux)
  anywhere('galaxy', options.galaxiesPerSqDeg, () =>
    fluxOf(powerLawMagnitude(random, Math.min(BRIGHTEST_GALAXY_MAG, limitMag - 1), limitMag, 0.3)),
  )
  anywhere(
    'spurious',
    options.spuriousPerSqDeg,
    () => (random.uniform() < 0.5 ? -1 : 1) * limitFlux * between(random, 0.1, 1.5),
  )
  return candidates
}

function* starsOn(ccd: number, { xiDeg, etaDeg }: ProjectedStars): Generator<number> {
  for (let s = 0; s < xiDeg.length; s++) {
    const { x, y } = PLANE.tangentPlaneToPixel(ccd, xiDeg[s]!, etaDeg[s]!)
    if (x >= 0.5 && x <= PLANE.columns + 0.5 && y >= 0.5 && y <= PLANE.rows + 0.5) yield s
  }
}
