import { CommandError, DataError } from '../errors.js'
import { labelOf, magsTypeOf, systemOf, type CalibratedCcd, type CalibratedExposure } from './calibrated-exposure.js'

/** A template that cannot be compared with the search exposures, and why. */
export interface UnlikeTemplate {
  readonly exposure: CalibratedExposure
  readonly reason: string
}

export interface ComparableExposures {
  /** By their labels, whatever the order in which they were given. */
  readonly exposures: readonly CalibratedExposure[]
  readonly unlike: readonly UnlikeTemplate[]
}

/** What exposures have to have in common: magnitudes of another band, system or flux are other quantities. */
const ALIKE: readonly {
  readonly what: string
  readonly tag: string
  readonly of: (ccd: CalibratedCcd) => string
}[] = [
  { what: 'band', tag: 'several-bands', of: ({ exposure }) => exposure.band },
  { what: 'photometric system', tag: 'mixed-systems', of: systemOf },
  { what: 'flux', tag: 'several-fluxes', of: magsTypeOf },
]

/** Two exposures of one camera that begin within this time are one exposure [s]: no shutter is faster. */
const SAME_TIME_SEC = 1
const SEC_PER_YEAR = 365.25 * 86_400

/**
 * The exposures that can be tied. Templates of another band, photometric system or flux than the search exposures are
 * left out, with the reason.
 *
 * @throws CommandError for an exposure that is given twice; DataError if CCDs of one exposure, or the search exposures,
 *   are not alike, or no template is like them
 */
export function comparableExposures(given: readonly CalibratedExposure[]): ComparableExposures {
  const exposures = [...given].sort((a, b) => (labelOf(a) < labelOf(b) ? -1 : 1))
  refuseTwice(exposures)
  for (const { ccds } of exposures) refuseUnlike(ccds, 'the CCDs of one exposure differ')
  const searches = exposures.filter(({ role }) => role === 'search').map(({ ccds }) => ccds[0]!)
  refuseUnlike(searches, 'the search exposures differ: tie them one by one')
  const search = searches[0]!
  const unlike = exposures.flatMap((exposure): UnlikeTemplate[] => {
    const other = ALIKE.find(({ of }) => of(exposure.ccds[0]!) !== of(search))
    if (other === undefined) return []
    const { what, of } = other
    return [{ exposure, reason: `its ${what} is ${of(exposure.ccds[0]!)}, that of the search ${of(search)}` }]
  })
  const templates = exposures.filter(({ role }) => role === 'template').length
  const [first] = unlike
  if (first !== undefined && unlike.length === templates) {
    const { tag, what, of } = ALIKE.find((one) => one.of(first.exposure.ccds[0]!) !== one.of(search))!
    const more = templates === 1 ? '' : `, nor are the ${templates - 1} others comparable`
    throw new DataError(tag, `the template is of another ${what} than the search exposure${more}`, {
      file: first.exposure.ccds[0]!.file,
      found: of(first.exposure.ccds[0]!),
      expected: of(search),
    })
  }
  return { exposures: exposures.filter((exposure) => !unlike.some((one) => one.exposure === exposure)), unlike }
}

function refuseUnlike(ccds: readonly CalibratedCcd[], sentence: string): void {
  const first = ccds[0]!
  for (const { what, tag, of } of ALIKE)
    for (const ccd of ccds)
      if (of(ccd) !== of(first))
        throw new DataError(tag, `${sentence} in their ${what}`, {
          file: ccd.file,
          found: of(ccd),
          expected: `${of(first)}, as ${first.file}`,
        })
}

/** An exposure that counts twice is no evidence of its own noise. */
function refuseTwice(exposures: readonly CalibratedExposure[]): void {
  for (const { ccds } of exposures)
    ccds.forEach((ccd, k) => {
      if (k > 0 && ccds[k - 1]!.result.ccd === ccd.result.ccd) throw givenTwice(ccd, ccds[k - 1]!)
    })
  exposures.forEach((exposure, k) => {
    for (const other of exposures.slice(0, k)) {
      if (!isOneExposure(exposure.ccds[0]!, other.ccds[0]!)) continue
      const shared = exposure.ccds.find((one) => other.ccds.some(({ result }) => result.ccd === one.result.ccd))
      const before = other.ccds.find(({ result }) => result.ccd === shared?.result.ccd)
      if (shared !== undefined && before !== undefined) throw givenTwice(shared, before)
    }
  })
}

const givenTwice = (ccd: CalibratedCcd, before: CalibratedCcd): CommandError =>
  new CommandError('given-twice', 'the exposure is given twice: each exposure once, as search or template', {
    file: ccd.file,
    found: `CCD ${ccd.result.ccd} of it also in ${before.file}`,
  })

function isOneExposure({ exposure: a }: CalibratedCcd, { exposure: b }: CalibratedCcd): boolean {
  if (a.camera !== b.camera) return false
  if (a.expnum !== null && b.expnum !== null) return a.expnum === b.expnum
  const isTimed = [a, b].every(({ epochFrom }) => epochFrom === 'MJD-OBS' || epochFrom === 'DATE-OBS')
  if (!isTimed) return a.name === b.name && a.epochYr === b.epochYr
  return Math.abs(a.epochYr! - b.epochYr!) * SEC_PER_YEAR < SAME_TIME_SEC
}
