import { directionOf, unitVector } from '../math/sphere.js'

/** Sides of the cubes by which stars are found again, in units of the sphere's radius: a degree or so. */
const CUBE = 0.02
const SIDE = Math.ceil(2 / CUBE) + 3

/** Cube of a unit vector, by number; its neighbours are 1, SIDE and SIDE squared away. */
const cubeOf = (x: number, y: number, z: number): number =>
  (Math.floor((x + 1) / CUBE) + 1) * SIDE * SIDE +
  (Math.floor((y + 1) / CUBE) + 1) * SIDE +
  Math.floor((z + 1) / CUBE) +
  1

/**
 * Mean positions of stars, found by where they are: an exposure of a survey is compared with the stars of its field,
 * not with all that were seen before.
 */
export class StarPlaces {
  count = 0
  /** Sums of the unit vectors of the detections, three numbers a star. */
  private vectors = new Float64Array(3 * 4096)
  private readonly starsOfCube = new Map<number, number[]>()

  /** A new star, by its first detection. */
  addStar(raDeg: number, decDeg: number): void {
    if (3 * this.count === this.vectors.length) {
      const larger = new Float64Array(2 * this.vectors.length)
      larger.set(this.vectors)
      this.vectors = larger
    }
    const cube = cubeOf(...unitVector(raDeg, decDeg))
    const stars = this.starsOfCube.get(cube)
    if (stars) stars.push(this.count)
    else this.starsOfCube.set(cube, [this.count])
    this.addDetection(this.count++, raDeg, decDeg)
  }

  addDetection(star: number, raDeg: number, decDeg: number): void {
    unitVector(raDeg, decDeg).forEach((part, axis) => (this.vectors[3 * star + axis]! += part))
  }

  /** Stars in the cubes of these places and those beside, ascending: all within arcminutes, and others. */
  near({ raDeg, decDeg }: { readonly raDeg: Float64Array; readonly decDeg: Float64Array }): Uint32Array {
    const own = new Set<number>()
    for (let i = 0; i < raDeg.length; i++) own.add(cubeOf(...unitVector(raDeg[i]!, decDeg[i]!)))
    const cubes = new Set<number>()
    for (const cube of own)
      for (let x = -1; x <= 1; x++)
        for (let y = -1; y <= 1; y++) for (let z = -1; z <= 1; z++) cubes.add(cube + (x * SIDE + y) * SIDE + z)
    return Uint32Array.from([...cubes].flatMap((cube) => this.starsOfCube.get(cube) ?? [])).sort()
  }

  /** Positions of stars. */
  of(stars: Uint32Array): { raDeg: Float64Array; decDeg: Float64Array } {
    const raDeg = new Float64Array(stars.length)
    const decDeg = new Float64Array(stars.length)
    for (let i = 0; i < stars.length; i++) {
      const at = 3 * stars[i]!
      const place = directionOf([this.vectors[at]!, this.vectors[at + 1]!, this.vectors[at + 2]!])
      raDeg[i] = place.raDeg
      decDeg[i] = place.decDeg
    }
    return { raDeg, decDeg }
  }
}
