import { cardText, type FitsCardInput } from '../formats/fits/index.js'
import { magnitudeScale } from '../photometry/magnitude-scale.js'
import { termFacts } from './term-facts.js'
import type { CcdResult } from '../photometry/result.js'

/** The keyword by which a copy is known to be ours. */
export const PROGRAM_KEYWORD = 'MAGZPROG'

/** A zeropoint as a header tells it. */
export interface HeaderZeropoint {
  readonly result: Pick<CcdResult, 'band' | 'system' | 'catalog' | 'magnitudes' | 'colourTerm' | 'systematicErr'>
  /** As it is applied to the CCD's objects. */
  readonly zeropoint: number
  readonly zeropointErr: number | null
  /** `mag_psf` is FLUX_PSF. */
  readonly magsType: string
  /** BUNIT of the image; absent if it has none. */
  readonly unit?: string
  readonly version: string
}

/**
 * The cards of a zeropoint: m = -2.5 log10(flux) + MAGZERO, in the flux that MAGZFLUX names and in the image's unit.
 */
export function zeropointCards({
  result: { band, system, catalog, magnitudes, colourTerm, systematicErr },
  zeropoint,
  zeropointErr,
  magsType,
  unit,
  version,
}: HeaderZeropoint): FitsCardInput[] {
  const ascii = (text: string) => text.replace(/[^ -~]/g, '?')
  const mag = (keyword: string, value: number | null, comment: string): FitsCardInput[] =>
    value === null ? [] : [{ keyword, value, kind: 'real', comment }]
  return [
    ...mag('MAGZERO', round(zeropoint), '[mag] -2.5 log10(flux) + MAGZERO'),
    ...mag('MAGZERR', zeropointErr && round(zeropointErr), '[mag] statistical error'),
    ...mag('MAGZSERR', systematicErr && round(systematicErr), '[mag] systematic error'),
    {
      keyword: 'MAGZSYS',
      value: magnitudeScale({ system, catalog, magnitudes }) ?? 'unknown',
      comment: `system ${system}`,
    },
    ...termFacts(colourTerm).map(({ doc, ...card }) => ({ ...card, comment: doc })),
    { keyword: 'MAGZBAND', value: ascii(band), comment: 'band of the magnitudes' },
    { keyword: 'MAGZFLUX', value: magsType.toUpperCase().replace('MAG_', 'FLUX_'), comment: 'flux that it belongs to' },
    { keyword: 'MAGZUNIT', value: ascii(unit ?? 'not told'), comment: 'unit of the flux' },
    { keyword: 'MAGZCAT', value: ascii(catalog), comment: 'reference catalogue' },
    { keyword: PROGRAM_KEYWORD, value: `bliss-calib ${version}` },
  ]
}

/** To a micromagnitude. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6

/**
 * The file of header cards that SWarp reads beside an image, one block for each of its extensions, empty of those
 * without a zeropoint. SWarp
 * multiplies pixels by FLXSCALE: a coadd then has the zeropoint to which all its images were scaled.
 */
export function headFile(zeropoints: readonly (HeaderZeropoint | undefined)[], scaledZeropoint: number): string {
  const end = `${'END'.padEnd(80)}\n`
  const blocks = zeropoints.map((one) => {
    if (one === undefined) return end
    const scale = 10 ** (0.4 * (scaledZeropoint - one.zeropoint))
    const cards: FitsCardInput[] = [
      { keyword: 'CREATOR', value: `bliss-calib ${one.version}` },
      { keyword: 'FLXSCALE', value: scale, kind: 'real', comment: `to a zeropoint of ${scaledZeropoint} mag` },
      ...zeropointCards(one),
    ]
    return cards.map((card) => `${cardText(card)}\n`).join('') + end
  })
  return blocks.join('')
}
