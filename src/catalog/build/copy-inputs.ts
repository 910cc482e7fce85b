import { csvBytes } from '../../formats/csv-write.js'
import { memorySource } from '../../formats/bytes.js'
import { intersectRanges, rangesAreaSqDeg, rangesAtOrder, type CellRanges } from '../../healpix/index.js'
import type { BuildInput } from './build-input.js'
import type { Catalog } from '../catalog.js'
import { unionAtFinest } from '../coverage.js'
import { queryRows, type QueryColumn } from '../region/query.js'

/** Cells of 13.4 sq deg: what a copy that was interrupted reads again is little. */
const INPUT_ORDER = 4
/** Of a row as text, for the progress. */
const BYTES_PER_ROW = 120

/** The part of a region that a catalogue covers, at the finer of their orders. */
export function coveredPart(cells: CellRanges, coverage: CellRanges): CellRanges {
  const { order } = unionAtFinest(
    { order: cells.order, ranges: new Float64Array(0) },
    { order: coverage.order, ranges: new Float64Array(0) },
  )
  return intersectRanges(rangesAtOrder(cells, order), rangesAtOrder(coverage, order))
}

/**
 * The rows of a catalogue in a region as inputs of a build, one for each order-4 cell that the region meets: the
 * archive's CSV, in which every id, position and float32 magnitude reads back as the same number. Rows are read from
 * the catalogue when the build asks for them.
 */
export function copyInputs(catalog: Catalog, cells: CellRanges, columns: readonly QueryColumn[]): BuildInput[] {
  const density = catalog.rowCount / Math.max(1e-9, rangesAreaSqDeg(catalog.coverage))
  return [...partsByCell(cells)].map(([cell, part]): BuildInput => {
    const name = `${catalog.location}, cell ${cell} of order ${INPUT_ORDER}`
    async function* chunks() {
      let isFirst = true
      for await (const table of queryRows(catalog, { label: name, cells: part }, columns)) {
        const bytes = csvBytes(table)
        yield isFirst ? bytes : bytes.subarray(bytes.indexOf(0x0a) + 1)
        isFirst = false
      }
    }
    return {
      name,
      identity: `${catalog.hash} ${part.order} ${part.ranges.join(' ')}`,
      ...(Number.isNaN(density) ? {} : { byteLength: Math.ceil(rangesAreaSqDeg(part) * density * BYTES_PER_ROW) }),
      chunks,
      async source() {
        const pieces: Uint8Array[] = []
        for await (const piece of chunks()) pieces.push(piece)
        return memorySource(name, new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()))
      },
    }
  })
}

/** The parts of a set in each cell of the order of the inputs, ascending. */
function partsByCell(cells: CellRanges): Map<number, CellRanges> {
  const { order, ranges } = rangesAtOrder(cells, Math.max(INPUT_ORDER, cells.order))
  const cellsPerInput = 4 ** (order - INPUT_ORDER)
  const bounds = new Map<number, number[]>()
  for (let i = 0; i < ranges.length; i += 2) {
    for (let lo = ranges[i]!; lo < ranges[i + 1]!;) {
      const cell = Math.floor(lo / cellsPerInput)
      const hi = Math.min(ranges[i + 1]!, (cell + 1) * cellsPerInput)
      const pairs = bounds.get(cell)
      if (pairs === undefined) bounds.set(cell, [lo, hi])
      else pairs.push(lo, hi)
      lo = hi
    }
  }
  return new Map([...bounds].map(([cell, pairs]) => [cell, { order, ranges: Float64Array.from(pairs) }]))
}
