import { ccdShape } from './ccd-shape.js'
import type { Comparison, FiledFacts, ListedFacts, SharedFact } from './comparison.js'
import {
  bandsDiffer,
  otherBand,
  degBetween,
  disagreement,
  identity,
  NAME,
  nameComparison,
  positionsDiffer,
} from './disagreements.js'
import { sameExposureTime } from './exposure-time.js'
import { mjdOfNite } from './epoch.js'

/** Share of the CCD's half diagonal. */
const CENTRE_OFF = 0.5
const SECONDS_PER_YEAR = 365.25 * 86_400
const START_SEC = 10
/** No camera's field is wider. */
export const FIELD_DEG = 10
const DATES_APART_DAYS = 1
const NIGHT_DAYS = 2

/** What a row of the list says of itself. */
export const ROW_COMPARISONS: readonly Comparison<ListedFacts>[] = [
  {
    fact: 'centre of the CCD',
    sources: 'RA_CENT, DEC_CENT and the corners of the list',
    tolerance:
      'half of the half diagonal: real lists agree within 0.1 % of it (46 CCDs), a stand-in such as 0,0 is far off',
    follows: 'refusal',
    differs: ({ row: { centre, corners, ccd, line }, listFile }) => {
      const { middle, radiusDeg } = ccdShape(corners)
      const offDeg = degBetween(centre, middle)
      if (!(offDeg > CENTRE_OFF * radiusDeg)) return undefined
      return disagreement('centre-disagrees', `the centre of CCD ${ccd} is not amid its corners`, {
        ...{ file: listFile, line, column: 'RA_CENT, DEC_CENT' },
        found: `(${centre.raDeg}, ${centre.decDeg}), ${offDeg.toPrecision(3)} deg from their middle`,
        expected: `about (${middle.raDeg.toFixed(5)}, ${middle.decDeg.toFixed(5)})`,
      })
    },
  },
]

