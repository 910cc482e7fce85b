import { basename, dirname, join } from 'node:path'
import type { BandRelation } from '../../catalog/description.js'
import { descriptionWith } from '../../catalog/description-json.js'
import { CommandError, type ExitCode } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles, refuseStanding } from '../../node/disk/own-files.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { pageAssets } from '../../node/report/page-assets.js'
import type { PairedCatalogs } from '../../node/relation/paired-catalogs.js'
import { fitRelation, type RelationFit } from '../../relation-fit/fit-relation.js'
import { FURTHER_TERMS, templateOf, type FormOptions, type FurtherTerm } from '../../relation-fit/template.js'
import { fitText, relationText } from '../../relation-fit/text.js'
import { introOf, relationPage } from '../../report/relation-page.js'
import type { Values } from '../options/option.js'
import { lineOf, type Io } from '../terminal/io.js'
import type { FIT_OPTIONS } from './options.js'
import { rangeOf, readCatalogs, wordsOf } from './read.js'

type FitCommand = Values<typeof FIT_OPTIONS>

/** `relation fit`: relations from two catalogues; a description with them, and a page. */
export async function relationFit(command: FitCommand, io: Io): Promise<ExitCode> {
  const { system, degree, to, force, report, outdir, json, quiet } = command
  const form = formOf(command)
  if (report) await refuseUnwritable(outdir)
  if (to !== undefined) await refuseStanding(to, force)
  const catalogs = await readCatalogs(command, io)
  const { paired, reference, truth, truths } = catalogs
  const page = `relation_${reference.name}_${truth.name}.html`
  if (report) await refuseForeignFiles(outdir, [page])
  const fits = truths.map((one) =>
    fitRelation(paired, one, templateOf(reference, system, one.band, form), {
      ...(degree === undefined ? {} : { degree }),
      source: (relation, stars) => sourceOf(catalogs, relation, stars),
    }),
  )
  if (to !== undefined) {
    const relations = Object.fromEntries(fits.map(({ band, relation }) => [band, relation]))
    const text = descriptionWith(reference, system, relations, truth.level)
    await writeFilesWhole(dirname(to), [{ name: basename(to), bytes: new TextEncoder().encode(text) }])
  }
  if (report) await writeFilesWhole(outdir, [{ name: page, bytes: pageBytes(catalogs, fits) }])
  if (json) io.out(`${JSON.stringify(fitsJson(catalogs, fits), null, 2)}\n`)
  else if (!quiet) {
    for (const fit of fits) io.out(fitText(fit))
    if (to !== undefined) io.out(lineOf(to))
    if (report) io.out(lineOf(join(outdir, page)))
  }
  return 0
}

function formOf({ base, colour, terms, ...command }: FitCommand): FormOptions {
  const colourRange = rangeOf(command.colourRange, '--colour-range')
  const magRange = rangeOf(command.magRange, '--mag-range')
  const asked = terms === undefined ? undefined : wordsOf(terms)
  const unknown = asked?.find((term) => !(FURTHER_TERMS as readonly string[]).includes(term))
  if (unknown !== undefined || asked?.length === 0)
    throw new CommandError('bad-option', 'unknown term of a relation', {
      option: '--terms',
      found: unknown ?? terms!,
      expected: FURTHER_TERMS.join(', '),
    })
  const isContrary =
    asked !== undefined &&
    ((asked.includes('none') && asked.length > 1) || (asked.includes('faint-bp') && asked.includes('faint-rp')))
  if (isContrary)
    throw new CommandError('bad-option', 'these terms exclude one another', { option: '--terms', found: terms! })
  return {
    ...(base === undefined ? {} : { base }),
    ...(colour === undefined ? {} : { colour }),
    ...(colourRange && { colourRange }),
    ...(magRange && { magRange }),
    ...(asked && { terms: asked as FurtherTerm[] }),
  }
}

function sourceOf({ paired, truth }: PairedCatalogs, relation: BandRelation, stars: number): string {
  const { fields } = paired.sky
  const shown = fields.slice(0, 4).map(({ name }) => name)
  const where = fields.length === 1 ? 'in one field' : `in ${fields.length} fields`
  const names = `${shown.join(', ')}${fields.length > shown.length ? ', ...' : ''}`
  const [low, high] = relation.colourRange
  const [bright, faint] = relation.magRange
  return (
    `fitted by bliss-calib relation fit with the weights of a zeropoint's fit to ${stars} stars with ` +
    `magnitudes of ${truth.title} ${where} (${names}), ` +
    `${bright} < ${relation.base} < ${faint}, ${low} < ${relation.colour} < ${high}` +
    (truth.level === undefined ? '' : `; the level is relative to ${truth.level.relativeTo}`)
  )
}

function pageBytes({ reference, truth }: PairedCatalogs, fits: readonly RelationFit[]): Uint8Array {
  const text = relationPage(
    {
      title: `${reference.name}: relations fitted to ${truth.name}`,
      intro: introOf(reference, truth),
    },
    fits.map((fit) => ({
      ...{ band: fit.band, relation: fit.relation, sample: fit.sample, judgement: fit.own },
      formula: `${fit.band} = ${relationText(fit.relation)}`,
      lines: [
        `Degree ${fit.degree}${fit.scores.length === 0 ? ', as given' : ' by cross-validation over sky cells'}; ` +
          `systematic error stated ${(1000 * fit.relation.systematicErrMag).toFixed(0)} mmag.`,
      ],
      reasons: [],
      tables: [
        {
          title: 'Fitted to the others',
          offsets: fit.leftOut.map(({ name, judgement: { level } }) => ({ ...level, of: name })),
        },
      ],
    })),
    pageAssets(),
  )
  return new TextEncoder().encode(text)
}

function fitsJson({ reference, truth, paired }: PairedCatalogs, fits: readonly RelationFit[]) {
  return {
    reference: reference.name,
    truth: truth.name,
    fields: paired.sky.fields.map(({ name }) => name),
    fits: fits.map(({ band, relation: { bands: _, ...relation }, degree, scores, errors, own, leftOut, cells }) => ({
      ...{ band, relation, degree, scores, errors, cells },
      own,
      leftOut: leftOut.map(({ name, judgement }) => ({ name, ...judgement })),
    })),
  }
}
