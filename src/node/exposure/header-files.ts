import { join } from 'node:path'
import { CommandError } from '../../errors.js'
import type { CatalogueListRow } from '../../exposure/catalogue-list.js'
import type { GivenDetections } from '../../exposure/given/given-detections.js'
import { stemOfFile } from '../../exposure/given/given-rows.js'
import type { ByteSource } from '../../formats/bytes.js'
import { checksumText, readFitsHeaders, withCards, WordSum, type FitsHdu } from '../../formats/fits/index.js'
import { appliedZeropoint } from '../../products/ccd-products.js'
import { headFile, PROGRAM_KEYWORD, zeropointCards, type HeaderZeropoint } from '../../products/zeropoint-cards.js'
import type { HeaderForm } from '../../products/header-form.js'
import { fileSource } from '../disk/files.js'
import type { FileToWrite } from '../disk/staged-files.js'
import { unpackedSource } from '../input/given-tables.js'
import { packageVersion } from '../package.js'
import { scienceImages } from '../../exposure/image-planes.js'
import type { DrawFiles, DrawnExposure, OpenedJob } from './exposure-job.js'

/** The form in which zeropoints go into headers, and the target zeropoint of SWarp's scale. */
export interface HeaderRequest {
  readonly form: HeaderForm
  /** Zeropoint that FLXSCALE brings all images to [mag]. */
  readonly scaledZeropoint: number
  readonly note: (sentence: string) => void
}

/** The files, and the messages about them once they are written. */
export interface HeaderFiles extends DrawFiles {
  lines(): string[]
  /** Names that this run was asked for and has not written. */
  unwritten(): readonly string[]
}

type GivenRow = CatalogueListRow & { readonly given: GivenDetections }

/** A file that was given, and its CCDs. */
interface GivenFile {
  /** The image, or the catalogue. */
  readonly path: string
  readonly rows: readonly GivenRow[]
  /** Of the product. */
  readonly name: string
}

/**
 * Headers with the zeropoint, for each file of an exposure: a copy of the image (`{stem}_magzero.fits`), or a file of
 * header cards for SWarp (`{stem}.head`). They are written with the exposure's products.
 *
 * @throws CommandError if a catalogue was given instead of an image
 */
export function headerFiles(opened: OpenedJob, request: HeaderRequest): HeaderFiles {
  const { form, note } = request
  const files = givenFiles(opened, form)
  const names = files.map(({ name }) => name)
  let written: readonly string[] = []
  return {
    names,
    async draw(exposure) {
      const drawn: FileToWrite[] = []
      for (const file of files) {
        const found = zeropointsOf(file, opened, exposure)
        const without = file.rows.filter((row) => !found.has(row))
        if (found.size === 0 || (form === 'head' && without.length > 0)) {
          const ccds = without.map(({ ccd }) => ccd).join(', ')
          note(`${file.name} is not written: CCD ${ccds} of ${file.path} has no zeropoint in this run`)
          continue
        }
        for (const { ccd } of without)
          note(`${file.name}: CCD ${ccd} has no zeropoint in this run, its header is as it was`)
        drawn.push(form === 'image' ? await imageCopy(file, found, note) : await headOf(file, found, request))
      }
      return drawn
    },
    onCommitted: (committed) => (written = names.filter((name) => committed.includes(name))),
    unwritten: () => names.filter((name) => !written.includes(name)),
    lines: () => written.map((name) => `header  ${join(opened.job.outdir, name)}\n`),
  }
}

/** The files of an exposure in the order in which they were given. */
function givenFiles({ list }: OpenedJob, form: HeaderForm): GivenFile[] {
  const byPath = new Map<string, GivenRow[]>()
  for (const row of list.rows as readonly GivenRow[]) {
    const path = row.given.image?.path ?? row.given.path
    byPath.set(path, [...(byPath.get(path) ?? []), row])
  }
  const packed = (path: string) => (/\.fz$/i.test(path) ? '.fz' : '')
  return [...byPath].map(([path, rows]) => {
    const name = form === 'head' ? `${stemOfFile(path)}.head` : `${stemOfFile(path)}_magzero.fits${packed(path)}`
    if (form === 'image') refuseCatalogue(path, rows)
    return { path, rows, name }
  })
}

function refuseCatalogue(path: string, [first]: readonly GivenRow[]): void {
  if (first!.given.image !== undefined) return
  throw new CommandError('bad-option', '--header image copies images, and the file is a catalogue of detections', {
    option: '--header',
    found: path,
    expected: 'an image, or --header head',
  })
}

/** The zeropoints of a file's CCDs, as they are applied to their objects. */
function zeropointsOf(
  { rows }: GivenFile,
  { job: { magsType, keepBorrowed } }: OpenedJob,
  { ccds }: DrawnExposure,
): Map<GivenRow, Omit<HeaderZeropoint, 'unit'>> {
  const version = packageVersion()
  return new Map(
    rows.flatMap((row) => {
      const result = ccds.find(({ ccd }) => ccd === row.ccd)
      if (result === undefined) return []
      const { zeropoint, zeropointErr } = appliedZeropoint(result, { expnum: -1, ccdnum: row.ccd }, keepBorrowed)
      return zeropoint === null ? [] : [[row, { result, zeropoint, zeropointErr, magsType, version }] as const]
    }),
  )
}

