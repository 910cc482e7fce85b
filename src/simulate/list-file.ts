import { float64Text } from '../formats/number-text.js'
import { exposureName, requestTag, type SimulatedExposure } from './exposure.js'

const HEADER =
  'EXPNUM,FILENAME,NITE,BAND,CCDNUM,AIRMASS,EXPTIME,RA_CENT,DEC_CENT,RAC1,DECC1,RAC2,DECC2,RAC3,DECC3,RAC4,DECC4'

export const listName = ({ options }: SimulatedExposure): string =>
  `${exposureName(options)}_${requestTag(options)}_red_catlist.csv`

/** A double as Python 2 prints it: 12 significant digits, always with a point. */
export const python2Text = (x: number): string => float64Text(Number(x.toPrecision(12)))

/** Evening date of the Chilean night that an MJD lies in, YYYYMMDD: nights change at local noon, 16 h UT. */
export function niteOf(mjd: number): string {
  return dateText(Math.floor(mjd - 16 / 24)).replaceAll('-', '')
}

/** `2017-08-18T09:07:12.000` of an MJD. */
export function dateObsOf(mjd: number): string {
  return new Date(Math.round((mjd - 40_587) * 86_400_000)).toISOString().replace('Z', '')
}

const dateText = (mjd: number): string => dateObsOf(mjd).slice(0, 10)

/** The catalogue list as the original's script prints it: rows by file name, exposure time cut at the point. */
export function catalogueListText(simulated: SimulatedExposure): string {
  const { expnum, band, mjdObs, airmass, exposureTimeSec } = simulated.options
  const rows = simulated.ccds.map(({ ccd, fileName, centre, corners }) => {
    const positions = [centre, ...corners.raDeg.map((raDeg, k) => ({ raDeg, decDeg: corners.decDeg[k]! }))]
    const exposureTime = `${Math.floor(exposureTimeSec)}.`
    const sky = positions.flatMap(({ raDeg, decDeg }) => [python2Text(raDeg), python2Text(decDeg)])
    return {
      fileName,
      text: [expnum, fileName, niteOf(mjdObs), band, ccd, python2Text(airmass), exposureTime, ...sky].join(','),
    }
  })
  rows.sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
  return [HEADER, ...rows.map((row) => row.text), ''].join('\n')
}
