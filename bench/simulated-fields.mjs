// Two catalogues of one field for the benches of matching: the same rows, moved a little, in another order.
const dist = new URL(process.env.BLISS_DIST ?? '../dist/', import.meta.url)
const { nestedIndices } = await import(new URL('healpix/index.js', dist).href)

const SIDE_DEG = 2
/** Scatter of a against b in each coordinate. */
const SCATTER_DEG = 5e-5
/** Cells of 13 arcsec. */
const SORTING_ORDER = 14

/** Positions of b at random over 2 x 2 degrees, and of a in an order of its own. */
export function simulatedField(rows, random) {
  const positions = () => ({ raDeg: new Float64Array(rows), decDeg: new Float64Array(rows) })
  const [a, b] = [positions(), positions()]
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  for (let i = rows - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * random.uniform())
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  for (let i = 0; i < rows; i++) {
    b.raDeg[i] = 150 + SIDE_DEG * random.uniform()
    b.decDeg[i] = SIDE_DEG * random.uniform()
  }
  for (let i = 0; i < rows; i++) {
    a.raDeg[i] = b.raDeg[order[i]] + SCATTER_DEG * random.normal()
    a.decDeg[i] = b.decDeg[order[i]] + SCATTER_DEG * random.normal()
  }
  return { a, b }
}

/** The same positions in the order of HEALPix cells. */
export function byCell({ raDeg, decDeg }) {
  const cells = nestedIndices(SORTING_ORDER, raDeg, decDeg)
  const order = Uint32Array.from(cells.keys()).sort((p, q) => cells[p] - cells[q])
  const inOrder = (values) => Float64Array.from(order, (i) => values[i])
  return { raDeg: inOrder(raDeg), decDeg: inOrder(decDeg) }
}
