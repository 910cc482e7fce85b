import { coarsenedTo } from '../../catalog/region/coarsen.js'
import { growCells } from '../../catalog/region/grow-cells.js'
import { chooseCopyColumns } from '../../catalog/region/query.js'
import { rangesAreaSqDeg, type CellRanges } from '../../healpix/index.js'
import { copyCatalogDirectory } from '../../node/store/copy-catalog.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { readExposureCells, readSkymapRegion } from '../../node/store/read-region.js'
import { FOOTPRINT_MARGIN_ARCSEC } from '../../exposure/footprint.js'
import { namedCatalog } from '../calibrate/choose-catalog.js'
import { lineOf, type ExitCode, type Io } from '../terminal/io.js'
import type { Values } from '../options/option.js'
import type { COPY_OPTIONS } from './options.js'
import { parseCone, parsePolygon } from './region-options.js'

type CopyCommand = Values<typeof COPY_OPTIONS>

/** A coverage of more ranges than this is kept at a coarser order: every run reads it. */
const MAX_RANGES = 10_000

const sqDeg = (cells: CellRanges): string => `${rangesAreaSqDeg(cells).toFixed(3)} sq deg`

/** `catalog copy`: a part of a catalogue, local or remote, as a small catalogue of its own. */
export async function catalogCopy(command: CopyCommand, io: Io): Promise<ExitCode> {
  const { cells: region, label } = await regionOf(command)
  const cells = coarsenedTo(growCells(region, command.margin), MAX_RANGES)
  const catalog = await openCatalog(
    await namedCatalog(command.from, io.env, command.quiet ? undefined : (text) => io.err(text)),
  )
  const columns = chooseCopyColumns(
    catalog,
    command.columns
      ?.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  )
  const outside = catalog.missingSqDeg(cells)
  const report = await copyCatalogDirectory(catalog, cells, columns, command.to, {
    force: command.force,
    ...(command.quiet ? {} : { onNote: (sentence) => io.err(lineOf(sentence)) }),
  })
  if (command.quiet) return 0
  if (outside > 1e-9)
    io.err(`${catalog.location} does not cover ${outside.toFixed(3)} sq deg of the region; nor does the copy\n`)
  io.out(
    [
      `region: ${label}`,
      `${command.to}: ${report.rowCount} stars of ${report.name} in ${report.files} ` +
        `${report.files === 1 ? 'file' : 'files'}, ${(report.byteLength / 1e6).toFixed(2)} MB`,
      `covers ${sqDeg(report.coverage)}`,
      '',
    ].join('\n'),
  )
  return 0
}

async function regionOf({
  cone,
  polygon,
  exposures,
  skymap,
  level,
}: CopyCommand): Promise<{ cells: CellRanges; label: string }> {
  if (cone !== undefined) return parseCone(cone)
  if (polygon !== undefined) return parsePolygon(polygon)
  if (exposures !== undefined) {
    const { cells, exposures: count, ccds, faults } = await readExposureCells(exposures, FOOTPRINT_MARGIN_ARCSEC)
    const left = faults.map((fault) => `; left out: ${fault}`).join('')
    const exposuresText = `${count} ${count === 1 ? 'exposure' : 'exposures'}`
    return { cells, label: `${ccds} CCDs of ${exposuresText}, ${sqDeg(cells)}${left}` }
  }
  const { cells, probability, mapSum } = await readSkymapRegion(skymap!, level)
  const whole = Math.abs(mapSum - 1) < 0.01 ? '' : `; the map sums to ${mapSum.toPrecision(4)}, not 1`
  return {
    cells,
    label:
      `${(100 * level).toPrecision(3)} % of ${skymap}: ${sqDeg(cells)} that ` +
      `hold ${(100 * probability).toFixed(2)} %${whole}`,
  }
}
