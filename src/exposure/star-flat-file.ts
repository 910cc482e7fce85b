import { InputError } from '../errors.js'
import type { ByteSource } from '../formats/bytes.js'
import { checksumFault, findHdu, readFitsHeaders, readFitsTable, writeFitsTable } from '../formats/fits/index.js'
import { asFloat64, tableOf, type Column } from '../table/columns.js'
import { checkStarFlat } from './check-star-flat.js'
import type { StarFlat, StarFlatCcd } from './star-flat.js'

const EXTNAME = 'STARFLAT'

const card = (keyword: string, value: string | number, comment = '') => ({ keyword, value, comment })

const SCALARS = [
  ['X_FIRST', 'left', 'pixel', 'left edge of the grid'],
  ['Y_FIRST', 'bottom', 'pixel', 'lower edge of the grid'],
  ['WIDTH', 'width', 'pixel', 'of the grid'],
  ['HEIGHT', 'height', 'pixel', 'of the grid'],
] as const

const AMPLIFIERS = [
  ['AMP_COLUMN', 'column', 'pixel', 'last column of amplifier A; NaN if both are alike'],
  ['AMP_A', 'a', 'mag', 'what A has beside the map'],
  ['AMP_B', 'b', 'mag', 'what B has beside the map'],
  ['AMP_ERR', 'err', 'mag', 'error of the difference'],
] as const

/**
 * A star flat as a FITS file: one row per CCD, the map and its errors as arrays of x by y cells, with DATASUM and
 * CHECKSUM. Magnitudes are corrected by m - MAP - AMP.
 */
export function starFlatFits(flat: StarFlat): Uint8Array {
  const { ccds } = flat
  const [{ columns, lines }] = ccds as [StarFlatCcd]
  const number = (name: string, values: number[], unit: string, doc: string): Column => ({
    ...{ name, type: 'f64', unit, doc },
    values: Float64Array.from(values),
  })
  const array = (name: string, of: (ccd: StarFlatCcd) => Float64Array, doc: string): Column => ({
    ...{ name, type: 'f32', unit: 'mag', doc, width: columns * lines, shape: [columns, lines] },
    values: Float32Array.from(ccds.flatMap((ccd) => [...of(ccd)])),
  })
  const table = tableOf([
    { name: 'CCD', type: 'i32', values: Int32Array.from(ccds, ({ ccd }) => ccd) },
    ...SCALARS.map(([name, key, unit, doc]) =>
      number(
        name,
        ccds.map((ccd) => ccd[key]),
        unit,
        doc,
      ),
    ),
    array('MAP', ({ map }) => map, 'what magnitudes have too much; mean 0 over the CCD'),
    array('MAP_ERR', ({ mapErr }) => mapErr, 'one sigma'),
    ...AMPLIFIERS.map(([name, key, unit, doc]) =>
      number(
        name,
        ccds.map(({ amplifiers }) => amplifiers?.[key] ?? NaN),
        unit,
        doc,
      ),
    ),
  ])
  const { camera, band, filter, tie, exposures, epochsYr, version } = flat
  return writeFitsTable(table, {
    extname: EXTNAME,
    checksums: true,
    headerCards: [
      card('CAMERA', camera, 'camera that it is of'),
      card('BAND', band, 'band that it is of'),
      ...(filter === null ? [] : [card('FILTER', filter, 'filter that it is of')]),
      card('NEXP', exposures, 'dithered exposures that it is from'),
      ...(epochsYr === null
        ? []
        : [card('EPOCH1', epochsYr[0], '[yr] of the first'), card('EPOCH2', epochsYr[1], '[yr] of the last')]),
      card('TIE', tie, 'tie that it is from'),
      card('CREATOR', `bliss-calib ${version}`),
      ...GAUGE.map((value) => card('COMMENT', value)),
    ],
  })
}

/** A card holds 72 characters. */
const GAUGE = [
  'Corrected magnitudes are m - MAP - AMP. The maps have no slope that all',
  'CCDs share or that runs linearly over the focal plane: dithered',
  'exposures cannot tell such slopes from gradients of exposures and of the',
  'sky.',
]

/** Unit of each column that a number is taken of. */
const UNITS: Readonly<Record<string, string>> = Object.fromEntries([
  ...[...SCALARS, ...AMPLIFIERS].map(([name, , unit]) => [name, unit] as const),
  ...['MAP', 'MAP_ERR'].map((name) => [name, 'mag'] as const),
])

