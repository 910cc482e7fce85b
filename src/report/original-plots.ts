import type { CcdCorners } from '../exposure/catalogue-list.js'
import { exposureLabel, type ExposureName } from '../exposure/exposure-name.js'
import { toTangentPlane } from '../math/sphere.js'
import { median } from '../math/robust.js'
import type { ExposureSolution } from '../photometry/exposure/result.js'
import { figureStem } from '../products/names.js'
import { ccdJson, type SolvedResult } from '../products/result-json.js'
import { ccdInWords, exposureFocalPlane, focalQuantities, ownZeropoint } from './exposure-figures.js'
import { ccdStarsFigure } from './figures/ccd-stars.js'
import type { Figure } from './figures/figure.js'
import { zeropointByCcdFigure } from './figures/zeropoint-by-ccd.js'
import type { CcdPlace } from './focal-geometry.js'
import { markOf } from './words.js'

/** A figure under the original's name, without the ending. */
export interface NamedFigure {
  readonly stem: string
  readonly figure: Figure
}

/** A CCD of the list with its result. */
interface PlottedCcd {
  readonly result: SolvedResult
  readonly corners: CcdCorners
}

type Direction = { readonly raDeg: number; readonly decDeg: number }

/** Endings of the original's six figures, and what each is coloured by here. */
const PLANES = [
  ['ZP', 'zeropoint'],
  ['deltaZP', 'difference'],
  ['NumClipstar', 'stars'],
  ['NewZP', 'adopted'],
  ['NewdeltaZP', 'adopted-difference'],
] as const

/**
 * The original's six figures of an exposure under its names, `{list}_ZP` and so on: zeropoint of each CCD's own stars,
 * its difference from the median, the number of stars used, zeropoint against CCD number, adopted zeropoint and its
 * difference. Zeropoints follow m = -2.5 log10(flux) + zeropoint; the original's are negative.
 */
export function originalPlots(
  name: ExposureName,
  band: string,
  ccds: readonly PlottedCcd[],
  solution: ExposureSolution,
  centre: Direction,
): NamedFigure[] {
  const documents = ccds.map(({ result }) => ccdJson(result))
  const places = new Map(ccds.map(({ result, corners }) => [result.ccd, placeOf(corners, centre)]))
  const own = documents.map(ownZeropoint).filter((value) => value !== null)
  const heading =
    `${exposureLabel(name)} ${band} band, median ` + `${own.length === 0 ? 'none' : median(own).toFixed(3)}`
  const quantities = new Map(focalQuantities(documents).map((quantity) => [quantity.key, quantity]))
  const planes = PLANES.map(([ending, key]): NamedFigure => {
    const quantity = quantities.get(key)!
    return {
      stem: `${figureStem(name)}_${ending}`,
      figure: exposureFocalPlane(
        documents,
        places,
        { ...quantity, title: `${heading}: ${quantity.title.charAt(0).toLowerCase()}${quantity.title.slice(1)}` },
        false,
      ),
    }
  })
  const bars = documents.flatMap((document) => {
    const zeropoint = ownZeropoint(document)
    const zeropointErr = document.own?.zeropointErr ?? document.zeropointErr
    const kind = markOf(document)
    return zeropoint === null || zeropointErr === null || kind === 'none'
      ? []
      : [{ ccd: document.ccd, zeropoint, zeropointErr, kind, words: ccdInWords(document) }]
  })
  return [
    ...planes,
    {
      stem: `${figureStem(name)}_CCDsvsZPs`,
      figure: zeropointByCcdFigure(`${heading}: zeropoint of each CCD's own stars`, bars, solution.zeropoint),
    },
  ]
}

/**
 * The original's figure of a CCD, named after its SExtractor catalogue: catalogue stars and selected detections on the
 * outline.
 */
export function originalStarPlot(
  stem: string,
  fileName: string,
  corners: CcdCorners,
  centre: Direction,
  standards: Positions,
  observed: Positions,
): NamedFigure {
  const project = ({ raDeg, decDeg }: Positions) =>
    Array.from(raDeg, (ra, i) => toTangentPlane(ra, decDeg[i]!, centre)).flatMap((offset) =>
      offset ? [[offset.xiDeg, offset.etaDeg] as const] : [],
    )
  return {
    stem,
    figure: ccdStarsFigure(fileName, {
      outline: placeOf(corners, centre).outline,
      standards: project(standards),
      observed: project(observed),
    }),
  }
}

type Positions = { readonly raDeg: ArrayLike<number>; readonly decDeg: ArrayLike<number> }

function placeOf({ raDeg, decDeg }: CcdCorners, centre: Direction): CcdPlace {
  const outline = raDeg.flatMap((ra, i) => {
    const offset = toTangentPlane(ra, decDeg[i]!, centre)
    return offset ? [[offset.xiDeg, offset.etaDeg] as const] : []
  })
  const mean = (axis: 0 | 1) => outline.reduce((sum, corner) => sum + corner[axis], 0) / outline.length
  return { eastDeg: mean(0), northDeg: mean(1), outline }
}
