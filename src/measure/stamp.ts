import type { Detection } from './detect.js'

/** The light round one object, without that of its neighbours. */
export interface Stamp {
  /** Column and row of its first pixel in the image. */
  readonly x0: number
  readonly y0: number
  readonly columns: number
  readonly rows: number
  /** The image without its sky. */
  readonly light: Float32Array
  /** Variance of the sky. */
  readonly variance: Float32Array
  /** 1 where a neighbour's light, or a pixel that may not be measured, was replaced. */
  readonly isReplaced: Uint8Array
}

/** Which object each pixel belongs to: its number from 1 on, or 0. */
export function segmentation({ objects, sky }: Pick<Detection, 'objects' | 'sky'>): Int32Array {
  const owner = new Int32Array(sky.length)
  objects.forEach(({ pixels }, k) => {
    for (let p = 0; p < pixels.length; p++) owner[pixels[p]!] = k + 1
  })
  return owner
}

/**
 * Cuts the pixels round an object out. Those of other objects, and those that may not be measured, get the value of the
 * pixel on the other side of its centre; if that is not good either, of the sky (MASK_TYPE CORRECT of SExtractor).
 *
 * @param own the object's number in the segmentation
 * @param x centre, from 0
 * @param reach half the side [pixel]
 */
export function stampOf(
  { sky, noise }: Pick<Detection, 'sky' | 'noise'>,
  owner: Int32Array,
  frame: { readonly columns: number; readonly rows: number },
  own: number,
  x: number,
  y: number,
  reach: number,
): Stamp {
  const x0 = Math.max(0, Math.floor(x - reach))
  const y0 = Math.max(0, Math.floor(y - reach))
  const columns = Math.min(frame.columns - 1, Math.ceil(x + reach)) - x0 + 1
  const rows = Math.min(frame.rows - 1, Math.ceil(y + reach)) - y0 + 1
  const light = new Float32Array(columns * rows)
  const variance = new Float32Array(columns * rows)
  const isReplaced = new Uint8Array(columns * rows)
  let usual = noise[Math.round(y) * frame.columns + Math.round(x)]!
  if (!(usual < Infinity)) usual = 0
  for (let j = 0, s = 0; j < rows; j++) {
    for (let k = 0, i = (y0 + j) * frame.columns + x0; k < columns; k++, i++, s++) {
      let from = i
      if (!isOwn(owner[i]!, own) || noise[i] === Infinity) {
        isReplaced[s] = 1
        const mirrorX = Math.round(2 * x) - (x0 + k)
        const mirrorY = Math.round(2 * y) - (y0 + j)
        const inFrame = mirrorX >= 0 && mirrorX < frame.columns && mirrorY >= 0 && mirrorY < frame.rows
        from = inFrame ? mirrorY * frame.columns + mirrorX : -1
        if (from >= 0 && (!isOwn(owner[from]!, own) || noise[from] === Infinity)) from = -1
      }
      const sigma = from < 0 ? usual : noise[from]!
      light[s] = from < 0 ? 0 : sky[from]!
      variance[s] = sigma * sigma
    }
  }
  return { x0, y0, columns, rows, light, variance, isReplaced }
}

const isOwn = (owner: number, own: number): boolean => owner === 0 || owner === own
