import type { StarColumns } from '../catalog/stars.js'
import { TextBuffer } from '../formats/text-buffer.js'
import { nestedIndices, containsCell, type CellRanges } from '../healpix/index.js'
import { indicesWhere, sortingOrder } from '../math/select.js'
import { FILE_ORDER, isInside, type SkyBox } from './area.js'
import { NEWLINE, type LineTable } from './lines.js'

export const STANDARD_HEADER = 'MATCHID,RA,DEC,WAVG_MAG_PSF'

/** Reference stars by ascending RA, with the text of their lines. */
export interface StandardStars {
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
  readonly mag: Float64Array
  /** Cell of nside 32, NESTED. */
  readonly filePixel: Float64Array
  /** `id,ra,dec,mag`, without line ends. */
  readonly lines: LineTable
}

/** Stars inside the exposure's box with a magnitude above 0 (NaN has none), by RA; identifiers are printed in full. */
export function standardStars(stars: StarColumns, box: SkyBox): StandardStars {
  const { raDeg, decDeg, mag } = stars
  const kept = indicesWhere(raDeg.length, (i) => isInside(box, raDeg[i]!, decDeg[i]!) && mag[i]! > 0)
  const order = sortingOrder(Float64Array.from(kept, (i) => raDeg[i]!)).map((k) => kept[k]!)
  const sorted = {
    raDeg: Float64Array.from(order, (i) => raDeg[i]!),
    decDeg: Float64Array.from(order, (i) => decDeg[i]!),
    mag: Float64Array.from(order, (i) => mag[i]!),
  }
  const text = new TextBuffer(64 + 80 * order.length)
  const starts = new Uint32Array(order.length + 1)
  order.forEach((i, k) => {
    text
      .ascii(String(stars.sourceId[i]!))
      .comma()
      .float64(sorted.raDeg[k]!)
      .comma()
      .float64(sorted.decDeg[k]!)
      .comma()
      .float64(sorted.mag[k]!)
    starts[k + 1] = text.length
  })
  return {
    ...sorted,
    filePixel: nestedIndices(FILE_ORDER, sorted.raDeg, sorted.decDeg),
    lines: { bytes: text.bytes.slice(), starts },
  }
}

/** The stars that one CCD sees: those of its own pixels inside its own box. */
export function starsOfCcd(stars: StandardStars, pixels: CellRanges, box: SkyBox): Uint32Array {
  return indicesWhere(
    stars.raDeg.length,
    (i) => isInside(box, stars.raDeg[i]!, stars.decDeg[i]!) && containsCell(pixels, stars.filePixel[i]!),
  )
}

/** All stars, of those at one and the same position only the first. */
export function withoutRepeatedPositions(stars: StandardStars): Uint32Array {
  const { raDeg, decDeg } = stars
  return indicesWhere(raDeg.length, (i) => {
    for (let k = i - 1; k >= 0 && raDeg[k] === raDeg[i]; k--) if (decDeg[k] === decDeg[i]) return false
    return true
  })
}

/** `*_std.csv` and `STD*.csv`. */
export function standardCsv(stars: StandardStars, chosen: Uint32Array): Uint8Array {
  const text = new TextBuffer(64 + 80 * chosen.length).ascii(STANDARD_HEADER).byte(NEWLINE)
  for (const i of chosen) text.copy(stars.lines.bytes, stars.lines.starts[i]!, stars.lines.starts[i + 1]!).byte(NEWLINE)
  return text.bytes.slice()
}
