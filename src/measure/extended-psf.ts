import type { PsfModel } from './psf-model.js'

/**
 * Scale length of the disc by which a PSF is widened for SPREAD_MODEL, in the size of its stars. SExtractor's manual
 * says a sixteenth of the FWHM, which psfex states as twice the half-light radius; with a fifteenth the slope against
 * source-extractor 2.25 is 1.
 */
const SCALE_PER_SIZE = 1 / 15

/**
 * The planes of a PSF that is widened by an exponential disc. A convolution of splines is one of their coefficients;
 * the disc of scale length h has the transform (1 + (h k)^2)^(-3/2).
 */
export function extendedPlanes({
  planes,
  lattice: { side, step },
  sizePixels,
}: Pick<PsfModel, 'planes' | 'lattice' | 'sizePixels'>): Float64Array[] {
  const scaleNodes = (SCALE_PER_SIZE * sizePixels) / step
  // Twice the side, so that what leaves at one end does not come in at the other.
  const length = 2 * side
  const wave = (2 * Math.PI) / length
  const shares = Float64Array.from({ length: length * length }, (_, k) => {
    const [a, b] = [signed(k % length, length) * wave, signed(Math.floor(k / length), length) * wave]
    return (1 + scaleNodes ** 2 * (a * a + b * b)) ** -1.5
  })
  const kernel = inverseOfEven(shares, length)
  return planes.map((plane) => convolved(plane, side, kernel, length))
}

const signed = (k: number, length: number): number => (k > length / 2 ? k - length : k)

/** Inverse transform of what is real and even in both axes: sums of cosines, along rows and then along columns. */
function inverseOfEven(shares: Float64Array, length: number): Float64Array {
  const cosines = Float64Array.from({ length }, (_, k) => Math.cos((2 * Math.PI * k) / length) / length)
  return turned(turned(shares, cosines), cosines)
}

/** Transforms along rows, and turns rows into columns. */
function turned(values: Float64Array, cosines: Float64Array): Float64Array {
  const { length } = cosines
  const into = new Float64Array(values.length)
  for (let x = 0; x < length; x++)
    for (let row = 0; row < length; row++) {
      let sum = 0
      for (let k = 0, wave = 0; k < length; k++) {
        sum += values[row * length + k]! * cosines[wave]!
        wave += x
        if (wave >= length) wave -= length
      }
      into[x * length + row] = sum
    }
  return into
}

/** The part of a convolution that lies on the plane; the kernel is even, its middle at 0. */
function convolved(plane: Float64Array, side: number, kernel: Float64Array, length: number): Float64Array {
  const into = new Float64Array(side * side)
  for (let y = 0; y < side; y++)
    for (let v = 0; v < side; v++) {
      const row = Math.abs(y - v) * length
      for (let x = 0; x < side; x++) {
        let sum = 0
        for (let u = 0; u < side; u++) sum += plane[v * side + u]! * kernel[row + (u < x ? x - u : u - x)]!
        into[y * side + x]! += sum
      }
    }
  return into
}
