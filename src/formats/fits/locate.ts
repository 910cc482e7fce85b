import { InputError } from '../../errors.js'
import type { FieldFacts } from './fields.js'
import type { FitsHdu } from './hdus.js'

/**
 * The HDU of a number or of an EXTNAME (case is ignored, the first counts). Throws InputError `fits-missing-hdu`, or
 * `fits-truncated` if the file ends before it.
 */
export function findHdu(hdus: readonly FitsHdu[], wanted: number | string, file: string): FitsHdu {
  const hdu =
    typeof wanted === 'number'
      ? hdus[wanted]
      : hdus.find(({ name }) => name?.toUpperCase() === wanted.trim().toUpperCase())
  if (hdu !== undefined) return hdu
  const last = hdus.at(-1)
  if (last !== undefined && last.missingBytes > 0) throw truncated(last, `, before HDU ${wanted}`)
  const name = typeof wanted === 'number' ? String(wanted) : `'${wanted}'`
  throw new InputError('fits-missing-hdu', `the file has no HDU ${name}`, {
    file,
    found: listed(hdus),
    expected: `HDU ${name}`,
  })
}

/** The first table, be it one that is then refused. Throws InputError `fits-missing-hdu` if the file has none. */
export function firstTable(hdus: readonly FitsHdu[], file: string): FitsHdu {
  const hdu = hdus.find(({ kind }) => kind.endsWith('table') || kind === 'tile-compressed image')
  if (hdu !== undefined) return hdu
  throw new InputError('fits-missing-hdu', 'the file has no table', {
    file,
    found: listed(hdus),
    expected: 'BINTABLE or TABLE',
  })
}

const listed = (hdus: readonly FitsHdu[]): string =>
  hdus.map(({ index, name, kind }) => `${index} ${name ?? `(${kind})`}`).join(', ')

/** Throws InputError `fits-truncated` if the data of one are not all there. */
export function refuseTruncated(hdus: readonly FitsHdu[]): void {
  const cut = hdus.find(({ missingBytes }) => missingBytes > 0)
  if (cut !== undefined) throw truncated(cut)
}

function truncated(hdu: FitsHdu, where = ''): InputError {
  return new InputError('fits-truncated', `the file ends within the data of this HDU${where}`, {
    ...hdu.header.place,
    found: `${hdu.dataBytes - hdu.missingBytes} bytes`,
    expected: `${hdu.dataBytes} bytes (by BITPIX, NAXISn, PCOUNT, GCOUNT)`,
  })
}

/**
 * Refuses an HDU that is no table, or whose data are cut short: InputError `fits-not-table`, `fits-tile-compressed`,
 * `fits-truncated`.
 */
export function requireTable(hdu: FitsHdu): void {
  const { header, kind } = hdu
  if (kind === 'tile-compressed image' || kind === 'tile-compressed table') {
    const how = header.text('ZCMPTYPE')
    throw new InputError(
      'fits-tile-compressed',
      `the HDU is a ${kind}, of which only the header is read: uncompress it first (funpack)`,
      {
        ...header.place,
        found: how === undefined ? kind : `${kind}, ${how}`,
        expected: 'a table',
      },
    )
  }
  if (kind !== 'binary table' && kind !== 'ASCII table') {
    throw new InputError('fits-not-table', 'the HDU is not a table', {
      ...header.place,
      found: `${kind}${hdu.name ? ` ${hdu.name}` : ''}`,
      expected: 'BINTABLE or TABLE',
    })
  }
  if (header.requireInteger('BITPIX') !== 8) header.refuse('BITPIX', '8 in a table')
  if (header.requireInteger('NAXIS') !== 2) header.refuse('NAXIS', '2 in a table')
  if (hdu.missingBytes > 0) throw truncated(hdu)
  const count = header.requireInteger('NAXIS2', 0)
  const rowBytes = header.requireInteger('NAXIS1', 0)
  if (rowBytes * count > hdu.dataBytes || (rowBytes === 0 && count > 2 ** 24))
    header.refuse('NAXIS2', 'a count that the data bear out')
}

/** A field under the name that it was asked for by. */
export type Wanted<F> = F & { readonly askedName: string }

/** Whether a column of this name is there, case ignored. */
export function hasColumn(fields: readonly FieldFacts[], wanted: string): boolean {
  return fields.some(({ name }) => name.toUpperCase() === wanted.toUpperCase())
}

/**
 * The fields of these names, in this order, found without regard to case.
 *
 * @throws InputError `fits-ambiguous-column` if several have the name, `fits-missing-column` if none has
 */
export function chooseColumns<F extends FieldFacts>(
  fields: readonly F[],
  names: readonly string[],
  hdu: FitsHdu,
): Wanted<F>[] {
  return names.map((asked) => {
    const alike = fields.filter(({ name }) => name.toUpperCase() === asked.toUpperCase())
    if (alike.length > 1) {
      const same = alike.every(({ name }) => name === alike[0]!.name)
      const sentence = same ? 'several columns have one name' : 'several columns differ in case only'
      const found = alike.map(({ name, number }) => `${name} (column ${number})`).join(', ')
      const place = { ...hdu.header.place, column: asked, found, expected: 'one of them' }
      throw new InputError('fits-ambiguous-column', sentence, place)
    }
    if (alike.length === 0) {
      const found = fields.length === 0 ? 'none' : fields.map(({ name }) => name).join(' ')
      throw new InputError('fits-missing-column', 'the table lacks the column', {
        ...hdu.header.place,
        column: asked,
        found: `columns ${found}`,
        expected: asked,
      })
    }
    return { ...alike[0]!, askedName: asked }
  })
}
