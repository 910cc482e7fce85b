import { readStars, type ReadingNotes, type ReadSetup } from './read-input.js'
import { InputError } from '../../errors.js'
import { keyCell, type PageCodecs } from '../../formats/parquet/index.js'
import { float32AsDecimal } from '../../formats/number-text.js'
import { ring2nested } from '../../healpix/index.js'
import { pixelOfFileName, type BuildInput } from './build-input.js'
import type { BuildFolder } from './build-folder.js'
import { IdCells } from '../rows/id-cells.js'
import type { InputRelease } from '../release.js'
import { ReleaseWitness } from '../release-evidence.js'
import type { KeptOut, StarChunk } from '../rows/star-chunk.js'
import { writeRun, type StarRun } from './star-run.js'

/** Some inputs to read in one go; the id tells their runs from those of other jobs. */
export interface ReadJob {
  readonly kind: 'read'
  readonly id: string
  readonly inputs: readonly string[]
}

/** What a read job found. */
export interface ReadFacts {
  readonly runs: readonly StarRun[]
  readonly rows: number
  /** RING pixels of nside 32 that have a file. */
  readonly pixels: readonly number[]
  readonly keptOut: readonly (readonly [reason: string, rows: number])[]
  /** Placeholders that were taken as missing, by column. */
  readonly placeholders: readonly (readonly [column: string, values: number])[]
  /** What columns were taken for, of inputs with other names or units than the description's. */
  readonly taken: readonly string[]
  /** What each input says of its release. */
  readonly releases: readonly InputRelease[]
  readonly columns: readonly string[]
  /** Columns with values that a float32 would change. */
  readonly wide: readonly string[]
}

export interface ReadProgress {
  readonly rows: number
  /** Inputs that are read, the last in part. */
  readonly inputs: number
}

/** Rows of a run, some 80 MB. */
const RUN_ROWS = 1_048_576

/** Order of the original's pixel files: nside 32. */
export const PIXEL_FILE_ORDER = 5

/**
 * Reads inputs and spills their rows as sorted runs below `runs/`. Throws InputError if an input is damaged or
 * unfit.
 */
export async function readInputs(
  job: ReadJob,
  setup: ReadSetup,
  inputOf: (name: string) => BuildInput,
  folder: BuildFolder,
  codecs: PageCodecs,
  onProgress: (progress: ReadProgress) => void,
): Promise<ReadFacts> {
  const keptOut: KeptOut = new Map()
  const placeholders: KeptOut = new Map()
  const taken = new Set<string>()
  const releases: InputRelease[] = []
  const runs: StarRun[] = []
  const pixels: number[] = []
  const columns = new Set<string>()
  const wide = new Set<string>()
  let rows = 0
  let pieces: StarChunk[] = []
  let gathered = 0
  let isLoose = false
  const flush = async (): Promise<void> => {
    if (gathered > 0) runs.push(await writeRun(folder, `runs/${job.id}-${runs.length}`, pieces, isLoose))
    pieces = []
    gathered = 0
  }
  for (const [done, name] of job.inputs.entries()) {
    const input = inputOf(name)
    const pixel = pixelOfFileName(name)
    // A run is of one kind, so that the coverage can tell them apart.
    if (isLoose !== (pixel === undefined)) await flush()
    isLoose = pixel === undefined
    const place = { inside: 0, all: 0 }
    const idCells = setup.description.identity?.idsHoldCells === true ? new IdCells() : undefined
    const notes: ReadingNotes = { keptOut, placeholders, taken, witness: new ReleaseWitness(setup.marks), done: 0 }
    const before = rows
    for await (const piece of readStars(input, setup, codecs, notes)) {
      for (const [column, values] of piece.values) {
        columns.add(column)
        if (
          values instanceof Float64Array &&
          column !== 'raDeg' &&
          column !== 'decDeg' &&
          !wide.has(column) &&
          !values.every(isFloat32Text)
        )
          wide.add(column)
      }
      idCells?.add(piece.sourceId, piece.key, piece.values.get('raDeg')!, piece.values.get('decDeg')!)
      if (pixel !== undefined) countInside(piece.key, Number(ring2nested(PIXEL_FILE_ORDER, pixel)), place)
      if (piece.rowCount > 0) pieces.push(piece)
      gathered += piece.rowCount
      rows += piece.rowCount
      if (gathered >= RUN_ROWS) await flush()
      onProgress({ rows, inputs: done + (input.fraction?.() ?? notes.done) })
    }
    const { evidence, hint } = notes.witness
    releases.push({ file: name, rows: rows - before, told: evidence, ...(hint !== undefined && { hint }) })
    idCells?.judge(name)
    if (pixel !== undefined) {
      refuseWrongPixel(place, pixel, name)
      pixels.push(pixel)
    }
    onProgress({ rows, inputs: done + 1 })
  }
  await flush()
  return {
    runs,
    rows,
    pixels,
    keptOut: [...keptOut],
    placeholders: [...placeholders],
    taken: [...taken],
    releases,
    columns: [...columns],
    wide: [...wide],
  }
}

/** Whether a float32 can hold the value without loss: it is one, or it is the shortest decimal of one. */
function isFloat32Text(value: number): boolean {
  const rounded = Math.fround(value)
  return rounded === value || Number.isNaN(value) || float32AsDecimal(rounded) === value
}

function countInside(key: BigInt64Array, cell: number, place: { inside: number; all: number }): void {
  const words = new Uint32Array(key.buffer, key.byteOffset, 2 * key.length)
  const shift = 2 * (29 - PIXEL_FILE_ORDER)
  for (let i = 0; i < key.length; i++) if (keyCell(words[2 * i + 1]!, words[2 * i]!, shift) === cell) place.inside++
  place.all += key.length
}

/** Rows are stored by their position, so a few strays do no harm; a file full of them is not what its name says. */
function refuseWrongPixel({ inside, all }: { inside: number; all: number }, pixel: number, file: string): void {
  const outside = all - inside
  if (all < 10 || outside <= all / 2) return
  const place = { file, found: `${outside} of ${all} stars`, expected: `RING pixel ${pixel} of nside 32` }
  throw new InputError('wrong-pixel', "most stars lie outside the pixel of the file's name", place)
}
