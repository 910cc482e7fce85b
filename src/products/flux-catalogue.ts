import { termFacts } from './term-facts.js'
import { FLUX_CATALOGUE } from '../exposure/given/given-columns.js'
import type { EpochSource } from '../exposure/image-facts.js'
import type { NamedFlux, SourceColumns } from '../exposure/sources.js'
import type { DescribedTable, TableFact } from '../formats/described-table.js'
import { ecsvBytes } from '../formats/ecsv-table.js'
import { writeFitsTable } from '../formats/fits/index.js'
import { votableBytes } from '../formats/votable/write.js'
import { numbersOf } from '../math/select.js'
import { MAG_PER_RELATIVE_FLUX } from '../math/units.js'
import { calibratedFluxes, type CalibratedFlux } from '../photometry/fluxes/measured-fluxes.js'
import type { CcdResult } from '../photometry/result.js'
import type { PhotometricSystem } from '../camera/photometric-systems.js'
import { magnitudeScale } from '../photometry/magnitude-scale.js'
import { findColumn, tableOf, type Column, type Table } from '../table/columns.js'
import { wholeNumbers, type AppliedZeropoint } from './calibrated-catalogue.js'
import { dateOf, spectrumOf } from './catalogue-header.js'
import type { FluxCatalogueForm } from './flux-catalogue-form.js'
import type { Provenance } from './result-json.js'

/** Columns that are taken over as they are, beside positions and fluxes. */
const FLUX_CATALOGUE_COLUMNS = ['CLASS_STAR', 'SPREAD_MODEL', 'SPREADERR_MODEL'] as const

const DOCS: Readonly<Record<string, readonly [ucd: string, doc: string]>> = {
  NUMBER: ['meta.id;meta.main', 'number of the detection in the input'],
  RA: ['pos.eq.ra;meta.main', 'right ascension, ICRS at the epoch of the exposure'],
  DEC: ['pos.eq.dec;meta.main', 'declination, ICRS at the epoch of the exposure'],
  X_IMAGE: ['pos.cartesian.x;instr.det', 'pixel, the first is 1'],
  Y_IMAGE: ['pos.cartesian.y;instr.det', 'pixel, the first is 1'],
  FLAGS: ['meta.code.qual', 'extraction flags, bits'],
  IMAFLAGS_ISO: ['meta.code.qual', 'flags of the image under the object, bits'],
  CLASS_STAR: ['src.class.starGalaxy', 'star classifier of SExtractor, 1 for stars'],
  SPREAD_MODEL: ['src.class.starGalaxy', 'spread against the PSF: 0 for stars'],
  SPREADERR_MODEL: ['stat.error;src.class.starGalaxy', 'its error'],
}

/** The detections of a CCD as they were read. */
export interface MeasuredDetections {
  readonly sources: SourceColumns
  readonly table: Table
  /** FLAGS are the file's, no filler. */
  readonly hasFlags: boolean
}

/**
 * Every flux of a CCD in magnitudes, each with its own zeropoint; rows in the order of the input.
 *
 * MAG_x = -2.5 log10(FLUX_x) + ZP of x, to a micromagnitude; MAGERR_x = 1.0857 FLUXERR_x / FLUX_x, without the
 * zeropoint's error, which all rows share. NaN if the flux is not positive or its zeropoint is not known.
 *
 * @param applied the zeropoint that the CCD's objects get
 */
export function fluxCatalogue(
  { sources, table, hasFlags }: MeasuredDetections,
  result: CcdResult,
  applied: Pick<AppliedZeropoint, 'zeropoint' | 'zeropointErr'>,
  { version, catalogHash }: Pick<Provenance, 'version' | 'catalogHash'>,
): DescribedTable {
  const { fluxes = [] } = sources
  const calibrated = calibratedFluxes(result.fluxes ?? {}, applied)
  const spectrum = spectrumOf(result.band)
  const ucds: Record<string, string> = Object.fromEntries(Object.entries(DOCS).map(([name, [ucd]]) => [name, ucd]))
  const ofFluxes = fluxes.flatMap((flux, k) => {
    const kind = flux.name.replace(/^FLUX_/, '')
    ucds[`FLUX_${kind}`] = `phot.flux;${spectrum}`
    ucds[`FLUXERR_${kind}`] = `stat.error;phot.flux;${spectrum}`
    ucds[`MAG_${kind}`] = `phot.mag;${spectrum}`
    ucds[`MAGERR_${kind}`] = `stat.error;phot.mag;${spectrum}`
    return fluxColumns(flux, kind, calibrated[flux.name]?.zeropoint ?? null, k + 1)
  })
  return {
    name: FLUX_CATALOGUE,
    table: tableOf([...rowColumns(sources, table, hasFlags), ...ofFluxes], sources.raDeg.length),
    facts: [...ccdFacts(result, sources, version, catalogHash), ...fluxFacts(fluxes, calibrated)],
    ucds,
    creator: `bliss-calib ${version}`,
  }
}

