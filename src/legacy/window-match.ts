/** Rows of references and detections that belong together, in the original's output order. */
interface WindowMatches {
  readonly reference: Uint32Array
  readonly detection: Uint32Array
}

interface Positions {
  /** Ascending; NaN last. */
  readonly raDeg: Float64Array
  readonly decDeg: Float64Array
}

const TOLERANCE_DEG = 1 / 3600
/** Half width of the window in RA, without cos(dec): beyond |dec| 70.5 deg true pairs fall outside it. */
const WINDOW_DEG = 3 * TOLERANCE_DEG

/**
 * The original's match: a window of references slides along RA; each detection takes the first reference of the window,
 * in RA order, within 1 arcsec on the flat sky, (dRA)^2 cos^2(dec) + (dDec)^2 < (1 arcsec)^2 with the detection's dec.
 * Not the nearest; a reference may take several detections. The last entry never leaves the window, so that an old
 * reference may still be a candidate.
 *
 * @returns pairs by reference, then by detection, as the window gives them out
 */
export function windowMatch(references: Positions, detections: Positions): WindowMatches {
  const n = detections.raDeg.length
  const taken = new Int32Array(n).fill(-1)
  const window: number[] = []
  let front = 0
  let next = 0
  let lastRa = -999
  for (let d = 0; d < n; d++) {
    const ra = detections.raDeg[d]!
    const dec = detections.decDeg[d]!
    while (lastRa - ra <= WINDOW_DEG && next < references.raDeg.length) {
      const referenceRa = references.raDeg[next]!
      if (referenceRa - ra >= -WINDOW_DEG) {
        window.push(next)
        lastRa = referenceRa
      }
      next++
    }
    const cos2 = Math.cos((dec * Math.PI) / 180) ** 2
    for (let w = front; w < window.length; w++) {
      const r = window[w]!
      const dRa = references.raDeg[r]! - ra
      const dDec = references.decDeg[r]! - dec
      if (dRa * dRa * cos2 + dDec * dDec < TOLERANCE_DEG * TOLERANCE_DEG) {
        taken[d] = r
        break
      }
    }
    while (window.length - front > 1 && ra - references.raDeg[window[front]!]! > WINDOW_DEG) front++
  }
  return byReference(taken, references.raDeg.length)
}

/** Counting sort of the pairs by reference; detections keep their order. */
function byReference(taken: Int32Array, referenceCount: number): WindowMatches {
  const starts = new Uint32Array(referenceCount + 1)
  for (const r of taken) if (r >= 0) starts[r + 1]!++
  for (let r = 0; r < referenceCount; r++) starts[r + 1]! += starts[r]!
  const count = starts[referenceCount]!
  const reference = new Uint32Array(count)
  const detection = new Uint32Array(count)
  taken.forEach((r, d) => {
    if (r < 0) return
    const at = starts[r]!++
    reference[at] = r
    detection[at] = d
  })
  return { reference, detection }
}
