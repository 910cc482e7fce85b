export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Scatter about the median, as a normal distribution's sigma. */
export function madScatter(values) {
  const centre = median(values)
  return 1.4826 * median(values.map((v) => Math.abs(v - centre)))
}

export function interpolated(x, xs, ys) {
  if (x <= xs[0]) return ys[0]
  const i = xs.findIndex((node) => x <= node)
  return i < 0 ? ys.at(-1) : ys[i - 1] + ((ys[i] - ys[i - 1]) * (x - xs[i - 1])) / (xs[i] - xs[i - 1])
}

/** Solves the normal equations A x = b, A symmetric and small. */
export function solve(A, b) {
  const n = b.length
  const M = A.map((row, i) => [...row, b[i]])
  for (let i = 0; i < n; i++) {
    const pivot = M.slice(i).reduce((best, row, j) => (Math.abs(row[i]) > Math.abs(M[best][i]) ? i + j : best), i)
    ;[M[i], M[pivot]] = [M[pivot], M[i]]
    for (let j = i + 1; j < n; j++) {
      const f = M[j][i] / M[i][i]
      for (let k = i; k <= n; k++) M[j][k] -= f * M[i][k]
    }
  }
  const x = new Array(n).fill(0)
  for (let i = n - 1; i >= 0; i--)
    x[i] = (M[i][n] - M[i].reduce((sum, m, k) => (k > i && k < n ? sum + m * x[k] : sum), 0)) / M[i][i]
  return x
}

/** Beaton & Tukey (1974): weight 0 beyond 4.685 scales. */
export function bisquare(u, scale) {
  const t = (u / (4.685 * scale)) ** 2
  return t < 1 ? (1 - t) ** 2 : 0
}

/** Scale of normalised residuals: they are never thought better than their errors. */
export const scaleOf = (u) => Math.max(1, 1.4826 * median(u.map(Math.abs)))
