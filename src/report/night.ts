import { madScatter, median } from '../math/robust.js'
import { exposureInWords } from '../products/result-json.js'
import type { ResultDocument } from '../products/result-document.js'
import { decide, type DecisionWord } from './decision.js'

/** One exposure of a night, as the index shows it. */
export interface NightExposure {
  /** `668439 r4p5` */
  readonly name: string
  readonly band: string
  /** Photometric system of the zeropoint. */
  readonly system: string
  readonly mjd: number | null
  readonly word: DecisionWord
  readonly headline: string
  readonly zeropoint: number | null
  readonly zeropointErr: number | null
  /** From CCD to CCD about the plane; of the stars if there is one CCD. */
  readonly scatter: number | null
  readonly stars: number
  readonly fwhmArcsec: number | null
  /** Where its report is, seen from the index; null if there is none. */
  readonly href: string | null
  /** Quantities in which it lies far from the others of its band, in words. */
  readonly strays: readonly string[]
}

const MJD_2000 = 51_544.5

/** A night's line of an exposure. The outliers are known once all are there: `withStrays`. */
export function nightExposure(
  { exposure, ccds, solution, ...rest }: ResultDocument,
  href: string | null,
): NightExposure {
  const { word, headline } = decide({ exposure, ccds, ...rest, ...(solution ? { solution } : {}) })
  const values = (of: (ccd: (typeof ccds)[number]) => number | null) =>
    ccds.map(of).filter((value): value is number => value !== null)
  const own = values(({ zeropoint }) => zeropoint)
  const errors = values(({ zeropointErr }) => zeropointErr)
  const widths = values(({ diagnostics }) => diagnostics.fwhmArcsec)
  return {
    name: exposureInWords(exposure),
    band: exposure.band,
    system: ccds[0]!.system,
    // Julian years.
    mjd:
      exposure.epochYr === null || exposure.epochFrom === 'catalog'
        ? null
        : MJD_2000 + (exposure.epochYr - 2000) * 365.25,
    word,
    headline,
    zeropoint: solution?.zeropoint ?? (own.length > 0 ? median(own) : null),
    zeropointErr: solution?.zeropointErr ?? (errors.length > 0 ? median(errors) : null),
    scatter: solution?.ccdScatter ?? (ccds.length === 1 ? ccds[0]!.scatter : null),
    stars: ccds.reduce((total, { cuts }) => total + cuts.used, 0),
    fwhmArcsec: widths.length > 0 ? median(widths) : null,
    href,
    strays: [],
  }
}

/** Fewer exposures of a band than this cannot outvote one another. */
const FEWEST = 5
const FAR_IN_SCATTERS = 5

const QUANTITIES = [
  { name: 'zeropoint', of: (e: NightExposure) => e.zeropoint, least: () => 0.03 },
  { name: 'scatter', of: (e: NightExposure) => e.scatter, least: () => 0.005 },
  { name: 'stars', of: (e: NightExposure) => e.stars, least: (middle: number) => 0.3 * middle },
  { name: 'FWHM', of: (e: NightExposure) => e.fwhmArcsec, least: () => 0.2 },
] as const

/**
 * Bands with their systems, if there are several: zeropoints of one band in two systems are not compared, nor drawn
 * together.
 */
export function withSystems(exposures: readonly NightExposure[]): {
  readonly exposures: readonly NightExposure[]
  readonly systems: readonly string[]
} {
  const systems = [...new Set(exposures.map(({ system }) => system))].sort()
  if (systems.length < 2) return { exposures, systems }
  return { exposures: exposures.map((one) => ({ ...one, band: `${one.band} (${one.system})` })), systems }
}

/**
 * In time order, each with the quantities in which it strays: far from its band's median in robust scatters, and by
 * more than is of no matter.
 */
export function withStrays(exposures: readonly NightExposure[]): NightExposure[] {
  const strays = new Map<NightExposure, string[]>(exposures.map((exposure) => [exposure, []]))
  for (const band of new Set(exposures.map((exposure) => exposure.band))) {
    for (const { name, of, least } of QUANTITIES) {
      const known = exposures.filter((exposure) => exposure.band === band && of(exposure) !== null)
      if (known.length < FEWEST) continue
      const values = known.map((exposure) => of(exposure)!)
      const [middle, scatter] = [median(values), madScatter(values)]
      known.forEach((exposure, i) => {
        if (Math.abs(values[i]! - middle) > Math.max(FAR_IN_SCATTERS * scatter, least(middle)))
          strays.get(exposure)!.push(name)
      })
    }
  }
  const late = ({ mjd }: NightExposure) => mjd ?? Infinity
  return exposures
    .map((exposure) => ({ ...exposure, strays: strays.get(exposure)! }))
    .sort((a, b) => (late(a) === late(b) ? (a.name < b.name ? -1 : 1) : late(a) - late(b)))
}
