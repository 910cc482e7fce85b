import type { PhotometricSystem } from '../camera/photometric-systems.js'
import type { FittedTerm } from '../photometry/system/colour-term.js'
import { colourFacts } from './term-facts.js'
import type { EpochSource } from '../exposure/image-facts.js'
import type { FitsCardInput, FitsHeader, FitsTableOptions } from '../formats/fits/index.js'
import type { Table } from '../table/columns.js'

/** What the header of a calibrated catalogue says beside its columns. */
export interface CatalogueFacts {
  readonly band: string
  /** Photometric system of its magnitudes: `des-ab`, or `catalog` for the reference catalogue's own. */
  readonly system: PhotometricSystem
  readonly magnitudes: 'AB' | 'Vega' | null
  /** At whose colour the magnitudes hold; absent of a filter that is the system's own. */
  readonly colourTerm?: FittedTerm
  /** Name of the reference catalogue, and the SHA-256 of its manifest. */
  readonly catalog: string
  readonly catalogHash: string
  /** Of the program. */
  readonly version: string
  readonly epochYr: number
  readonly epochFrom: EpochSource
}

const EXTNAME = 'CALIBRATED'

/** Keywords of the facts, in their order. */
const KEYWORDS = [
  'DATE',
  'DATE-OBS',
  'BAND',
  'PHOTSYS',
  'MAGSYS',
  'COLINDEX',
  'COLREF',
  'REFCAT',
  'REFHASH',
  'CREATOR',
  'MAGNULL',
  'ZPNULL',
] as const

const NOT_CALIBRATED = '-9999: no flux, or no zeropoint'

/** UCD (IVOA UCD1+ 1.5) and description of each column; `{band}` is the band's place in the spectrum. */
const COLUMNS: Readonly<Record<string, readonly [ucd: string, doc: string]>> = {
  ID: ['meta.record', 'number of the row, from 1, by right ascension'],
  EXPNUM: ['meta.id;obs.exposure', 'exposure number'],
  CCDNUM: ['meta.id;instr.det', 'CCD number'],
  NUMBER: ['meta.id;meta.main', 'NUMBER of the SExtractor catalogue, unique in its CCD'],
  ALPHAWIN_J2000: ['pos.eq.ra;meta.main', 'right ascension, windowed'],
  DELTAWIN_J2000: ['pos.eq.dec;meta.main', 'declination, windowed'],
  FLUX_AUTO: ['phot.flux;{band}', 'Kron-like flux as measured'],
  FLUXERR_AUTO: ['stat.error;phot.flux;{band}', 'its error'],
  FLUX_PSF: ['phot.flux;{band}', 'flux of the fitted PSF as measured'],
  FLUXERR_PSF: ['stat.error;phot.flux;{band}', 'its error'],
  MAG_AUTO: ['phot.mag;{band}', `calibrated magnitude; ${NOT_CALIBRATED}`],
  MAGERR_AUTO: ['stat.error;phot.mag;{band}', `error from the flux; ${NOT_CALIBRATED}`],
  MAG_PSF: ['phot.mag;{band}', `calibrated magnitude; ${NOT_CALIBRATED}`],
  MAGERR_PSF: ['stat.error;phot.mag;{band}', `error from the flux; ${NOT_CALIBRATED}`],
  SPREAD_MODEL: ['src.class.starGalaxy', 'spread against the PSF: 0 for stars'],
  SPREADERR_MODEL: ['stat.error;src.class.starGalaxy', 'its error'],
  FWHM_WORLD: ['phys.angSize', 'full width at half maximum of the object'],
  FWHMPSF_IMAGE: ['instr.det.psf', 'full width at half maximum of the PSF'],
  FWHMPSF_WORLD: ['instr.det.psf', 'full width at half maximum of the PSF'],
  CLASS_STAR: ['src.class.starGalaxy', 'star classifier of SExtractor, 1 for stars'],
  FLAGS: ['meta.code.qual', 'extraction flags of SExtractor, bits'],
  IMAFLAGS_ISO: ['meta.code.qual', 'flags of the image under the object, bits'],
  ZeroPoint: ['phot.calib;arith.zp', 'MAG = -2.5 log10(FLUX) - ZeroPoint; -999: none'],
  ZeroPoint_rms: ['stat.error;phot.calib', 'error of ZeroPoint; -999: none'],
  ZeroPoint_FLAGS: ['meta.code.qual;phot.calib', '0 own, 1 borrowed, -1000 outlier, -9999 suspect, -2000 none'],
}

/** The part of the spectrum that holds a band's middle (UCD1+: B 400-500, V 500-600, R 600-750, I 750-1000 nm). */
const SPECTRUM: Readonly<Record<string, string>> = {
  u: 'em.opt.U',
  g: 'em.opt.B',
  r: 'em.opt.R',
  i: 'em.opt.I',
  z: 'em.opt.I',
  Y: 'em.opt.I',
  V: 'em.opt.V',
}

