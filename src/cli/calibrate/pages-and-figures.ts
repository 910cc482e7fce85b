import { join } from 'node:path'
import type { DrawFiles, OpenedJob } from '../../node/exposure/exposure-job.js'
import { isFilesName } from '../../exposure/exposure-name.js'
import { reportName, targetsName } from '../../products/names.js'
import { packageVersion } from '../../node/package.js'
import { parseResultDocument } from '../../products/result-document.js'
import { targetRows, targetTable } from '../../report/target-table.js'
import type { CommonOptions } from './options.js'

const tableOfTargets = (json: string): string =>
  targetTable(targetRows(parseResultDocument(json, 'the result')), packageVersion())

/**
 * What `--plots`, `--report` and `--target` add to the products of a run, in the same commit. A failure here takes
 * nothing from them.
 */
export function pagesAndFigures(
  { plots, report, workdir, outdir, catalog, suspectsFile, cameraFile }: CommonOptions,
  opened: OpenedJob,
): { readonly draw?: DrawFiles; /** What is said of them, once they are written. */ lines(): string[] } {
  const { search } = opened.job
  if (!plots && !report && search === undefined) return { lines: () => [] }
  const alone = opened.several ? undefined : opened.rows[0]!.ccd
  const page = reportName(opened.list.name, alone)
  const table = targetsName(opened.list.name, alone)
  const typed = {
    workdir,
    outdir,
    ...(catalog === undefined ? {} : { catalog }),
    ...(suspectsFile === undefined ? {} : { suspects: suspectsFile }),
    ...(cameraFile === undefined ? {} : { camera: cameraFile }),
    ...(isFilesName(opened.list.name) ? { files: [...new Set(opened.rows.map(({ given }) => given!.path))] } : {}),
  }
  let written: readonly string[] | undefined
  const draw: DrawFiles = {
    stale: [...(report ? [page] : []), ...(search ? [table] : [])],
    async draw(exposure) {
      const figures = [
        ...(plots ? await (await import('../../node/report/write-plots.js')).drawPlots(opened, exposure) : []),
        ...(search ? [{ name: table, bytes: new TextEncoder().encode(tableOfTargets(exposure.json)) }] : []),
      ]
      if (!report) return figures
      const { drawRunReport } = await import('../../node/report/write-report.js')
      return [...figures, await drawRunReport(outdir, page, exposure, typed)]
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
        ...(report ? [`report  ${join(outdir, page)}\n`] : []),
      ]
    },
  }
}
