import { readdir } from 'node:fs/promises'
import { isFilesName } from '../../exposure/exposure-name.js'
import { stemOfFile } from '../../exposure/given/given-rows.js'
import type { OpenedJob } from '../../node/exposure/exposure-job.js'
import { FLUX_CATALOGUE_FORMS } from '../../products/flux-catalogue-form.js'
import { fluxCatalogueName, methodsNames, reportName, targetsName } from '../../products/names.js'
import type { CommonOptions } from './options.js'

/**
 * A sentence that names what an earlier run of the same files has left beside the products and this run was not asked
 * for, or could not write: it holds another zeropoint, if that has changed. Empty after a list, whose names are not the
 * files' own.
 *
 * @param unwritten names of headers that this run was asked for and has not written
 */
export async function olderProducts(
  { report, methods, cal, header, outdir }: CommonOptions,
  { list: { name }, rows, several, job }: OpenedJob,
  unwritten: readonly string[] = [],
): Promise<string> {
  if (!isFilesName(name)) return ''
  const alone = several ? undefined : rows[0]!.ccd
  const stems = rows.map(({ given }) => stemOfFile(given?.image?.path ?? given?.path ?? ''))
  const unasked = new Set([
    ...(report ? [] : [reportName(name, alone)]),
    ...(methods ? [] : Object.values(methodsNames(name, alone))),
    ...(job.search ? [] : [targetsName(name, alone)]),
    ...rows.flatMap(({ ccd }) =>
      FLUX_CATALOGUE_FORMS.filter((form) => form !== cal).map((form) => fluxCatalogueName(name, ccd, form)),
    ),
    ...stems.flatMap((stem) => [
      ...(header === 'head' ? [] : [`${stem}.head`]),
      ...(header === 'image' ? [] : ['fits', 'fits.gz', 'fits.fz'].map((form) => `${stem}_magzero.${form}`)),
    ]),
  ])
  const there = (await readdir(outdir)).sort()
  const lines = [
    [there.filter((entry) => unasked.has(entry)), 'not of this run, which was not asked for them'],
    [there.filter((entry) => unwritten.includes(entry)), 'of an earlier run; this one could not write it'],
  ] as const
  return lines.map(([older, words]) => (older.length === 0 ? '' : `${older.join(', ')}: ${words}\n`)).join('')
}
