import { join } from 'node:path'
import { InputError } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { readTemplates, templateCatalogue, WHOLE_TEMPLATE } from '../../node/se/templates.js'
import { makeStarLists } from '../star-lists/run.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { SeOptions } from './options.js'

/**
 * What `-S` is for: templates that are not whole are named, and with `-V` or `-T` the star lists are made from those
 * that are calibrated.
 *
 * @throws InputError if star lists are asked for and there is no list of templates, or none of them is calibrated
 */
export async function templateStages(
  { season, expnum, reqnum, attnum, vetoList, starList, quiet }: SeOptions & { readonly season: string },
  directory: string,
  io: Io,
  note: (text: string) => void,
): Promise<ExitCode> {
  const path = join(directory, season, 'input_files', `copy_pairs_for_${expnum}.sh`)
  const templates = await readTemplates(path, expnum)
  const asksForLists = vetoList !== undefined || starList !== undefined
  if (templates === undefined) {
    const sentence = 'the list of the templates does not exist'
    if (asksForLists) throw new InputError('missing-file', sentence, { file: path })
    note(`${path}: ${sentence}`)
    return 0
  }
  for (const { expnum: of, files } of templates)
    if (files < WHOLE_TEMPLATE) note(`template ${of}: ${files} files, fewer than ${WHOLE_TEMPLATE}`)
  if (!asksForLists) return 0
  const catalogues: string[] = []
  for (const template of templates) {
    const catalogue = await templateCatalogue(template)
    if (catalogue === undefined) note(`template ${template.expnum}: it is not calibrated, its stars are left out`)
    else catalogues.push(catalogue)
  }
  if (catalogues.length === 0) {
    const found = templates.length === 0 ? 'no template' : `templates ${templates.map((of) => of.expnum).join(', ')}`
    const sentence = 'no template is calibrated: there are no stars for the lists'
    throw new InputError('missing-file', sentence, { file: path, found, expected: 'D{expnum}_r{R}p{A}_ZP.csv of each' })
  }
  const job = { expnum, reqnum, attnum, templates: catalogues, workdir: directory }
  const { files, stars } = await makeStarLists(job, io)
  const wanted = files.flatMap(({ name, bytes }) => {
    const as = name.startsWith('SNVETO') ? vetoList : starList
    return as === undefined ? [] : [{ name: as, bytes }]
  })
  await writeFilesWhole(directory, wanted)
  if (!quiet) io.out(`${wanted.map(({ name }) => name).join(' and ')}: ${stars} stars\n`)
  return 0
}