/** A block for each image of the file, as SWarp counts them: planes that were not measured have an empty one. */
async function headOf(
  { path, rows, name }: GivenFile,
  found: ReadonlyMap<GivenRow, Omit<HeaderZeropoint, 'unit'>>,
  { scaledZeropoint }: HeaderRequest,
): Promise<FileToWrite> {
  const written = (blocks: readonly (HeaderZeropoint | undefined)[]) => {
    const text = headFile(blocks, scaledZeropoint)
    return { name, bytes: new TextEncoder().encode(text) }
  }
  if (rows[0]!.given.image === undefined) return written(rows.map((row) => found.get(row)))
  const { hdus, close } = await openedImage(path)
  try {
    const images = hdus.filter(isImage)
    return written(images.map((hdu) => withUnit(found.get(rowOf(rows, hdu, hdus)!), hdu, hdus[0]!)))
  } finally {
    await close()
  }
}

/** The CCD whose image an HDU is: its number or EXTNAME says so, or it is the file's only one. */
function rowOf(rows: readonly GivenRow[], hdu: FitsHdu, hdus: readonly FitsHdu[]): GivenRow | undefined {
  const isMeant = ({ given: { image } }: GivenRow) => {
    const choice = image!.hdu
    if (typeof choice === 'number') return choice === hdu.index
    if (choice !== undefined) return isImage(hdu) && hdu.name?.trim().toUpperCase() === choice.trim().toUpperCase()
    return scienceImages(hdus.filter(isImage))[0] === hdu
  }
  return rows.find(isMeant)
}

function withUnit(
  zeropoint: Omit<HeaderZeropoint, 'unit'> | undefined,
  { header }: FitsHdu,
  primary: FitsHdu,
): HeaderZeropoint | undefined {
  const unit = header.text('BUNIT') ?? primary.header.text('BUNIT')
  return zeropoint && { ...zeropoint, ...(unit === undefined || unit.trim() === '' ? {} : { unit: unit.trim() }) }
}

/** An image of two axes or more that holds pixels, packed or not. */
function isImage({ kind, header }: FitsHdu): boolean {
  if (kind === 'tile-compressed image') return true
  return (kind === 'primary' || kind === 'image') && (header.number('NAXIS') ?? 0) >= 2
}

async function openedImage(path: string) {
  const file = await fileSource(path)
  const source = await unpackedSource(file)
  return { source, hdus: await readFitsHeaders(source), close: () => file.close() }
}

/** Bytes that are copied at a time: whole words and blocks. */
const PIECE_BYTES = 2880 * 2048

/**
 * The image with cards in the headers of its CCDs, its data byte for byte. CHECKSUM is updated if it was there; DATASUM
 * does not change. Of a packed image the sum of the unpacked HDU goes, because its header is another.
 */
async function imageCopy(
  { path, rows, name }: GivenFile,
  found: ReadonlyMap<GivenRow, Omit<HeaderZeropoint, 'unit'>>,
  note: (sentence: string) => void,
): Promise<FileToWrite> {
  const { source, hdus, close } = await openedImage(path)
  if (/\.gz$/i.test(path)) note(`${name}: the copy is unpacked, its original is in gzip`)
  const end = (k: number) => hdus[k + 1]?.headerOffset ?? source.byteLength
  const headers: Uint8Array[] = []
  for (const [k, hdu] of hdus.entries()) {
    const row = rowOf(rows, hdu, hdus)
    const zeropoint = row && withUnit(found.get(row), hdu, hdus[0]!)
    const original = await source.slice(hdu.headerOffset, hdu.dataOffset)
    const mark = { keyword: PROGRAM_KEYWORD, value: `bliss-calib ${packageVersion()}`, comment: 'wrote this copy' }
    const cards = zeropoint ? zeropointCards(zeropoint) : k === 0 ? [mark] : []
    if (cards.length === 0) {
      headers.push(original)
      continue
    }
    const { bytes, replaced } = withCards(original, cards, ['ZHECKSUM'])
    if (replaced.length > 0) note(`${name}: ${replaced.join(', ')} of HDU ${hdu.index} is set anew`)
    headers.push(hdu.header.has('CHECKSUM') ? await withChecksum(bytes, source, hdu.dataOffset, end(k)) : bytes)
  }
  async function* pieces(): AsyncGenerator<Uint8Array> {
    try {
      for (const [k, hdu] of hdus.entries()) {
        yield headers[k]!
        yield* slices(source, hdu.dataOffset, end(k))
      }
    } finally {
      await close()
    }
  }
  return { name, bytes: pieces() }
}

async function* slices(source: ByteSource, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE_BYTES) yield await source.slice(at, Math.min(at + PIECE_BYTES, to))
}

/** The header with the CHECKSUM of it and its data. */
async function withChecksum(header: Uint8Array, source: ByteSource, from: number, to: number): Promise<Uint8Array> {
  const card = (value: string) => ({ keyword: 'CHECKSUM', value, comment: 'HDU checksum, with the zeropoint' })
  const zeroed = withCards(header, [card('0'.repeat(16))]).bytes
  const sum = new WordSum().add(zeroed)
  for await (const piece of slices(source, from, to)) sum.add(piece)
  return withCards(zeroed, [card(checksumText(sum.value))]).bytes
}
