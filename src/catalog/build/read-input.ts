import {
  columnsTaken,
  hasVizierNames,
  isPlannable,
  planColumns,
  plannedNames,
  type ColumnPlan,
  type ColumnChoice,
} from '../rows/column-plan.js'
import type { CatalogDescription } from '../description.js'
import type { ReleaseMarks, ReleaseWitness } from '../release-evidence.js'
import type { RawForm } from '../raw-form.js'
import type { Precision } from '../store-columns.js'
import { InputError } from '../../errors.js'
import { readNumericCsv, type CsvField } from '../../formats/csv.js'
import { readFitsHeaders } from '../../formats/fits/hdus.js'
import { fitsColumns, readFitsTable } from '../../formats/fits/table.js'
import { readVotable } from '../../formats/votable/read.js'
import { openParquet, readRowGroup, type PageCodecs } from '../../formats/parquet/index.js'
import { findColumn, type Table } from '../../table/columns.js'
import { kindOfContent, pixelOfFileName, type BuildInput } from './build-input.js'
import { distinctName, planFourColumns } from '../rows/four-columns.js'

import { presentNames, readablePlan } from '../read/readable-plan.js'
import { tableOfForm, type PositionList } from '../rows/form-stars.js'
import { fitOfForm, formTaken, planForm } from '../rows/form-plan.js'
import { starsOfTable, type KeptOut, type StarChunk } from '../rows/star-chunk.js'

const ROWS_PER_PIECE = 262_144
/** Columns of the original's files; no name is looked at. */
const ORIGINAL_COLUMNS = 4

/** What reading an input adds to. */
export interface ReadingNotes {
  readonly keptOut: KeptOut
  /** Placeholders that were taken as missing, by column. */
  readonly placeholders: KeptOut
  /** What its columns were taken for, if it has not the description's names and units; a line an input. */
  readonly taken: Set<string>
  /** What the input says of its release. */
  readonly witness: ReleaseWitness
  /** How much of the input is read, 0 to 1, if it is read by row groups or ranges of rows. */
  done: number
}

/**
 * Reads the stars of one input, in pieces. Throws InputError if it is damaged or lacks an id, a position or a
 * magnitude.
 */
export async function* readStars(
  input: BuildInput,
  setup: ReadSetup,
  codecs: PageCodecs,
  notes: ReadingNotes,
): AsyncGenerator<StarChunk> {
  for await (const { table, plan, done } of rawTables(input, setup, codecs, notes.witness)) {
    notes.done = done ?? 0
    if (plan.ofForm !== undefined) {
      const made = tableOfForm(table, plan.ofForm, input.name, notes, setup.positions)
      notes.taken.add(formTaken(plan.ofForm, setup.description))
      yield starsOfTable(made.table, made.plan, input.name, notes, setup.precision)
      continue
    }
    noteRelease(table, plan, notes.witness)
    yield starsOfTable(table, plan, input.name, notes, setup.precision)
    const taken = columnsTaken(plan, table, setup.description)
    if (taken.length > 0) notes.taken.add(taken.join(', '))
  }
}

interface RawPiece {
  readonly table: Table
  readonly plan: ColumnPlan
  readonly done?: number
}

async function* rawTables(
  input: BuildInput,
  setup: ReadSetup,
  codecs: PageCodecs,
  witness: ReleaseWitness,
): AsyncGenerator<RawPiece> {
  const pieces = input.chunks()[Symbol.asyncIterator]()
  const first = await pieces.next()
  const head = first.done === true ? new Uint8Array(0) : first.value
  const kind = kindOfContent(head, input.name)
  if (kind === 'csv' || kind === 'votable') {
    const content = resumed(head, pieces)
    yield* kind === 'csv'
      ? csvTables(input.name, content, setup, witness)
      : votableTables(input.name, content, setup, witness)
    return
  }
  await pieces.return?.()
  if (kind === 'fits') yield* fitsTables(input, setup, witness)
  else yield* parquetTables(input, setup, codecs, witness)
}

async function* csvTables(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  setup: ReadSetup,
  witness: ReleaseWitness,
): AsyncGenerator<RawPiece> {
  let plan: ColumnPlan | undefined
  const layout = setup.form?.layout
  const fields = (raw: readonly string[], comments: readonly string[]) => {
    if (layout === undefined && raw.every((text) => text !== '' && Number.isFinite(Number(text)))) {
      const place = { file: name, line: 1, found: raw.slice(0, 4).join(',') }
      throw new InputError(
        'no-header',
        'the first line holds numbers where the names of the columns should stand',
        place,
      )
    }
    const chosen = csvPlan(name, raw, setup)
    const header = raw.map((_, i) => distinctName(raw, i))
    plan = chosen
    if (setup.form !== undefined) return formFields(header, chosen)
    if (pixelOfFileName(name) !== undefined) witness.originalLayout()
    else witness.columns(raw, hasVizierNames(raw, setup.description))
    witness.comments(comments.join('\n'))
    return plannedNames(chosen).map((column) => ({
      name: column,
      index: header.indexOf(column),
      type: csvType(column, chosen),
    }))
  }
  const options = { name, fields, rowsPerTable: ROWS_PER_PIECE, ...(layout && { names: layout }) }
  for await (const table of readNumericCsv(chunks, options)) yield { table, plan: plan! }
}

const formFields = (header: readonly string[], plan: ColumnPlan): CsvField[] =>
  plannedNames(plan).map((column) => ({
    name: column,
    index: header.indexOf(column),
    type: column === plan.ofForm!.stars.get('sourceId') ? 'i64' : 'f64',
  }))

