import { gatherAtNodes, splineRows, splineSurface, splineWeights, splineWeightsFor } from './spline-basis.js'
import type { SplineLattice, SplineWeights } from './spline-basis.js'

/** Samples surfaces of a lattice at a square of pixels whose place among the nodes is set first. */
export class PsfSampler {
  private readonly x: SplineWeights
  private readonly y: SplineWeights
  private readonly work: Float64Array

  /** @param pixels a side */
  constructor(
    readonly lattice: SplineLattice,
    readonly pixels: number,
  ) {
    this.x = splineWeightsFor(pixels)
    this.y = splineWeightsFor(pixels)
    this.work = new Float64Array(lattice.side * pixels)
  }

  /** @param x of the first pixel, from the surface's middle [pixel] */
  place(x: number, y: number): void {
    splineWeights(this.lattice, x, this.pixels, this.x)
    splineWeights(this.lattice, y, this.pixels, this.y)
  }

  /** The surface at each pixel, row by row. */
  values(coefficients: Float64Array, into: Float64Array): void {
    const { lattice, pixels, work, x, y } = this
    splineSurface(lattice, coefficients, x.first, x.values, pixels, work)
    splineRows(lattice, work, pixels, y.first, y.values, pixels, into)
  }

  /** Its values and its derivatives by x and y. */
  valuesAndSlopes(coefficients: Float64Array, into: Float64Array, byX: Float64Array, byY: Float64Array): void {
    const { lattice, pixels, work, x, y } = this
    this.values(coefficients, into)
    splineRows(lattice, work, pixels, y.first, y.slopes, pixels, byY)
    splineSurface(lattice, coefficients, x.first, x.slopes, pixels, work)
    splineRows(lattice, work, pixels, y.first, y.values, pixels, byX)
  }

  /** Adds what the pixels hold to the nodes, each by its weight. */
  gather(values: Float64Array, into: Float64Array): void {
    const { lattice, pixels, work, x, y } = this
    gatherAtNodes(lattice, values, pixels, pixels, x, y, work, into)
  }
}