/** The part of the spectrum of a band, as UCDs name it. */
export const spectrumOf = (band: string): string => SPECTRUM[band] ?? 'em.opt'

/**
 * A calibrated catalogue and its header as `writeFitsTable` takes them: name of the table, what it was made with, a UCD
 * and a description of each column, and the numbers that mean "none". FITS knows a null for integers only (4.0,
 * 7.3.2), and no integer here is missing; of the floats the descriptions and MAGNULL and ZPNULL say it.
 *
 * DATE is that of the exposure, not of the writing: the same inputs give the same bytes. Of an exposure that does not
 * say when it was taken there is none.
 */
export function describedCatalogue(
  table: Table,
  facts: CatalogueFacts,
): { readonly table: Table; readonly options: Pick<FitsTableOptions, 'extname' | 'headerCards'> } {
  const columns = table.columns.map((column) => ({
    ...column,
    ...(COLUMNS[column.name] ? { doc: COLUMNS[column.name]![1] } : {}),
  }))
  const spectrum = spectrumOf(facts.band)
  const ucds = table.columns.flatMap(({ name }, k): FitsCardInput[] => {
    const ucd = COLUMNS[name]?.[0]
    return ucd === undefined ? [] : [{ keyword: `TUCD${k + 1}`, value: ucd.replace('{band}', spectrum) }]
  })
  return { table: { ...table, columns }, options: { extname: EXTNAME, headerCards: [...ucds, ...factCards(facts)] } }
}

const PHOTSYS_COMMENTS: Readonly<Partial<Record<PhotometricSystem, string>>> = {
  'des-ab': "the camera's band",
  catalog: "the reference catalogue's own",
}

function factCards({
  band,
  system,
  magnitudes,
  colourTerm,
  catalog,
  catalogHash,
  version,
  epochYr,
  epochFrom,
}: CatalogueFacts): FitsCardInput[] {
  const ascii = (text: string) => text.replace(/[^ -~]/g, '?')
  const date = dateOf(epochYr, epochFrom)
  return [
    ...(date === undefined
      ? []
      : [{ keyword: 'DATE', value: date, comment: 'of the exposure: same input, same file' }]),
    ...(date === undefined ? [] : [{ keyword: 'DATE-OBS', value: date, comment: `UTC, from ${epochFrom}` }]),
    { keyword: 'BAND', value: ascii(band) },
    {
      keyword: 'PHOTSYS',
      value: ascii(system),
      comment: PHOTSYS_COMMENTS[system] ?? 'photometric system',
    },
    ...(magnitudes === null ? [] : [{ keyword: 'MAGSYS', value: magnitudes }]),
    ...colourFacts(colourTerm).map(({ doc, ...card }) => ({ ...card, comment: doc })),
    { keyword: 'REFCAT', value: ascii(catalog), comment: 'reference catalogue' },
    { keyword: 'REFHASH', value: ascii(catalogHash) },
    { keyword: 'CREATOR', value: `bliss-calib ${ascii(version)}` },
    { keyword: 'MAGNULL', value: -9999, kind: 'real', comment: 'MAG_x and MAGERR_x that are not calibrated' },
    { keyword: 'ZPNULL', value: -999, kind: 'real', comment: 'ZeroPoint and ZeroPoint_rms that are not there' },
  ]
}

/**
 * `2017-08-18T09:07:12.000` of a Julian epoch (Lieske 1979), the day alone if only the night is known; undefined for
 * what no header says.
 */
export function dateOf(epochYr: number, from: EpochSource): string | undefined {
  if (from === 'catalog') return undefined
  const mjd = 51_544.5 + (epochYr - 2000) * 365.25
  const text = new Date(Math.round((mjd - 40_587) * 86_400_000)).toISOString()
  return from === 'NITE' ? text.slice(0, 10) : text.slice(0, -1)
}

/** The name, facts and UCDs that all parts of a combined catalogue have alike, for its header. */
export function sharedHeader([first, ...others]: readonly FitsHeader[]): Pick<
  FitsTableOptions,
  'extname' | 'headerCards'
> {
  if (first === undefined) return {}
  const ucds = Object.keys(COLUMNS).map((_, k) => `TUCD${k + 1}`)
  const shared = [...ucds, ...KEYWORDS].flatMap((keyword): FitsCardInput[] => {
    const found = first.card(keyword)
    return found !== undefined && others.every((other) => other.get(keyword) === found.value) ? [found] : []
  })
  const extname = first.text('EXTNAME')
  return { ...(extname === undefined ? {} : { extname }), headerCards: shared }
}
