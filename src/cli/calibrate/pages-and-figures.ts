import { join } from 'node:path'
import type { DrawFiles, DrawnExposure, OpenedJob } from '../../node/exposure/exposure-job.js'
import { isFilesName } from '../../exposure/exposure-name.js'
import { figureNames, methodsNames, reportName, targetsName } from '../../products/names.js'
import { packageVersion } from '../../node/package.js'
import { parseResultDocument } from '../../products/result-document.js'
import { methodsBibtex, methodsOf, methodsText } from '../../report/methods/methods.js'
import { targetRows, targetTable } from '../../report/target-table.js'
import type { ProgramControl } from '../../node/processes/run-program.js'
import type { CcdPictures } from '../../report/pictures/ccd-pictures.js'
import type { CommonOptions } from './options.js'

const tableOfTargets = (json: string): string =>
  targetTable(targetRows(parseResultDocument(json, 'the result')), packageVersion())

function methodsFiles({ json, ccds }: DrawnExposure, names: { readonly text: string; readonly bibtex: string }) {
  const stars = new Map(ccds.map(({ ccd, matches }) => [ccd, matches]))
  const methods = methodsOf(parseResultDocument(json, 'the result'), stars)
  const encoded = (text: string) => new TextEncoder().encode(text)
  return [
    { name: names.text, bytes: encoded(methodsText(methods)) },
    { name: names.bibtex, bytes: encoded(methodsBibtex(methods)) },
  ]
}

/**
 * What `--plots`, `--report`, `--methods` and `--target` add to the products of a run, in the same commit: all of
 * them, or none.
 */
export function pagesAndFigures(
  { plots, report, methods, workdir, outdir, catalog, referencePriority, suspectsFile, cameraFile }: CommonOptions,
  opened: OpenedJob,
  control: ProgramControl,
): { readonly draw?: DrawFiles; /** What is said of them, once they are written. */ lines(): string[] } {
  const { search } = opened.job
  if (!plots && !report && !methods && search === undefined) return { lines: () => [] }
  const alone = opened.several ? undefined : opened.rows[0]!.ccd
  const page = reportName(opened.list.name, alone)
  const table = targetsName(opened.list.name, alone)
  const papers = methodsNames(opened.list.name, alone)
  const typed = {
    workdir,
    outdir,
    ...(catalog === undefined ? {} : { catalog, referencePriority }),
    ...(suspectsFile === undefined ? {} : { suspects: suspectsFile }),
    ...(cameraFile === undefined ? {} : { camera: cameraFile }),
    ...(isFilesName(opened.list.name) ? { files: [...new Set(opened.rows.map(({ given }) => given!.path))] } : {}),
  }
  let written: readonly string[] | undefined
  const draw: DrawFiles = {
    names: [
      ...(plots ? figureNames(opened.list.name, opened.rows, opened.several) : []),
      ...(report ? [page] : []),
      ...(search ? [table] : []),
      ...(methods ? Object.values(papers) : []),
    ],
    async draw(exposure) {
      const figures = [
        ...(plots ? await (await import('../../node/report/write-plots.js')).drawPlots(opened, exposure) : []),
        ...(search ? [{ name: table, bytes: new TextEncoder().encode(tableOfTargets(exposure.json)) }] : []),
        ...(methods ? methodsFiles(exposure, papers) : []),
      ]
      if (!report) return figures
      const { drawRunReport } = await import('../../node/report/write-report.js')
      return [
        ...figures,
        await drawRunReport(outdir, page, exposure, typed, await picturesOf(opened, exposure, control)),
      ]
    },
    onCommitted(names) {
      written = names
    },
  }
  return {
    draw,
    lines() {
      if (written === undefined) return []
      const [first, ...more] = written.filter((name) => name.endsWith('.png')).map((name) => join(outdir, name))
      const others = more.length > 0 ? ` and ${more.length} more` : ''
      return [
        ...(first === undefined ? [] : [`plots  ${first}${others}, each also as .svg\n`]),
        ...(search ? [`targets  ${join(outdir, table)}\n`] : []),
        ...(methods ? [`methods  ${join(outdir, papers.text)}\n`] : []),
        ...(report ? [`report  ${join(outdir, page)}\n`] : []),
      ]
    },
  }
}

/** Pictures of the images that were given, if any was. */
async function picturesOf(
  { rows, job }: OpenedJob,
  { ccds }: DrawnExposure,
  control: ProgramControl,
): Promise<readonly CcdPictures[]> {
  const matches = new Map(ccds.map((result) => [result.ccd, result.matches]))
  const pictured = rows.flatMap((row) =>
    row.given?.image && matches.has(row.ccd)
      ? [{ row: { ...row, given: row.given }, matches: matches.get(row.ccd)! }]
      : [],
  )
  if (pictured.length === 0) return []
  const { ccdPicturesOf } = await import('../../node/report/ccd-pictures.js')
  return ccdPicturesOf(pictured, job.outdir, control)
}
