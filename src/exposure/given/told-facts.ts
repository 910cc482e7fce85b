import { InputError } from '../../errors.js'
import { sameExposureTime } from '../exposure-time.js'
import { julianYearOfMjd } from '../epoch.js'
import type { HeaderFacts } from '../image-facts.js'

/** What the command says of an image, because a table does not. */
export interface ToldFacts {
  /** Start of the exposure. */
  readonly mjd?: number
  readonly exposureTimeSec?: number
}

/** Beginnings of one exposure, as its files are told from those of another [s]. */
const SAME_BEGINNING_SEC = 1
const SEC_PER_DAY = 86_400

/**
 * The facts of a header, with those that the command tells if it says nothing. One that the header says too stays
 * the header's.
 *
 * @throws InputError `told-disagrees` if the two are not the same
 */
export function withTold(header: HeaderFacts, { mjd, exposureTimeSec }: ToldFacts, file: string): HeaderFacts {
  const { facts, keywords, mjdObs, dateObs } = header
  const begun = mjdObs ?? dateObs
  if (mjd !== undefined && begun !== undefined && Math.abs(mjd - begun) * SEC_PER_DAY > SAME_BEGINNING_SEC)
    throw disagrees('--mjd', keywords.epoch, mjd, begun, file)
  const { exposureTimeSec: exposed } = facts
  if (exposureTimeSec !== undefined && exposed !== undefined && !sameExposureTime(exposureTimeSec, exposed))
    throw disagrees('--exptime', keywords.exposureTime, exposureTimeSec, exposed, file)
  const date = mjd === undefined || begun !== undefined ? undefined : mjd
  const time = exposed === undefined ? exposureTimeSec : undefined
  return {
    ...header,
    ...(date === undefined ? {} : { mjdObs: date }),
    facts: {
      ...facts,
      ...(date === undefined ? {} : { epochYr: julianYearOfMjd(date), epochFrom: 'option' }),
      ...(time === undefined ? {} : { exposureTimeSec: time }),
    },
    keywords: {
      ...keywords,
      ...(date === undefined ? {} : { epoch: '--mjd' }),
      ...(time === undefined ? {} : { exposureTime: '--exptime' }),
    },
  }
}

const disagrees = (option: string, keyword: string | undefined, told: number, found: number, file: string) =>
  new InputError('told-disagrees', `${option} disagrees with the image header (${keyword})`, {
    file,
    found: `${told} and ${found}`,
    expected: `what the header says, or no ${option}`,
  })