/** What a row of the list and its file say of the image. */
export const FILE_COMPARISONS: readonly Comparison<FiledFacts>[] = [
  {
    fact: 'exposure number',
    sources: 'EXPNUM of the list and of the image header',
    tolerance: 'none: it is a name',
    follows: 'refusal',
    differs: (facts) => identity(facts, 'EXPNUM', facts.row.expnum, facts.header.expnum),
  },
  {
    fact: 'CCD number',
    sources: 'CCDNUM of the list and of the image header',
    tolerance: 'none: another CCD would be matched elsewhere on the sky',
    follows: 'refusal',
    differs: (facts) => identity(facts, 'CCDNUM', facts.row.ccd, facts.header.ccdnum),
  },
  ...(['EXPNUM', 'CCDNUM'] as const).flatMap((column) =>
    (['refusal', 'note'] as const).map((follows) => nameComparison(column, follows)),
  ),
  {
    fact: 'file of the CCD',
    sources: 'rows of the list that name one file, and its image header',
    tolerance: 'none: such a file has to say which CCD is meant',
    follows: 'refusal',
    differs: ({ row, listFile, header }) =>
      row.sharedWithLines === undefined || header.ccdnum !== undefined
        ? undefined
        : disagreement('shared-file', `several CCDs of the list have one file, ${row.fileName}, which has no CCDNUM`, {
            ...{ file: listFile, line: row.line, column: 'FILENAME' },
            found: `also in line ${row.sharedWithLines.join(', ')}`,
            expected: 'a file for each CCD',
          }),
  },
  {
    fact: 'band',
    sources: 'BAND of the list and the band in the file name',
    tolerance: 'one band by the table of filter names: a wrong one costs 0.3 to 1.3 mag',
    follows: 'refusal',
    differs: ({ row, listFile }) => {
      const token = NAME.exec(row.fileName)?.[2]
      return token === undefined ? undefined : bandsDiffer(row, listFile, 'the name', token)
    },
  },
  {
    fact: 'band',
    sources: 'BAND of the list and FILTER, else BAND, of the image header',
    tolerance: 'one band by the table of filter names: a wrong one costs 0.3 to 1.3 mag',
    follows: 'refusal',
    differs: ({ row, listFile, filters, header: { facts } }) =>
      facts.filter === undefined
        ? undefined
        : bandsDiffer(row, listFile, 'the image header (FILTER, BAND)', facts.filter, filters),
  },
  {
    fact: 'band',
    sources: 'FILTER and BAND of the image header',
    tolerance: 'one band, if the table of filter names knows both; FILTER counts',
    follows: 'note',
    differs: ({ row, header, filters = [] }) => {
      if (otherBand(header.filters, filters) === undefined) return undefined
      const [filter, band] = header.filters!
      return disagreement('band-disagrees', 'FILTER and BAND of the image header disagree', {
        file: row.fileName,
        found: `'${filter}' and '${band}'`,
      })
    },
  },
  {
    fact: 'night',
    sources: 'NITE of the list and MJD-OBS, else DATE-OBS, of the image header',
    tolerance:
      '0 to 2 days from 0 h UT of NITE: a night is from local noon, 0 to 24 h UT, to the next; dates in UT are within',
    follows: 'note',
    differs: ({ row, listFile, header: { mjdObs, dateObs } }) => {
      const [nite, mjd] = [mjdOfNite(row.nite), mjdObs ?? dateObs]
      // `mjdOfNite` is the middle of a night in Chile, 29 h after 0 h UT of its date.
      const days = nite === undefined || mjd === undefined ? NaN : mjd - (nite - 29 / 24)
      if (!(days < 0 || days >= NIGHT_DAYS)) return undefined
      return disagreement('night-disagrees', `NITE disagrees with the time in the image header of ${row.fileName}`, {
        ...{ file: listFile, line: row.line, column: 'NITE' },
        found: `${row.nite} in the list and MJD ${mjd} there`,
        expected: 'one night; the header counts',
      })
    },
  },
  {
    fact: 'time',
    sources: 'MJD-OBS and DATE-OBS of the image header',
    tolerance:
      '1 day: start and middle of an exposure, or UTC and TAI, are nearer; a year more moves stars by milliarcseconds',
    follows: 'note',
    differs: ({ row, header: { mjdObs, dateObs } }) =>
      mjdObs === undefined || dateObs === undefined || Math.abs(mjdObs - dateObs) <= DATES_APART_DAYS
        ? undefined
        : disagreement('time-disagrees', 'MJD-OBS and DATE-OBS of the image header disagree', {
            file: row.fileName,
            found: `MJD ${mjdObs} and ${dateObs}`,
            expected: 'one time; MJD-OBS counts',
          }),
  },
  {
    fact: 'exposure time',
    sources: 'EXPTIME of the list and of the image header',
    tolerance: '1 s or 1 %: the original list maker cuts to whole seconds',
    follows: 'note',
    differs: ({ row, listFile, header: { facts } }) =>
      row.exposureTimeSec === undefined ||
      facts.exposureTimeSec === undefined ||
      sameExposureTime(row.exposureTimeSec, facts.exposureTimeSec)
        ? undefined
        : disagreement('exposure-time-disagrees', `EXPTIME disagrees with the image header of ${row.fileName}`, {
            ...{ file: listFile, line: row.line, column: 'EXPTIME' },
            found: `${row.exposureTimeSec} s in the list and ${facts.exposureTimeSec} s there`,
            expected: 'one time; the header counts',
          }),
  },
  {
    fact: 'centre of the CCD',
    sources: 'RA_CENT, DEC_CENT of the image header and the corners of the list',
    tolerance: 'as within the list; the detections decide, the header is a hint',
    follows: 'note',
    differs: (facts) =>
      positionsDiffer(
        facts,
        'RA_CENT, DEC_CENT',
        facts.header.centre,
        CENTRE_OFF * ccdShape(facts.row.corners).radiusDeg,
      ),
  },
  {
    fact: 'pointing',
    sources: 'CRVAL of the image header and the corners of the list',
    tolerance: `${FIELD_DEG} deg: CRVAL of a mosaic is that of its middle, and no camera's field is wider`,
    follows: 'note',
    differs: (facts) => positionsDiffer(facts, 'CRVAL1, CRVAL2', facts.header.crval, FIELD_DEG),
  },
]

/** What all CCDs of an exposure share, as far as they tell it. A disagreement refuses those that are not with most. */
export const SHARED_FACTS: readonly SharedFact[] = [
  {
    fact: 'band',
    tolerance: 'one band: a zeropoint over two is no number',
    shown: ({ band }) => band,
    agree: (a, b) => a.band === b.band,
  },
  {
    fact: 'time',
    tolerance: `${START_SEC} s: the next exposure begins a readout (20 s) and its own time later`,
    shown: ({ headerEpochYr }) => headerEpochYr?.toFixed(9),
    agree: (a, b) => Math.abs(a.headerEpochYr! - b.headerEpochYr!) * SECONDS_PER_YEAR <= START_SEC,
  },
  {
    fact: 'exposure time',
    tolerance: '1 s or 1 %, as between list and header: the zeropoint includes it',
    shown: ({ exposureTimeSec }) => (exposureTimeSec === undefined ? undefined : `${exposureTimeSec} s`),
    agree: (a, b) => sameExposureTime(a.exposureTimeSec!, b.exposureTimeSec!),
  },
  {
    fact: 'unit of the flux',
    tolerance: 'one unit: counts and electrons are 1.5 mag apart',
    shown: ({ headerFluxUnit }) => headerFluxUnit,
    agree: (a, b) => a.headerFluxUnit === b.headerFluxUnit,
  },
]
