import { inverse, Matrix } from 'ml-matrix'
import { expect, test } from 'vitest'
import { cholesky, choleskySolve, invertLower } from '../../src/math/positive-definite.js'
import { seededRandom } from '../../src/math/random.js'

function positiveDefinite(n: number): Matrix {
  const random = seededRandom(n)
  const factor = new Matrix(Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal())))
  return factor.mmul(factor.transpose()).add(Matrix.eye(n).mul(0.1))
}

const largest = (a: Matrix, b: Matrix): number => Matrix.sub(a, b).abs().max()

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 32, 61])('factor, solution and inverse of a system of %i', (n) => {
  const matrix = positiveDefinite(n)
  const lower = Float64Array.from(matrix.to1DArray())
  cholesky(lower, n)
  const factor = new Matrix(
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j <= i ? lower[i * n + j]! : 0))),
  )
  expect(largest(factor.mmul(factor.transpose()), matrix)).toBeLessThan(1e-10 * n)

  const right = Float64Array.from({ length: n }, (_, i) => Math.sin(i))
  const solution = right.slice()
  choleskySolve(lower, n, solution)
  const back = matrix.mmul(Matrix.columnVector([...solution])).to1DArray()
  back.forEach((value, i) => expect(value).toBeCloseTo(right[i]!, 8))

  // The last block of the inverse's factor is the inverse of the factor's last block.
  const whole = inverse(matrix)
  for (const from of new Set([0, Math.floor(n / 2)])) {
    const part = lower.slice()
    invertLower(part, n, from)
    for (let a = from; a < n; a++)
      for (let b = from; b < n; b++) {
        let sum = 0
        for (let i = Math.max(a, b); i < n; i++) sum += part[i * n + a]! * part[i * n + b]!
        expect(sum).toBeCloseTo(whole.get(a, b), 8)
      }
  }
})

test('a matrix that is not positive definite is refused by row', () => {
  expect(() => cholesky(Float64Array.from([1, 0, 2, 1]), 2)).toThrow('not positive definite at row 1')
})
