/**
 * Cholesky's factor L of a symmetric positive definite matrix, in place: `matrix` holds its lower triangle by rows, and
 * then that of L. Two rows by four columns at a time, so that numbers are used while they are at hand.
 *
 * @throws RangeError if the matrix is not positive definite
 */
export function cholesky(matrix: Float64Array, n: number): void {
  const pair = n - (n % 2)
  for (let i = 0; i < pair; i += 2) {
    const filled = twoRows(matrix, n, i)
    restOfRow(matrix, n, i, filled)
    restOfRow(matrix, n, i + 1, filled)
  }
  if (pair < n) restOfRow(matrix, n, pair, 0)
}

/** Columns of rows i and i + 1, four at a time as long as both have them; how many are done. */
function twoRows(matrix: Float64Array, n: number, i: number): number {
  const p = i * n
  const q = p + n
  let j = 0
  for (; j + 4 <= i; j += 4) {
    const a = j * n
    const b = a + n
    const c = b + n
    const d = c + n
    let s = 0
    let t = 0
    let u = 0
    let v = 0
    let S = 0
    let T = 0
    let U = 0
    let V = 0
    for (let k = 0; k < j; k++) {
      const x = matrix[p + k]!
      const y = matrix[q + k]!
      const e = matrix[a + k]!
      s += x * e
      S += y * e
      const f = matrix[b + k]!
      t += x * f
      T += y * f
      const g = matrix[c + k]!
      u += x * g
      U += y * g
      const h = matrix[d + k]!
      v += x * h
      V += y * h
    }
    fourOfRow(matrix, p, j, n, s, t, u, v)
    fourOfRow(matrix, q, j, n, S, T, U, V)
  }
  return j
}

function fourOfRow(
  matrix: Float64Array,
  row: number,
  j: number,
  n: number,
  s: number,
  t: number,
  u: number,
  v: number,
): void {
  const a = j * n + j
  const b = a + n
  const c = b + n
  const d = c + n
  const at = row + j
  const x = (matrix[at]! - s) / matrix[a]!
  const y = (matrix[at + 1]! - t - x * matrix[b]!) / matrix[b + 1]!
  const z = (matrix[at + 2]! - u - x * matrix[c]! - y * matrix[c + 1]!) / matrix[c + 2]!
  matrix[at] = x
  matrix[at + 1] = y
  matrix[at + 2] = z
  matrix[at + 3] = (matrix[at + 3]! - v - x * matrix[d]! - y * matrix[d + 1]! - z * matrix[d + 2]!) / matrix[d + 3]!
}

function restOfRow(matrix: Float64Array, n: number, i: number, from: number): void {
  const row = i * n
  for (let j = from; j < i; j++) {
    let s = matrix[row + j]!
    for (let k = 0; k < j; k++) s -= matrix[row + k]! * matrix[j * n + k]!
    matrix[row + j] = s / matrix[j * n + j]!
  }
  let pivot = matrix[row + i]!
  for (let k = 0; k < i; k++) pivot -= matrix[row + k]! ** 2
  if (!(pivot > 0)) throw new RangeError(`the matrix is not positive definite at row ${i}`)
  matrix[row + i] = Math.sqrt(pivot)
}

/**
 * Solves L L' x = right in place, L the factor by rows: four rows at a time, so that sums need not wait for one
 * another.
 */
export function choleskySolve(factor: Float64Array, n: number, right: Float64Array): void {
  const whole = n - (n % 4)
  for (let i = 0; i < whole; i += 4) fourForward(factor, n, i, right)
  for (let i = whole; i < n; i++) {
    let s = right[i]!
    for (let k = 0; k < i; k++) s -= factor[i * n + k]! * right[k]!
    right[i] = s / factor[i * n + i]!
  }
  for (let i = n - 1; i >= whole; i--) {
    const s = right[i]! / factor[i * n + i]!
    right[i] = s
    for (let k = 0; k < i; k++) right[k]! -= s * factor[i * n + k]!
  }
  for (let i = whole - 4; i >= 0; i -= 4) fourBackward(factor, n, i, right)
}

function fourForward(factor: Float64Array, n: number, i: number, right: Float64Array): void {
  const a = i * n
  const b = a + n
  const c = b + n
  const d = c + n
  let s = right[i]!
  let t = right[i + 1]!
  let u = right[i + 2]!
  let v = right[i + 3]!
  for (let k = 0; k < i; k++) {
    const x = right[k]!
    s -= factor[a + k]! * x
    t -= factor[b + k]! * x
    u -= factor[c + k]! * x
    v -= factor[d + k]! * x
  }
  s /= factor[a + i]!
  t = (t - factor[b + i]! * s) / factor[b + i + 1]!
  u = (u - factor[c + i]! * s - factor[c + i + 1]! * t) / factor[c + i + 2]!
  v = (v - factor[d + i]! * s - factor[d + i + 1]! * t - factor[d + i + 2]! * u) / factor[d + i + 3]!
  right[i] = s
  right[i + 1] = t
  right[i + 2] = u
  right[i + 3] = v
}

function fourBackward(factor: Float64Array, n: number, i: number, right: Float64Array): void {
  const a = i * n
  const b = a + n
  const c = b + n
  const d = c + n
  const v = right[i + 3]! / factor[d + i + 3]!
  const u = (right[i + 2]! - v * factor[d + i + 2]!) / factor[c + i + 2]!
  const t = (right[i + 1]! - v * factor[d + i + 1]! - u * factor[c + i + 1]!) / factor[b + i + 1]!
  const s = (right[i]! - v * factor[d + i]! - u * factor[c + i]! - t * factor[b + i]!) / factor[a + i]!
  right[i] = s
  right[i + 1] = t
  right[i + 2] = u
  right[i + 3] = v
  for (let k = 0; k < i; k++)
    right[k]! -= s * factor[a + k]! + t * factor[b + k]! + u * factor[c + k]! + v * factor[d + k]!
}

/**
 * Inverse of the part of a lower triangle from `from` on, in place: that of the whole from 0, of the last block of a
 * factor from where the block begins.
 */
export function invertLower(lower: Float64Array, n: number, from = 0): void {
  const sums = new Float64Array(n)
  for (let i = from; i < n; i++) {
    const row = i * n
    sums.fill(0, from, i)
    let k = from
    for (; k + 3 < i; k += 4) {
      const [a, b, c, d] = [k * n, (k + 1) * n, (k + 2) * n, (k + 3) * n]
      const [s, t, u, v] = [lower[row + k]!, lower[row + k + 1]!, lower[row + k + 2]!, lower[row + k + 3]!]
      for (let j = from; j <= k; j++)
        sums[j]! += s * lower[a + j]! + t * lower[b + j]! + u * lower[c + j]! + v * lower[d + j]!
      sums[k + 1]! += t * lower[b + k + 1]! + u * lower[c + k + 1]! + v * lower[d + k + 1]!
      sums[k + 2]! += u * lower[c + k + 2]! + v * lower[d + k + 2]!
      sums[k + 3]! += v * lower[d + k + 3]!
    }
    for (; k < i; k++) {
      const s = lower[row + k]!
      for (let j = from; j <= k; j++) sums[j]! += s * lower[k * n + j]!
    }
    const pivot = 1 / lower[row + i]!
    for (let j = from; j < i; j++) lower[row + j] = -pivot * sums[j]!
    lower[row + i] = pivot
  }
}
