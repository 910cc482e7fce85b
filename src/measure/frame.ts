/** The pixels of one CCD, row by row from the bottom, in the image's unit. */
export interface Frame {
  readonly columns: number
  readonly rows: number
  readonly pixels: Float32Array
  /** Above 0 where a pixel may be measured; absent if all may. Only this is taken from it, not its size. */
  readonly weight?: Float32Array
}
