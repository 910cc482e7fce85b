import { fromTangentPlane, toTangentPlane } from '../math/sphere.js'
import { ARCSEC_PER_DEG } from '../math/units.js'
import type { CcdCorners, SkyPosition } from '../wcs/index.js'
import type { CameraDescription } from './description.js'
import type { DetectorName, Direction } from './detectors.js'

/** One CCD of a camera: its number, what headers call it, and its centre east and north of the pointing. */
interface PlacedCcd extends DetectorName {
  readonly xiDeg: number
  readonly etaDeg: number
}

type OnPlane = readonly [east: number, north: number]

const UNIT: Readonly<Record<Direction, OnPlane>> = { north: [0, 1], east: [1, 0], south: [0, -1], west: [-1, 0] }

/** Positions of the CCDs of a camera in the tangent plane, and of their pixels. Without distortion. */
export class FocalPlane {
  /** Half the extent of a CCD along right ascension and along declination. */
  readonly halfCcd: { readonly xiDeg: number; readonly etaDeg: number }
  readonly ccdAreaSqDeg: number
  /** Whether y runs east and x south: figures are then turned to lie as on the sky. */
  readonly turned: boolean
  readonly #byNumber: ReadonlyMap<number, PlacedCcd>
  readonly #x: OnPlane
  readonly #y: OnPlane

  private constructor(
    readonly title: string,
    readonly columns: number,
    readonly rows: number,
    readonly pixelScaleArcsec: number,
    runs: readonly [x: Direction, y: Direction],
    /** In the order of the description. */
    readonly ccds: readonly PlacedCcd[],
  ) {
    this.#byNumber = new Map(ccds.map((ccd) => [ccd.ccd, ccd]))
    this.#x = UNIT[runs[0]]
    this.#y = UNIT[runs[1]]
    this.turned = runs[0] === 'south' && runs[1] === 'east'
    const [alongXi, alongEta] = this.#x[0] === 0 ? [rows, columns] : [columns, rows]
    this.halfCcd = { xiDeg: this.#toDeg(alongXi) / 2, etaDeg: this.#toDeg(alongEta) / 2 }
    this.ccdAreaSqDeg = 4 * this.halfCcd.xiDeg * this.halfCcd.etaDeg
  }

  /** The focal plane of a camera; undefined if its description does not place every detector. */
  static of({ title, detector, detectors = [] }: CameraDescription): FocalPlane | undefined {
    if (detector === undefined || detectors.length === 0) return undefined
    const { columns, rows, pixelScaleArcsec, spacingPixels, xRuns = 'west', yRuns = 'north' } = detector
    const toDeg = (pixels: number) => (pixels * pixelScaleArcsec) / ARCSEC_PER_DEG
    const inSteps = (pixels: number, step: number) => (pixels / step) * toDeg(step)
    const ccds = detectors.flatMap((one): PlacedCcd[] => {
      const { eastPixels, northPixels } = one
      if (eastPixels === undefined || northPixels === undefined) return []
      const { east, north } = spacingPixels ?? { east: 1, north: 1 }
      return [{ ...one, xiDeg: inSteps(eastPixels, east), etaDeg: inSteps(northPixels, north) }]
    })
    if (ccds.length < detectors.length) return undefined
    return new FocalPlane(title, columns, rows, pixelScaleArcsec, [xRuns, yRuns], ccds)
  }

  #toDeg(pixels: number): number {
    return (pixels * this.pixelScaleArcsec) / ARCSEC_PER_DEG
  }

  has(ccd: number): boolean {
    return this.#byNumber.has(ccd)
  }

  /** The CCD of a number; throws RangeError if the camera has none of it. */
  ccd(ccd: number): PlacedCcd {
    const found = this.#byNumber.get(ccd)
    if (found === undefined) throw new RangeError(`${this.title} has no CCD ${ccd}: ${this.numbers()}`)
    return found
  }

