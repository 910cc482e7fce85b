import { join } from 'node:path'
import type { BandRelation, CatalogDescription } from '../../catalog/description.js'
import { CommandError, DataError, type ExitCode } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { descriptionOfFile } from '../../node/store/catalog-files.js'
import { checkRelation } from '../../relation-fit/check-relation.js'
import { relationsTo } from '../../relation-fit/template.js'
import { checkText, relationText } from '../../relation-fit/text.js'
import { introOf, relationPage } from '../../report/relation-page.js'
import type { Values } from '../options/option.js'
import { lineOf, type Io } from '../terminal/io.js'
import type { CHECK_OPTIONS } from './options.js'
import { readCatalogs } from './read.js'

/** `relation check`: relations of a description beside true magnitudes. Exit code 4 if one does not hold. */
export async function relationCheck(command: Values<typeof CHECK_OPTIONS>, io: Io): Promise<ExitCode> {
  const { system, band, description: file, report, outdir, json, quiet } = command
  if (report) await refuseUnwritable(outdir)
  const own = file === undefined ? undefined : await descriptionOfFile(file)
  const { paired, reference, truth, truths } = await readCatalogs(command, io)
  const description = own ?? reference
  if (description.release !== reference.release)
    throw new CommandError('other-release', 'the description is of another release than the catalogue', {
      file: file!,
      found: description.release,
      expected: reference.release,
    })
  const relations = relationsTo(description, system) as Readonly<Record<string, BandRelation | undefined>>
  const asked = truths.filter((one) => band !== undefined || relations[one.band] !== undefined)
  if (asked.length === 0) throw noRelation(description, truths.map((one) => one.band).join(', '), system)
  const page = `relation_check_${reference.name}_${truth.name}.html`
  if (report) await refuseForeignFiles(outdir, [page])
  const checks = asked.map((one) => {
    const relation = relations[one.band]
    if (relation === undefined) throw noRelation(description, one.band, system)
    return checkRelation({ ...paired, description }, one, relation)
  })
  if (report) {
    const text = relationPage(
      {
        title: `${reference.name}: relations checked by ${truth.name}`,
        intro: introOf(reference, truth),
      },
      checks.map((check) => ({
        ...check,
        formula: `${check.band} = ${relationText(check.relation)}`,
        lines: [
          `Both levels state ${(1000 * check.statedErrMag).toFixed(1)} mmag.` +
            (check.best === null
              ? ''
              : ` The best polynomial of these stars (degree ${check.best.degree}) leaves ` +
                `${(1000 * check.best.scatterMag).toFixed(1)} mmag.`),
        ],
        tables: [],
      })),
      pageAssets(),
    )
    await writeFilesWhole(outdir, [{ name: page, bytes: new TextEncoder().encode(text) }])
  }
  if (json) {
    const results = checks.map(({ relation: { bands: _, ...relation }, sample: _sample, ...check }) => ({
      ...{ ...check, relation },
      holds: check.reasons.length === 0,
    }))
    io.out(`${JSON.stringify({ reference: reference.name, truth: truth.name, checks: results }, null, 2)}\n`)
  } else if (!quiet) {
    for (const check of checks) io.out(checkText(check))
    if (report) io.out(lineOf(join(outdir, page)))
  }
  return checks.every(({ reasons }) => reasons.length === 0) ? 0 : 4
}

function noRelation(description: CatalogDescription, bands: string, system: string): DataError {
  const known = Object.keys(description.relations).join(', ')
  return new DataError('no-relation', `${description.name} has no relation to judge`, {
    found: known === '' ? `none to ${system}` : `des-ab: ${known}`,
    expected: `one to ${system} of band ${bands}`,
  })
}
