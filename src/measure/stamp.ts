import type { Detection } from './detect.js'
import type { Frame } from './frame.js'

/** An image without its sky, and whose each pixel is. */
export interface OwnedPixels {
  readonly columns: number
  readonly rows: number
  readonly sky: Float32Array
  /** Number of the object that a pixel belongs to, from 1 on; 0 for none, -1 if it may not be measured. */
  readonly owner: Int32Array
}

/** Whose each pixel is. */
export function segmentation({ columns, rows, weight }: Frame, { sky, objects }: Detection): OwnedPixels {
  const owner = new Int32Array(sky.length)
  objects.forEach(({ pixels }, k) => {
    for (let p = 0; p < pixels.length; p++) owner[pixels[p]!] = k + 1
  })
  if (weight) for (let i = 0; i < owner.length; i++) if (!(weight[i]! > 0)) owner[i] = -1
  return { columns, rows, sky, owner }
}

/** The light round one object, without that of its neighbours. */
export interface Stamp {
  /** Column and row of its first pixel in the image. */
  readonly x0: number
  readonly y0: number
  readonly columns: number
  readonly rows: number
  /** The image without its sky, row by row; memory beyond is not the stamp's. */
  readonly light: Float32Array
  /** 1 where a neighbour's light, or a pixel that may not be measured, was replaced. */
  readonly isReplaced: Uint8Array
  /** Variance of the sky in a pixel. */
  readonly variance: number
}

/** An object to cut out: its number in the segmentation, its centre from 0, the sky's standard deviation there. */
export interface CutObject {
  readonly number: number
  readonly x: number
  readonly y: number
  readonly sigma: number
  /** What of the sky is still in the pixels there: by default nothing. */
  readonly level?: number
}

/** Memory of stamps, of which each takes that of the one before. */
export class StampRoom {
  light = new Float32Array(0)
  isReplaced = new Uint8Array(0)

  reserve(pixels: number): void {
    if (pixels <= this.light.length) return
    this.light = new Float32Array(pixels)
    this.isReplaced = new Uint8Array(pixels)
  }
}

/**
 * Cuts the pixels round an object out. Those of other objects, and those that may not be measured, get the value of the
 * pixel on the other side of its centre; if that is not good either, of the sky (MASK_TYPE CORRECT of SExtractor).
 *
 * @param reach half the side [pixel]
 * @param room memory to cut into; without it the stamp has its own
 */
export function stampOf(
  { sky, owner, ...frame }: OwnedPixels,
  { number, x, y, sigma, level = 0 }: CutObject,
  reach: number,
  room: StampRoom = new StampRoom(),
): Stamp {
  const x0 = Math.max(0, Math.floor(x - reach))
  const y0 = Math.max(0, Math.floor(y - reach))
  const columns = Math.min(frame.columns - 1, Math.ceil(x + reach)) - x0 + 1
  const rows = Math.min(frame.rows - 1, Math.ceil(y + reach)) - y0 + 1
  room.reserve(columns * rows)
  const { light, isReplaced } = room
  const [twiceX, twiceY] = [Math.round(2 * x), Math.round(2 * y)]
  for (let j = 0, s = 0; j < rows; j++) {
    for (let k = 0, i = (y0 + j) * frame.columns + x0; k < columns; k++, i++, s++) {
      const whose = owner[i]!
      if (whose === 0 || whose === number) {
        light[s] = sky[i]! - level
        isReplaced[s] = 0
        continue
      }
      isReplaced[s] = 1
      const mirrorX = twiceX - (x0 + k)
      const mirrorY = twiceY - (y0 + j)
      const isIn = mirrorX >= 0 && mirrorX < frame.columns && mirrorY >= 0 && mirrorY < frame.rows
      const from = mirrorY * frame.columns + mirrorX
      light[s] = isIn && (owner[from] === 0 || owner[from] === number) ? sky[from]! - level : 0
    }
  }
  return { x0, y0, columns, rows, light, isReplaced, variance: sigma * sigma }
}
