import type { CameraEvidence, RecognisedCamera } from '../camera/recognise.js'
import { InputError } from '../errors.js'
import type { ByteSource } from '../formats/bytes.js'
import {
  fitsColumns,
  ldacImageHeaders,
  readFitsHeaders,
  readFitsTable,
  sizeInHeader,
  type FitsHdu,
  type FitsHeader,
  type ImageSize,
} from '../formats/fits/index.js'
import { matchSky } from '../math/match-sky.js'
import { asFloat64, findColumn, type Table } from '../table/columns.js'
import { stackTables } from '../table/stack.js'
import type { CatalogueListRow } from './catalogue-list.js'
import { plainColumns, type PlainColumns } from './detection-columns.js'
import { cameraEvidence } from './camera-evidence.js'
import { fluxColumnNames, fluxPairs, loneFluxes } from './flux-columns.js'
import { fluxUnitOf } from '../camera/flux-unit.js'
import { columnsToRead, positionNames, type FluxChoice } from './fullcat.js'
import { imageFacts, type HeaderFacts } from './image-facts.js'
import { headerLookup } from './image-header.js'
import { objectTables } from './object-tables.js'

/** One CCD from a file: its detections with one number per row, and the facts of the image header. */
export interface ReadDetections extends PlainColumns {
  readonly header: HeaderFacts
  readonly camera?: RecognisedCamera
  /** Fluxes that have no error, if all were asked for. */
  readonly loneFluxes?: readonly string[]
  /** Of the image, if its header tells it. */
  readonly imageSize?: ImageSize
}

/** Recognises the camera from an image. */
export type CameraOf = (evidence: CameraEvidence) => RecognisedCamera | Promise<RecognisedCamera>

/** Which tables of a FITS file hold the detections of a CCD, and which headers are of its image. */
interface ChosenTables {
  readonly source: ByteSource
  readonly hdus: readonly FitsHdu[]
  readonly tables: readonly FitsHdu[]
  readonly headers: readonly FitsHeader[]
  /** NITE of the list; empty if absent. */
  readonly nite: string
  /** File name, which may tell the camera if the header does not. */
  readonly fileName: string
  /** Without it no camera is recognised. */
  readonly cameraOf: CameraOf | undefined
}

/**
 * A table whose columns have other names in the file: the columns to request, and their renaming to SExtractor's names.
 */
export interface ForeignNames {
  readonly asked: (wanted: readonly string[]) => string[]
  readonly standard: (table: Table) => Table
}

/** Columns that are read beside those of the calibration. */
export interface FurtherColumns {
  readonly columns: readonly string[]
  /** Of fluxes and their errors, which may be vectors. */
  readonly fluxes: readonly string[]
}

/**
 * The detections of a row of the list, from a SExtractor catalogue (FITS_LDAC).
 *
 * @param columns that are read beside those of the calibration
 * @param cameraOf without it no camera is recognised
 * @param everyFlux whether all fluxes with an error are read too
 * @throws InputError for a file that is damaged, or does not tell which detections are meant, or holds a column or
 *   header that cannot be read
 */
export async function readDetections(
  source: ByteSource,
  row: CatalogueListRow,
  flux: FluxChoice,
  columns: readonly string[],
  cameraOf?: CameraOf,
  everyFlux = false,
): Promise<ReadDetections> {
  const hdus = await readFitsHeaders(source)
  const chosen = objectTables(source.name, hdus, await ldacImageHeaders(source, hdus), flux, row)
  const { nite, fileName } = row
  const names = everyFlux ? fitsColumns(chosen.tables[0]!).map(({ name }) => name) : []
  const fluxes = fluxColumnNames(fluxPairs(names).map(({ kind }) => kind))
  const read = await detectionsIn({ source, hdus, ...chosen, nite, fileName, cameraOf }, flux, { columns, fluxes })
  return { ...read, loneFluxes: loneFluxes(names) }
}

