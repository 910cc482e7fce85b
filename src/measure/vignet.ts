import type { MeasuredObject } from './measured-object.js'
import type { OwnedPixels } from './stamp.js'

/** What stands for a pixel that is not the object's: psfex takes what is below -1e29 as no pixel. */
const NO_PIXEL = -1e30

/**
 * The pixels round each object, `side` x `side` (VIGNET of SExtractor): the image without its sky, NO_PIXEL beyond its
 * edge, where nothing may be measured, and on other objects.
 *
 * @returns shape (objects x side x side)
 */
export function vignets(
  objects: readonly Pick<MeasuredObject, 'shape' | 'pixels'>[],
  { sky, owner, columns, rows }: OwnedPixels,
  side: number,
): Float32Array {
  const all = new Float32Array(objects.length * side * side).fill(NO_PIXEL)
  const half = side >> 1
  objects.forEach(({ shape, pixels }, k) => {
    const own = owner[pixels[0]!]!
    const [x0, y0] = [Math.round(shape.x) - half, Math.round(shape.y) - half]
    for (let j = Math.max(0, -y0); j < Math.min(side, rows - y0); j++)
      for (let u = Math.max(0, -x0); u < Math.min(side, columns - x0); u++) {
        const i = (y0 + j) * columns + x0 + u
        if (owner[i] === 0 || owner[i] === own) all[(k * side + j) * side + u] = sky[i]!
      }
  })
  return all
}