/** The file of a form. */
export function fluxCatalogueBytes(described: DescribedTable, form: FluxCatalogueForm): Uint8Array {
  if (form === 'ecsv') return ecsvBytes(described)
  if (form === 'vot') return votableBytes(described)
  const { name, table, facts, ucds, creator } = described
  const columnCards = table.columns.flatMap((column, k) => {
    const ucd = ucds[column.name]
    return ucd === undefined ? [] : [{ keyword: `TUCD${k + 1}`, value: ucd }]
  })
  const factCards = facts.map(({ keyword, value, unit, doc }) => ({
    keyword,
    value: typeof value === 'string' ? value.replace(/[^ -~]/g, '?') : value,
    comment: [...(unit === undefined ? [] : [`[${unit}]`]), doc ?? ''].join(' ').trim(),
    ...(typeof value === 'number' && unit === 'mag' ? { kind: 'real' as const } : {}),
  }))
  return writeFitsTable(table, {
    extname: name,
    headerCards: [...columnCards, ...factCards],
    primaryCards: [{ keyword: 'CREATOR', value: creator }],
  })
}

/** What a detection has beside its fluxes. */
function rowColumns(sources: SourceColumns, table: Table, hasFlags: boolean): Column[] {
  const { raDeg, decDeg, xImage, yImage, imaflagsIso } = sources
  const doc = (name: string) => ({ name, doc: DOCS[name]![1] })
  const f64 = (name: string, values: Float64Array, unit: string): Column => ({
    ...doc(name),
    type: 'f64',
    values,
    unit,
  })
  const whole = (name: string, values: Float64Array): Column => ({
    ...wholeNumbers(name, findColumn(table, name), values),
    ...doc(name),
  })
  return [
    whole('NUMBER', sources.number),
    f64('RA', raDeg, 'deg'),
    f64('DEC', decDeg, 'deg'),
    ...(xImage && yImage ? [f64('X_IMAGE', xImage, 'pixel'), f64('Y_IMAGE', yImage, 'pixel')] : []),
    ...(hasFlags ? [whole('FLAGS', sources.flags)] : []),
    ...(imaflagsIso ? [whole('IMAFLAGS_ISO', imaflagsIso)] : []),
    ...FLUX_CATALOGUE_COLUMNS.flatMap((name): Column[] => {
      const column = findColumn(table, name)
      return column?.type === 'f32' || column?.type === 'f64' ? [{ ...column, ...doc(name) }] : []
    }),
  ]
}

/** Flux, magnitude and their errors; what is not finite is missing. */
function fluxColumns(flux: NamedFlux, kind: string, zeropoint: number | null, k: number): Column[] {
  const { flux: values, fluxErr: errors } = flux
  const column = (name: string, numbers: Float64Array, unit: string | undefined, doc: string): Column => ({
    name,
    ...(flux.single === true
      ? { type: 'f32' as const, values: Float32Array.from(numbers) }
      : { type: 'f64' as const, values: numbers }),
    ...(unit === undefined ? {} : { unit }),
    doc,
  })
  const finite = (numbers: Float64Array) => numbersOf(numbers, (value) => (Number.isFinite(value) ? value : NaN))
  const known = (i: number) => zeropoint !== null && values[i]! > 0 && values[i]! < Infinity
  const mag = numbersOf(values, (value, i) => (known(i) ? micromag(-2.5 * Math.log10(value) + zeropoint!) : NaN))
  const magErr = numbersOf(errors, (error, i) =>
    known(i) && error >= 0 && error < Infinity ? (MAG_PER_RELATIVE_FLUX * error) / values[i]! : NaN,
  )
  const unit = flux.unit !== undefined && /^[ -~]+$/.test(flux.unit) ? flux.unit : undefined
  const own = zeropoint === null ? `no zeropoint: see ZPWHY${k}` : `-2.5 log10(FLUX_${kind}) + ZP${k}`
  return [
    column(`FLUX_${kind}`, finite(values), unit, 'as measured'),
    column(`FLUXERR_${kind}`, finite(errors), unit, 'its error'),
    { name: `MAG_${kind}`, type: 'f64', values: mag, unit: 'mag', doc: own },
    {
      name: `MAGERR_${kind}`,
      type: 'f32',
      values: Float32Array.from(magErr),
      unit: 'mag',
      doc: `from the flux error, without ZPERR${k}`,
    },
  ]
}

const micromag = (value: number): number => Math.round(value * 1e6) / 1e6

const SYSTEM_OR_CATALOG = 'des-ab, or catalog for the reference catalogue itself'
const PHOTSYS_DOCS: Readonly<Partial<Record<PhotometricSystem, string>>> = {
  'des-ab': SYSTEM_OR_CATALOG,
  catalog: SYSTEM_OR_CATALOG,
}

