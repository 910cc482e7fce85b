import { TextBuffer } from '../formats/text-buffer.js'
import { fixedText } from '../formats/number-text.js'
import { sigmaClippedZeropoint } from '../photometry/fit/sigma-clip.js'
import { gather } from '../math/select.js'
import { DETECTION_HEADER, type Detections } from './detections.js'
import { NEWLINE } from './lines.js'
import { STANDARD_HEADER, type StandardStars } from './standard-stars.js'
import { windowMatch } from './window-match.js'

/** The zeropoint with the original's sign and numbers: -999 if there is none. */
export interface Statistic {
  readonly nAll: number
  readonly nClipped: number
  readonly zp: number
  readonly zpRms: number
}

/** A match file and what follows from it. */
interface MatchedCcd {
  readonly csv: Uint8Array
  readonly statistic: Statistic
}

const withSuffix = (header: string, suffix: string) => header.split(',').map((name) => name + suffix)
const MATCH_HEADER = ['MATCHID', ...withSuffix(STANDARD_HEADER, '_1'), ...withSuffix(DETECTION_HEADER, '_2')].join(',')

/** The zeropoint that SExtractor magnitudes are taken to have, whatever --sex_mag_zeropoint says. */
const ASSUMED_ZEROPOINT = 25

/**
 * Matches detections with the chosen standard stars; `MATCHID` counts from 1, the lines of both inputs follow
 * unchanged.
 */
export function matchCcd(stars: StandardStars, chosen: Uint32Array, detections: Detections): MatchedCcd {
  const references = { raDeg: gather(stars.raDeg, chosen), decDeg: gather(stars.decDeg, chosen) }
  const { reference, detection } = windowMatch(references, detections)
  const text = new TextBuffer(256 + 200 * reference.length).ascii(MATCH_HEADER).byte(NEWLINE)
  const offset = new Float64Array(reference.length)
  reference.forEach((r, k) => {
    const star = chosen[r]!
    const d = detection[k]!
    text.integer(k + 1).comma()
    text.copy(stars.lines.bytes, stars.lines.starts[star]!, stars.lines.starts[star + 1]!).comma()
    text.copy(detections.lines.bytes, detections.lines.starts[d]!, detections.lines.starts[d + 1]!).byte(NEWLINE)
    offset[k] = detections.mag[d]! - stars.mag[star]! - ASSUMED_ZEROPOINT
  })
  return { csv: text.bytes.slice(), statistic: statisticOf(offset) }
}

/** Mean after three passes of a 3 sigma clip and its standard error; more than two stars must be left. */
function statisticOf(offset: Float64Array): Statistic {
  const clipped = sigmaClippedZeropoint(offset)
  const counts = { nAll: clipped.nAll, nClipped: clipped.nClipped }
  return clipped.outcome === 'none'
    ? { ...counts, zp: -999, zpRms: -999 }
    : { ...counts, zp: -clipped.zeropoint, zpRms: clipped.zeropointErr }
}

/** `%d,%d,%f,%f` of a statistic, as `Zero_*.csv` and `allZP_*.csv` have it. */
export function statisticText({ nAll, nClipped, zp, zpRms }: Statistic): string {
  return `${nAll},${nClipped},${fixedText(zp, 6)},${fixedText(zpRms, 6)}`
}
