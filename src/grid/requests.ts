/** What a job asks of the machine it runs on. */
export interface Request {
  readonly cpus: number
  readonly memoryMb: number
  readonly diskMb: number
  /** Time after which a job that is still running counts as lost [minutes]. */
  readonly minutes: number
}

/** The requests of the kinds of jobs. */
export interface Requests {
  readonly prepare: Request
  readonly calibrate: Request
  readonly merge: Request
  readonly verify: Request
}

/** What a user may set instead of the measured requests. */
interface RequestOverrides {
  readonly memoryMb?: number
  readonly diskMb?: number
  readonly minutes?: number
}

/** A CCD of 2048 x 4096 pixels through source-extractor and psfex, whose planes are written beside it. */
const MEASURE: Request = { cpus: 1, memoryMb: 2048, diskMb: 50, minutes: 30 }

/**
 * Requests as measured (bench/grid.mjs; bench/README.md holds the table), with a factor of two and more to spare,
 * because a job that outgrows its request is stopped.
 *
 * A CCD peaks at 70 MB of memory, 120 MB at 200,000 stars per square degree; 60 CCDs in one process, their merge and
 * their check at 110 to 210 MB (40,000). On the machine's own disk a job keeps nothing but its output; products go
 * where the exposure is.
 *
 * @param ccds CCDs of the largest exposure
 */
export function measuredRequests(
  per: 'ccd' | 'chunk' | 'se',
  ccds: number,
  { memoryMb, diskMb, minutes = 20 }: RequestOverrides,
): Requests {
  const small = { cpus: 1, memoryMb: 256, diskMb: 50, minutes: 10 }
  const isCcd = per !== 'chunk'
  const whole = { ...small, memoryMb: 512 + 8 * ccds, minutes: isCcd ? 30 : Math.ceil(4 * minutes) }
  const calibrate = per === 'se' ? MEASURE : isCcd ? small : whole
  return {
    prepare: { ...small, minutes: 120 },
    calibrate: {
      ...calibrate,
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(diskMb === undefined ? {} : { diskMb }),
    },
    merge: isCcd ? whole : { ...small, minutes: 120 },
    verify: whole,
  }
}