/**
 * Reads a star flat.
 *
 * @throws InputError `no-star-flat` if the file is none; `damaged-star-flat` if a value of it is missing or is none
 *   that a tie writes, as `checkStarFlat`, or if DATASUM or CHECKSUM is missing or tells that the file was changed
 */
export async function readStarFlat(source: ByteSource): Promise<StarFlat> {
  const hdus = await readFitsHeaders(source)
  const file = source.name
  const none = (found: string, expected: string) =>
    new InputError('no-star-flat', 'the file is no star flat', { file, found, expected })
  const found = hdus.filter(({ header }) => header.text('EXTNAME')?.trim() === EXTNAME)
  const [first, second] = found
  if (first === undefined)
    throw none(`${hdus.length} HDUs, none of that name`, `EXTNAME ${EXTNAME}, as tie --starflat writes it`)
  if (second !== undefined)
    throw new InputError('damaged-star-flat', 'the file holds several star flats', {
      ...{ file, found: `HDUs ${found.map(({ index }) => index).join(', ')}`, expected: `one HDU ${EXTNAME}` },
    })
  const { header, index } = findHdu(hdus, first.index, file)
  const table = await readFitsTable(source, { hdus, hdu: index })
  const column = (name: string): Column & { readonly numbers: Float64Array } => {
    const [own, other] = table.columns.filter((one) => one.name === name)
    const numbers = own && asFloat64(own)
    if (own === undefined || numbers === undefined) throw none(`no column ${name} of numbers`, 'its columns')
    const unit = UNITS[name]
    const damaged = (what: string, expected: string) =>
      new InputError('damaged-star-flat', 'the star flat is damaged', { file, column: name, found: what, expected })
    if (other !== undefined) throw damaged('two columns of that name', 'one')
    if (unit !== own.unit) throw damaged(`unit ${own.unit ?? 'none'}`, `unit ${unit ?? 'none'}`)
    const isMap = name === 'MAP' || name === 'MAP_ERR'
    if (!isMap && (own.offsets !== undefined || (own.width ?? 1) !== 1)) throw damaged('several numbers a row', 'one')
    return { ...own, numbers }
  }
  const text = (keyword: string) => {
    const value = header.text(keyword)?.trim()
    if (value === undefined) throw none(`no ${keyword}`, keyword)
    return value
  }
  const [map, mapErr, ccd] = [column('MAP'), column('MAP_ERR'), column('CCD')]
  const [columns = 0, lines = 0, ...further] = map.shape ?? []
  const cells = columns * lines
  if (!(cells > 0) || further.length > 0 || String(mapErr.shape) !== String(map.shape))
    throw none(
      `MAP of ${String(map.shape)} cells, MAP_ERR of ${String(mapErr.shape)}`,
      'MAP and MAP_ERR of x by y cells',
    )
  const scalars = SCALARS.map(([name, key]) => [key, column(name).numbers] as const)
  const ofAmplifiers = AMPLIFIERS.map(([name, key]) => [key, column(name).numbers] as const)
  const at = <K extends string>(named: readonly (readonly [K, Float64Array])[], row: number) =>
    Object.fromEntries(named.map(([key, values]) => [key, values[row]!])) as Record<K, number>
  const ccds = Array.from({ length: table.rowCount }, (_, row): StarFlatCcd => {
    const amplifiers = at(ofAmplifiers, row)
    return {
      ...{ ccd: ccd.numbers[row]!, columns, lines, ...at(scalars, row) },
      map: map.numbers.slice(row * cells, (row + 1) * cells),
      mapErr: mapErr.numbers.slice(row * cells, (row + 1) * cells),
      ...(Object.values(amplifiers).every(Number.isNaN) ? {} : { amplifiers }),
    }
  })
  checkStarFlat(ccds, file)
  const fault = await checksumFault(source, first)
  if (fault !== undefined)
    throw new InputError('damaged-star-flat', 'the star flat has been changed since a tie wrote it', {
      ...{ file, hdu: first.index, ...fault },
    })
  const epochs = [header.number('EPOCH1'), header.number('EPOCH2')] as const
  return {
    ...{ camera: text('CAMERA'), band: text('BAND'), filter: header.text('FILTER')?.trim() ?? null },
    ...{
      tie: text('TIE'),
      exposures: header.number('NEXP') ?? 0,
      version: text('CREATOR').replace('bliss-calib ', ''),
    },
    epochsYr: epochs[0] === undefined || epochs[1] === undefined ? null : [epochs[0], epochs[1]],
    ccds,
  }
}
