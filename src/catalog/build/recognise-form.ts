import { CommandError, InputError } from '../../errors.js'
import type { CatalogDescription } from '../description.js'
import type { RawForm } from '../raw-form.js'
import { isPlannable } from '../rows/column-plan.js'
import { fitOfForm, type FormFit } from '../rows/form-plan.js'
import { pixelOfFileName, type BuildInput } from './build-input.js'
import { headOf, type InputHead } from './input-head.js'
import { refuseLookalike } from './lookalikes.js'

/** What a build takes its input for. */
export interface RecognisedForm {
  readonly description: CatalogDescription
  /** Absent for the store's own names. */
  readonly form?: RawForm
}

interface Candidate {
  readonly description: CatalogDescription
  readonly form: RawForm
  readonly fit: FormFit
}

/** Columns of a flat list, whose names need not be known. */
const FLAT_COLUMNS = 4

/** As many columns that a form has must be there for it to be named as near. */
const NEAR = 2

/**
 * Tells which catalogue an input is of by its columns, or takes it for the one that is named; undefined for releases of
 * Gaia, whose rows tell them. Nothing is guessed: what fits two is refused with both names, and what fits none with the
 * nearest and the columns that they lack.
 *
 * @param kind name of a description, of `--kind`
 * @throws InputError if no form fits, or several; CommandError for a kind that is not described
 */
export async function recogniseForm(
  inputs: readonly BuildInput[],
  descriptions: readonly CatalogDescription[],
  kind: string | undefined,
): Promise<RecognisedForm | undefined> {
  const asked = kind === undefined ? undefined : descriptions.find(({ name }) => name === kind)
  if (kind !== undefined && asked === undefined) {
    const expected = `${descriptions.map(({ name }) => name).join(', ')}, or a file of a description`
    throw new CommandError('unknown-kind', 'no catalogue of this name is described', {
      option: '--kind',
      found: kind,
      expected,
    })
  }
  const input = inputs.find(({ name }) => pixelOfFileName(name) === undefined)
  const told = input?.release?.find(({ release }) => isOtherSurvey(descriptions.find(({ name }) => name === release)))
  const ofStore = descriptions.find(({ name }) => name === told?.release)
  if (ofStore !== undefined && (asked === undefined || asked === ofStore)) return { description: ofStore }
  const head = input === undefined ? undefined : await headOf(input)
  if (input === undefined || head === undefined) return asked && { description: asked }
  refuseLookalike(head.names, input.name)
  return asked === undefined ? recognised(head, input.name, descriptions) : ofKind(head, input.name, asked)
}

/** Whether a catalogue is none of the releases of one survey that their rows tell apart. */
const isOtherSurvey = (description: CatalogDescription | undefined): boolean =>
  description !== undefined && description.identity === undefined

const candidatesOf = (head: InputHead, descriptions: readonly CatalogDescription[]): Candidate[] =>
  descriptions.flatMap((description) =>
    (description.forms ?? [])
      .filter(({ layout }) => head.isNameless === (layout !== undefined))
      .map((form) => ({ description, form, fit: fitOf(head, form) })),
  )

/** Names of a file without a line of names are those of the layout, if it has as many columns. */
function fitOf(head: InputHead, form: RawForm): FormFit {
  const names = form.layout === undefined ? head.names : form.layout.length === head.names.length ? form.layout : []
  return fitOfForm(names, form)
}

const isFit = ({ fit }: Candidate): boolean => fit.missing.length === 0 && fit.tooMuch.length === 0

function recognised(
  head: InputHead,
  file: string,
  descriptions: readonly CatalogDescription[],
): RecognisedForm | undefined {
  const candidates = candidatesOf(head, descriptions)
  const fitting = candidates.filter(isFit)
  const ofGaia = descriptions.find((one) => !isOtherSurvey(one) && isPlannable(head.names, one))
  const names = [...new Set([...fitting.map(({ description }) => description.name), ...(ofGaia ? [ofGaia.name] : [])])]
  if (names.length > 1) {
    throw new InputError('ambiguous-kind', 'the columns fit more than one catalogue: name it with --kind', {
      file,
      found: names.join(' and '),
      expected: `--kind ${names.join(' or --kind ')}`,
    })
  }
  const [only] = fitting
  if (only !== undefined) return only
  const near = candidates
    .filter(({ fit, form }) => fit.found >= NEAR && 2 * fit.found >= form.marks.length)
    .sort((a, b) => a.fit.missing.length + a.fit.tooMuch.length - b.fit.missing.length - b.fit.tooMuch.length)
  // A list of four columns is id, position and G by its layout.
  if (ofGaia !== undefined || near.length === 0 || head.names.length === FLAT_COLUMNS) return undefined
  const wayOut = 'name the catalogue by --kind, or describe it in a file for --kind (docs/catalog-add.md)'
  throw new InputError('unknown-kind', `the columns are of no catalogue that is described: ${wayOut}`, {
    file,
    found: textOf(head.names),
    expected: near.slice(0, 3).map(nearText).join('; '),
  })
}

function ofKind(head: InputHead, file: string, asked: CatalogDescription): RecognisedForm {
  const candidates = candidatesOf(head, [asked])
  // Who names the kind may take it for one that has other columns too.
  const fitting = candidates.find(({ fit }) => fit.missing.length === 0)
  if (fitting !== undefined) return fitting
  // What a release of Gaia lacks is said by name when it is read.
  if (isPlannable(head.names, asked) || !isOtherSurvey(asked)) return { description: asked }
  const found = head.isNameless ? `${head.names.length} columns without names` : textOf(head.names)
  const forms =
    candidates.length > 0
      ? candidates
      : [...(asked.forms ?? [])].map((form) => ({ description: asked, form, fit: fitOf(head, form) }))
  throw new InputError('unfit-kind', `the file has no form in which ${asked.name} is known`, {
    file,
    found,
    expected: forms.map(nearText).join('; '),
  })
}

function nearText({ description, form, fit }: Candidate): string {
  const lacks = fit.missing.length > 0 ? `lacks ${fit.missing.join(', ')}` : ''
  const over = fit.tooMuch.length > 0 ? `has ${fit.tooMuch.join(', ')} too much` : ''
  const columns = form.layout === undefined ? '' : `${form.layout.length} columns without names`
  return `${description.name}, ${form.title} (${[columns, lacks, over].filter((text) => text !== '').join(', ')})`
}

const textOf = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 12).join(',')},... (${names.length} columns)` : names.join(',')
