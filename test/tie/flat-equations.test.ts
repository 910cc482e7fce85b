import { expect, test } from 'vitest'
import { ccdEquations, legendreAt, starsByCcd } from '../../src/tie/ccd-equations.js'
import { flatMatrix, flatRight } from '../../src/tie/flat-equations.js'
import { flatRows } from '../../src/tie/flat-rows.js'
import { CUT, FLAT_POWERS, flatGrid } from '../../src/tie/flat-terms.js'
import { tieSettings } from '../../src/tie/input.js'
import { arrangeRows } from '../../src/tie/rows.js'
import { glanceAt } from '../../src/tie/solve-exposures.js'
import { simulateTie } from './simulated-sky.js'

const TERMS = FLAT_POWERS.length
const DEGREE = Math.max(...FLAT_POWERS.flat())

test('equations by cells are those by rows, with every row in the centre of its cell', () => {
  const { input } = simulateTie({
    ...{ seed: 3, exposures: 5, rowsAndColumns: [2, 1], ditherDeg: 0.1 },
    ...{ starsPerDeg2: 1500, referencesPerDeg2: 500 },
  })
  const settings = tieSettings({})
  const rows = arrangeRows(
    input,
    () => true,
    () => true,
    settings.expectedScatterMag,
  )
  const solved = glanceAt(input, rows, settings, {}).finish()
  const grid = flatGrid(true)
  const flat = flatRows(solved, input, grid)
  const stars = starsByCcd(solved)
  const { left, bottom, width, height } = solved.model.extents
  const [columns, lines] = [CUT * grid.columns, CUT * grid.lines]
  const [along, up] = [new Float64Array(DEGREE + 1), new Float64Array(DEGREE + 1)]
  const centre = (place: number, cells: number) => {
    const cell = Math.min(cells - 1, Math.max(0, Math.floor(cells * place)))
    return (2 * cell + 1) / cells - 1
  }
  for (let c = 0; c < 2; c++) {
    const byRows = ccdEquations(solved, input, c, stars[c]!, {
      count: TERMS,
      at: (x, y, into) => {
        legendreAt(centre((x - left[c]!) / width[c]!, columns), DEGREE, along)
        legendreAt(centre((y - bottom[c]!) / height[c]!, lines), DEGREE, up)
        FLAT_POWERS.forEach(([m, n], i) => (into[i] = along[m]! * up[n]!))
      },
      taken: (row) => flat.known[row]!,
    })
    const matrix = flatMatrix(flat, c, stars[c]!)
    const right = flatRight(flat, c, stars[c]!)
    expect(matrix).toHaveLength(byRows.size ** 2)
    const worst = (found: Float64Array, expected: Float64Array) => {
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest
    }
    expect(worst(matrix, byRows.matrix)).toBeLessThan(1e-9)
    expect(worst(right, byRows.right)).toBeLessThan(1e-6)
  }
})
