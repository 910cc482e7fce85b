/** Order of the cells that rows are counted in while they are read: 3.4 arcmin wide. */
export const COUNT_ORDER = 10

const PAGE_ORDER = 5
const CELLS_PER_PAGE = 4 ** (COUNT_ORDER - PAGE_ORDER)

/** Rows per cell of order 10; memory is taken for the parts of the sky that hold rows, at most 50 MB. */
export class CellCounts {
  private readonly pages = new Map<number, Uint32Array>()

  add(cell: number, rows: number): void {
    const page = Math.floor(cell / CELLS_PER_PAGE)
    let counts = this.pages.get(page)
    if (counts === undefined) {
      counts = new Uint32Array(CELLS_PER_PAGE)
      this.pages.set(page, counts)
    }
    counts[cell % CELLS_PER_PAGE]! += rows
  }

  /** Rows of a cell of order 5 to 10. */
  of(order: number, cell: number): number {
    if (order < PAGE_ORDER) {
      let rows = 0
      for (let child = 4 * cell; child < 4 * cell + 4; child++) rows += this.of(order + 1, child)
      return rows
    }
    const perCell = 4 ** (COUNT_ORDER - order)
    const counts = this.pages.get(Math.floor((cell * perCell) / CELLS_PER_PAGE))
    if (counts === undefined) return 0
    const first = (cell * perCell) % CELLS_PER_PAGE
    let rows = 0
    for (let i = first; i < first + perCell; i++) rows += counts[i]!
    return rows
  }
}