/** The plan of a file of the form that the build takes, or of the description's own names. */
function planNames(names: readonly string[], setup: ReadSetup, file: string): ColumnPlan {
  const { form, description, choice } = setup
  if (form === undefined) return planColumns(names, description, file, choice)
  const ofForm = planForm(names, form, description, file, choice)
  return {
    stars: ofForm.stars,
    errors: new Map(),
    refEpoch: undefined,
    designation: undefined,
    further: ofForm.further,
    ofForm,
  }
}

const canPlan = (names: readonly string[], { form, description }: ReadSetup): boolean =>
  form === undefined ? isPlannable(names, description) : fitOfForm(names, form).missing.length === 0

function csvType(column: string, plan: ColumnPlan): CsvField['type'] {
  if (column === plan.stars.get('sourceId')) return 'i64'
  if (column === plan.designation) return 'label'
  return column === plan.refEpoch ? 'text' : 'f64'
}

/** A pixel file of the original goes by position; so does any file of four columns, unless its names are all known. */
function csvPlan(name: string, header: readonly string[], setup: ReadSetup): ColumnPlan {
  if (setup.form !== undefined || setup.description.identity === undefined) return planNames(header, setup, name)
  const original = pixelOfFileName(name) !== undefined
  if (original && header.length !== ORIGINAL_COLUMNS) {
    const place = { file: name, line: 1, found: header.length, expected: 'id, RA, Dec, magnitude' }
    throw new InputError('unfit-csv', "a pixel file of the original's store has another number of columns", place)
  }
  const byName = header.length !== ORIGINAL_COLUMNS || (!original && isPlannable(header, setup.description))
  return byName ? planColumns(header, setup.description, name, setup.choice) : planFourColumns(header, name, original)
}

/** The table that has what is needed; with none, the message is about the one with the most columns. */
async function* votableTables(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  setup: ReadSetup,
  witness: ReleaseWitness,
): AsyncGenerator<RawPiece> {
  let plan: ColumnPlan | undefined
  let largest: readonly string[] = []
  const fields = (header: readonly string[], texts: readonly string[]) => {
    if (header.length > largest.length) largest = header
    if (!canPlan(header, setup)) return undefined
    const chosen = planNames(header, setup, name)
    plan = chosen
    if (setup.form !== undefined) return formFields(header, chosen)
    witness.columns(header, hasVizierNames(header, setup.description))
    witness.comments(texts.join('\n'))
    return plannedNames(chosen).map((column) => ({
      name: column,
      index: header.indexOf(column),
      type: csvType(column, chosen),
    }))
  }
  for await (const table of readVotable(chunks, {
    name,
    fields,
    rowsPerTable: ROWS_PER_PIECE,
    // Throws: the columns that are missing are named.
    onNone: () => (largest.length === 0 ? undefined : planNames(largest, setup, name)),
  }))
    yield { table, plan: plan! }
}

async function* fitsTables(input: BuildInput, setup: ReadSetup, witness: ReleaseWitness): AsyncGenerator<RawPiece> {
  const source = await input.source()
  const hdus = await readFitsHeaders(source)
  const tables = hdus.filter(({ kind }) => kind === 'binary table' || kind === 'ASCII table')
  if (tables.length === 0)
    throw new InputError('fits-no-table', 'the file holds no table', { file: input.name, found: `${hdus.length} HDUs` })
  // The first table that has what is needed; with none, the message is about the largest.
  const plans = tables.map((hdu) => ({ hdu, names: fitsColumns(hdu).map(({ name }) => name) }))
  const fitting =
    plans.find(({ names }) => canPlan(names, setup)) ??
    plans.reduce((a, b) => (b.names.length > a.names.length ? b : a))
  const plan = planNames(fitting.names, setup, input.name)
  if (setup.form === undefined) witness.columns(fitting.names, hasVizierNames(fitting.names, setup.description))
  witness.comments(fitting.hdu.header.text('EXTNAME') ?? '')
  const rowCount = fitting.hdu.header.requireInteger('NAXIS2', 0)
  for (let row = 0; row === 0 || row < rowCount; row += ROWS_PER_PIECE) {
    const rows = [row, Math.min(rowCount, row + ROWS_PER_PIECE)] as const
    const table = await readFitsTable(source, { hdus, hdu: fitting.hdu.index, columns: plannedNames(plan), rows })
    yield { table, plan, done: rows[1] / Math.max(1, rowCount) }
  }
}

async function* parquetTables(
  input: BuildInput,
  setup: ReadSetup,
  codecs: PageCodecs,
  witness: ReleaseWitness,
): AsyncGenerator<RawPiece> {
  const source = await input.source()
  const file = await openParquet(source)
  const present = presentNames(file)
  const plan = readablePlan(planNames(present, setup, input.name), file)
  if (setup.form === undefined) witness.columns(present, hasVizierNames(present, setup.description))
  const names = plannedNames(plan)
  const groups = file.metadata.row_groups.length
  for (let group = 0; group < groups; group++)
    yield { table: await readRowGroup(file, group, names, codecs), plan, done: (group + 1) / groups }
}

function noteRelease(table: Table, { refEpoch, designation }: ColumnPlan, witness: ReleaseWitness): void {
  const epochs = refEpoch === undefined ? undefined : findColumn(table, refEpoch)
  if (epochs !== undefined) witness.epochs(epochs)
  const designations = designation === undefined ? undefined : findColumn(table, designation)
  if (designations !== undefined) witness.designations(designations)
}

async function* resumed(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** How every input of a build is read. */
export interface ReadSetup {
  /** Tells what the columns are called. */
  readonly description: CatalogDescription
  /** Tells the releases apart. */
  readonly marks: readonly ReleaseMarks[]
  readonly choice: ColumnChoice
  readonly precision: Precision
  /** The form of the inputs; absent for the description's own names. */
  readonly form?: RawForm
  /** Positions of stars by their ids, if the inputs have none. */
  readonly positions?: PositionList
}