  /** `1 to 62`. */
  numbers(): string {
    const numbers = this.ccds.map(({ ccd }) => ccd)
    return `${Math.min(...numbers)} to ${Math.max(...numbers)}`
  }

  /** CCDs that give an image at a time; without one, those that always did. */
  workingCcds(mjd?: number): number[] {
    const isOut = ({ outages = [] }: PlacedCcd) =>
      outages.some(({ fromMjd, toMjd = Infinity }) => mjd === undefined || (mjd >= fromMjd && mjd < toMjd))
    return this.ccds.filter((ccd) => !isOut(ccd)).map(({ ccd }) => ccd)
  }

  /** Pixel columns that give usable data, 1-based. */
  usableColumns(ccd: number): readonly [first: number, last: number] {
    return this.ccd(ccd).usableColumns ?? [1, this.columns]
  }

  /** Tangent-plane offsets of a pixel (1-based, centre of the first is 1). */
  pixelToTangentPlane(ccd: number, x: number, y: number): { xiDeg: number; etaDeg: number } {
    const { xiDeg, etaDeg } = this.ccd(ccd)
    const right = this.#toDeg(x - (this.columns + 1) / 2)
    const up = this.#toDeg(y - (this.rows + 1) / 2)
    return {
      xiDeg: xiDeg + (this.#x[0] * right + this.#y[0] * up),
      etaDeg: etaDeg + (this.#x[1] * right + this.#y[1] * up),
    }
  }

  /** Inverse of `pixelToTangentPlane`; values outside the CCD are outside 0.5 to columns + 0.5 and rows + 0.5. */
  tangentPlaneToPixel(ccd: number, xiDeg: number, etaDeg: number): { x: number; y: number } {
    const centre = this.ccd(ccd)
    const perDeg = ARCSEC_PER_DEG / this.pixelScaleArcsec
    const east = xiDeg - centre.xiDeg
    const north = etaDeg - centre.etaDeg
    return {
      x: (this.columns + 1) / 2 + (this.#x[0] * east + this.#x[1] * north) * perDeg,
      y: (this.rows + 1) / 2 + (this.#y[0] * east + this.#y[1] * north) * perDeg,
    }
  }

  /**
   * Centre and corners of a CCD on the sky for a pointing, corners in the catalogue list's order:
   * 1 south-east, 2 north-east, 3 north-west, 4 south-west. Exact at the poles and at RA 0 (gnomonic projection).
   */
  ccdOnSky(ccd: number, pointing: SkyPosition): { centre: SkyPosition; corners: CcdCorners } {
    const { xiDeg, etaDeg } = this.ccd(ccd)
    const east = xiDeg + this.halfCcd.xiDeg
    const west = xiDeg - this.halfCcd.xiDeg
    const north = etaDeg + this.halfCcd.etaDeg
    const south = etaDeg - this.halfCcd.etaDeg
    const corners = [
      fromTangentPlane(east, south, pointing),
      fromTangentPlane(east, north, pointing),
      fromTangentPlane(west, north, pointing),
      fromTangentPlane(west, south, pointing),
    ]
    return {
      centre: fromTangentPlane(xiDeg, etaDeg, pointing),
      corners: { raDeg: corners.map(({ raDeg }) => raDeg), decDeg: corners.map(({ decDeg }) => decDeg) },
    }
  }

  /** The CCD of a pointing that a direction falls on; undefined in the gaps and outside. */
  ccdUnder(position: SkyPosition, pointing: SkyPosition): number | undefined {
    const offset = toTangentPlane(position.raDeg, position.decDeg, pointing)
    if (offset === undefined) return undefined
    return this.ccds.find(
      ({ xiDeg, etaDeg }) =>
        Math.abs(offset.xiDeg - xiDeg) <= this.halfCcd.xiDeg && Math.abs(offset.etaDeg - etaDeg) <= this.halfCcd.etaDeg,
    )?.ccd
  }
}