/** The detections of tables that are chosen already. */
export async function detectionsIn(
  { source, hdus, tables, headers, nite, fileName, cameraOf }: ChosenTables,
  flux: FluxChoice,
  further: FurtherColumns,
  names?: ForeignNames,
): Promise<ReadDetections> {
  const lookup = headerLookup(headers, hdus[0]?.header)
  const camera = await cameraOf?.(cameraEvidence(lookup, fileName, source.name))
  const image = imageFacts(lookup, nite, source.name, camera?.description)
  const standard = [...new Set([...columnsToRead(flux), ...further.columns, ...further.fluxes])]
  const wanted = names?.asked(standard) ?? standard
  const chosen = [...flux.fluxNames, ...flux.fluxErrNames]
  const parts: PlainColumns[] = []
  for (const { index } of tables) {
    const table = await readFitsTable(source, { hdus, hdu: index, wanted })
    const place = { file: source.name, hdu: index }
    parts.push(plainColumns(names?.standard(table) ?? table, chosen, place, further.fluxes))
  }
  if (parts.length > 1)
    refuseRepeated(
      source.name,
      tables,
      parts.map(({ table }) => table),
    )
  const notes = [...new Set(parts.flatMap(({ notes }) => notes))]
  const where = tables.map(({ index }) => index).join(' and ')
  const together =
    parts.length > 1
      ? [`the detections of ${parts.length} tables, HDUs ${where}, are taken together; NUMBER may count anew in each`]
      : []
  const table = stackTables(
    parts.map((part) => part.table),
    source.name,
    tables.map(({ index }) => index),
  )
  const header = withUnitOf(table, flux, image)
  const imageSize = headers.length === 1 ? sizeInHeader(headers[0]!) : undefined
  return {
    table,
    notes: [...together, ...header.notes, ...notes],
    header,
    ...(camera === undefined ? {} : { camera }),
    ...(imageSize === undefined ? {} : { imageSize }),
  }
}

/**
 * The header's facts with the unit of the chosen flux. SExtractor writes `count` whatever the unit of the image, so
 * `count` says nothing; any other unit was written on purpose. If it contradicts BUNIT, the unit is not known.
 */
export function withUnitOf(table: Table, { fluxNames }: FluxChoice, header: HeaderFacts): HeaderFacts {
  const column = fluxNames.map((name) => findColumn(table, name)).find((found) => found !== undefined)
  const own = column?.unit === undefined || /^counts?$/i.test(column.unit.trim()) ? undefined : fluxUnitOf(column.unit)
  const { fluxUnit, fluxUnitFrom, otherUnit: _, ...facts } = header.facts
  if (own === undefined || own === fluxUnit) return header
  if (fluxUnitFrom !== 'BUNIT') return { ...header, facts: { ...facts, fluxUnit: own, fluxUnitFrom: 'TUNIT' } }
  const both = `${own} (TUNIT), that of the image ${fluxUnit} (BUNIT)`
  const note = `the unit of column ${column!.name} is ${both}: it counts as not known`
  return { ...header, facts, notes: [...header.notes, note] }
}

/** Detections at the same position in two amplifiers: amplifiers overlap by a few pixels at most. */
const SAME_DETECTION_ARCSEC = 0.5
const MAX_SHARED = 0.5

/** Refuses tables that hold the same detections: two runs on one image are not two amplifiers. */
function refuseRepeated(file: string, hdus: readonly FitsHdu[], tables: readonly Table[]): void {
  const positions = tables.map((table) => {
    const names = positionNames(table)
    const [raDeg, decDeg] = (names ?? []).map((name) => asFloat64(findColumn(table, name)!)!)
    return { raDeg: raDeg ?? new Float64Array(0), decDeg: decDeg ?? new Float64Array(0) }
  })
  positions.forEach((one, i) => {
    for (const [j, other] of positions.entries()) {
      if (j >= i) break
      const shared = matchSky(one, other, SAME_DETECTION_ARCSEC, { mode: 'mutual' }).a.length
      if (shared <= MAX_SHARED * Math.min(one.raDeg.length, other.raDeg.length)) continue
      throw new InputError('several-tables', 'two tables of the file hold the same detections of one CCD', {
        file,
        found: [
          `${shared} of HDU ${hdus[i]!.index} within ${SAME_DETECTION_ARCSEC} arcsec`,
          `of those of HDU ${hdus[j]!.index}`,
        ].join(' '),
        expected: 'one table, or one for each amplifier',
      })
    }
  })
}
