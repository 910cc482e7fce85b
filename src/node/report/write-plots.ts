import { isSound, type CatalogueListRow } from '../../exposure/catalogue-list.js'
import { placeOfRow } from '../../exposure/exposure-name.js'
import { ccdFootprint } from '../../exposure/footprint.js'
import type { NamedBytes } from '../../formats/bytes.js'
import { gather, indicesWhere } from '../../math/select.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'
import { propagateTo } from '../../photometry/match/propagate.js'
import { selectStars } from '../../photometry/select/selection.js'
import { standaloneSvg } from '../../report/figures/figure.js'
import { baseName } from '../../products/file-name.js'
import { originalPlots, originalStarPlot, type NamedFigure } from '../../report/original-plots.js'
import type { DrawnExposure, OpenedJob } from '../exposure/exposure-job.js'
import { pngOf } from './png.js'
import { catalogueFile, readCcd } from '../input/read-exposure.js'

/**
 * The original's figures of a run, each as `.png` and `.svg`: the star figure of every CCD, and after a run of several
 * the exposure's six. Reads each CCD's detections and stars once more: figures cost that extra second.
 */
export async function drawPlots({ job, list, rows }: OpenedJob, run: DrawnExposure): Promise<NamedBytes[]> {
  const byCcd = new Map(run.ccds.map((result) => [result.ccd, result]))
  const plotted = rows.flatMap((row) =>
    byCcd.has(row.ccd) ? [{ row, result: byCcd.get(row.ccd)!, corners: row.corners }] : [],
  )
  const stems = new Set<string>()
  const files: NamedBytes[] = []
  const draw = async (figures: readonly NamedFigure[]) => {
    for (const { stem, figure } of figures) {
      stems.add(stem)
      files.push(
        { name: `${stem}.png`, bytes: await pngOf(figure) },
        { name: `${stem}.svg`, bytes: new TextEncoder().encode(standaloneSvg(figure)) },
      )
    }
  }
  const pointing = meanDirection(list.rows.filter(isSound).map(({ centre }) => centre))
  if (run.solution) await draw(originalPlots(list.name, plotted[0]!.row.band, plotted, run.solution, pointing))
  for (const { row, result } of plotted) {
    const fileName = await catalogueFile(job.workdir, row)
    if (fileName === undefined) continue
    const { file } = placeOfRow(list.name, row)
    const { input } = await readCcd(job.workdir, fileName, row, file, {
      magsType: job.magsType,
      ...(job.camera ? { camera: job.camera.description } : {}),
    })
    const { sources, saturation } = input
    const selected = indicesWhere(
      sources.raDeg.length,
      (
        (chosen) => (i) =>
          chosen[i] === 1
      )(selectStars(sources, saturation).selected),
    )
    const stars = propagateTo(result.epochYr, await run.catalog.read(ccdFootprint(row.corners, 0)))
    const stem = freeStem(row, stems)
    await draw([
      originalStarPlot(stem, row.fileName, row.corners, row.centre, stars, {
        raDeg: gather(sources.raDeg, selected),
        decDeg: gather(sources.decDeg, selected),
      }),
    ])
  }
  return files
}

/**
 * The figure's name: that of the SExtractor catalogue without its directory, and with the CCD if another figure has it.
 */
function freeStem({ fileName, ccd }: CatalogueListRow, taken: ReadonlySet<string>): string {
  const stem = baseName(fileName)
  return taken.has(stem) ? `${stem}_${String(ccd).padStart(2, '0')}` : stem
}