function ccdFacts(
  {
    band,
    system,
    catalog,
    magnitudes,
    colourTerm,
    relation,
    outcome,
    flag,
    systematicErr,
    epochYr,
    epochFrom,
    astrometry,
  }: CcdFactsOf,
  { chosenFlux }: SourceColumns,
  version: string,
  catalogHash: string,
): TableFact[] {
  const date = dateOf(epochYr, epochFrom)
  const scale = magnitudeScale({ system, catalog, magnitudes })
  return [
    { keyword: 'CREATOR', value: `bliss-calib ${version}` },
    ...(date === undefined ? [] : [{ keyword: 'DATE-OBS', value: date, doc: `UTC, from ${epochFrom}` }]),
    { keyword: 'BAND', value: band },
    { keyword: 'PHOTSYS', value: system, doc: PHOTSYS_DOCS[system] ?? 'photometric system' },
    ...(scale === null ? [] : [{ keyword: 'MAGSYS', value: scale, doc: 'of all magnitudes' }]),
    ...termFacts(colourTerm).map(({ keyword, value, doc }) => ({ keyword, value, doc })),
    { keyword: 'REFCAT', value: catalog, doc: 'reference catalogue' },
    { keyword: 'REFHASH', value: catalogHash },
    { keyword: 'RELATION', value: relation, doc: 'colours of the stars to the band' },
    { keyword: 'OUTCOME', value: outcome, doc: 'of the zeropoint: fitted, borrowed or none' },
    { keyword: 'ZPFLAG', value: flag, doc: '0 own, 1 borrowed, -1000 outlier, -9999 suspect, -2000 none' },
    ...(systematicErr === null
      ? []
      : [
          { keyword: 'ZPSYSERR', value: systematicErr, unit: 'mag', doc: 'systematic error, shared by all zeropoints' },
        ]),
    ...(chosenFlux === undefined ? [] : [{ keyword: 'CALFLUX', value: chosenFlux, doc: 'the calibrated flux' }]),
    { keyword: 'MAGERRZP', value: false, doc: 'whether MAGERR_x hold the error of the zeropoint' },
    ...positionFacts(astrometry),
  ]
}

type CcdFactsOf = Pick<
  CcdResult,
  | 'band'
  | 'system'
  | 'catalog'
  | 'magnitudes'
  | 'colourTerm'
  | 'relation'
  | 'outcome'
  | 'flag'
  | 'systematicErr'
  | 'epochYr'
  | 'astrometry'
> & { readonly epochFrom: EpochSource }

/** What RA and DEC are off by: they are those of the image, also if the match took a shift and a turn out. */
function positionFacts({
  applied,
  raOffsetArcsec,
  decOffsetArcsec,
  rotationDeg,
}: CcdResult['astrometry']): TableFact[] {
  if (!applied || raOffsetArcsec === null || decOffsetArcsec === null) return []
  const fact = (keyword: string, value: number, unit: string, doc: string): TableFact => ({ keyword, value, unit, doc })
  return [
    { keyword: 'WCSOFF', value: true, doc: 'RA, DEC are as measured, off by these:' },
    fact('WCSDRA', raOffsetArcsec, 'arcsec', 'RA, DEC minus stars, to the east'),
    fact('WCSDDEC', decOffsetArcsec, 'arcsec', 'RA, DEC minus stars, to the north'),
    ...(rotationDeg === undefined ? [] : [fact('WCSTURN', rotationDeg, 'deg', 'turned, from north over east')]),
  ]
}

/** What the header says of each flux, under its number; what is not known is left out. */
function fluxFacts(fluxes: readonly NamedFlux[], calibrated: Readonly<Record<string, CalibratedFlux>>): TableFact[] {
  return fluxes.flatMap(({ name, unit }, index): TableFact[] => {
    const k = index + 1
    const flux = calibrated[name]
    const mag = (keyword: string, value: number | null | undefined, doc: string): TableFact[] =>
      value === null || value === undefined ? [] : [{ keyword: `${keyword}${k}`, value, unit: 'mag', doc }]
    return [
      { keyword: `FLX${k}`, value: name, doc: unit === undefined ? 'flux' : `flux, in ${unit}` },
      ...mag('ZP', flux?.zeropoint, 'its zeropoint'),
      ...mag('ZPERR', flux?.zeropointErr, 'statistical error of its zeropoint'),
      ...mag('APCOR', flux?.apertureCorrection, 'calibrated flux minus this one'),
      ...mag('APCERR', flux?.apertureCorrectionErr, 'its error'),
      ...mag('APCSCT', flux?.apertureCorrectionScatter, 'its scatter from star to star'),
      ...(flux?.apertureCorrection == null ? [] : [{ keyword: `ZPNST${k}`, value: flux.nStars, doc: 'stars' }]),
      ...mag('DEPTH', flux?.depth5Sigma, '5 sigma, point source'),
      ...(flux?.reason == null ? [] : [{ keyword: `ZPWHY${k}`, value: flux.reason }]),
    ]
  })
}
