import { basename } from 'node:path'
import type { GivenRow } from '../../exposure/given/given-rows.js'
import type { GivenPixels } from '../../exposure/given/given-detections.js'
import { readFitsTable } from '../../formats/fits/index.js'
import { median } from '../../math/robust.js'
import { toTangentPlane } from '../../math/sphere.js'
import { ARCSEC_PER_DEG } from '../../math/units.js'
import { meanDirection } from '../../photometry/exposure/apply-solution.js'
import type { MatchColumns } from '../../photometry/matches.js'
import {
  pictureSizes,
  stampStars,
  type CcdPictures,
  type PicturedStar,
  type StarShape,
} from '../../report/pictures/ccd-pictures.js'
import { growthCurve, type GrowthCurve } from '../../report/pictures/growth.js'
import { cutOut, reduced, stretched, stretchOf, type PixelGrid } from '../../report/pictures/stretch.js'
import { findColumn, type Table } from '../../table/columns.js'
import { fileSource } from '../disk/files.js'
import { chooseImage } from '../../exposure/image-planes.js'
import { openImage } from '../programs/image-file.js'
import { floatPixels } from '../programs/pixels.js'
import type { ProgramControl } from '../processes/run-program.js'
import { apertureDiametersPixels } from '../programs/settings.js'
import { inWorkFolder } from '../programs/work-folder.js'

/** A CCD of a page, and its matched stars. */
export interface PicturedCcd {
  readonly row: GivenRow
  readonly matches: Pick<MatchColumns, 'number' | 'xImage' | 'yImage' | 'refMag' | 'residual' | 'fate'>
}

/** Pixels of a star's picture, to each side of its middle. */
const STAMP_HALF = 20
/** Shapes that are drawn: the brightest stars that count. */
const MAX_SHAPES = 400

/**
 * What a page shows of the images that were given: each image once more, and what its catalogue measured of the matched
 * stars. CCDs whose image was not given have none.
 *
 * @param directory for a passing folder, in which `.fz` images are unpacked
 * @throws as `openImage` and `readFitsTable`
 */
export async function ccdPicturesOf(
  ccds: readonly PicturedCcd[],
  directory: string,
  control: ProgramControl,
): Promise<CcdPictures[]> {
  const given = ccds.flatMap(({ row, matches }) => (row.given.image ? [{ row, matches, image: row.given.image }] : []))
  const pointing = meanDirection(given.map(({ row }) => row.centre))
  const { encode } = await import('fast-png')
  const png = (grid: PixelGrid) => {
    const { columns, rows, grey } = stretched(grid, stretchOf(grid))
    const bytes = encode({ width: columns, height: rows, data: grey, channels: 1, depth: 8 })
    return Buffer.from(bytes).toString('base64')
  }
  const sizes = pictureSizes(given.length)
  const pictures: CcdPictures[] = []
  for (const { row, matches, image } of given) {
    const pixels = await pixelsOf(image, directory, control)
    const stars = picturedStars(matches)
    const small = reduced(pixels, sizes.longest)
    const stamps = stampStars(stars, sizes.stamps).map((star) => ({
      ...star,
      png: png(cutOut(pixels, Math.round(star.x) - 1, Math.round(star.y) - 1, STAMP_HALF)),
    }))
    pictures.push({
      ccd: row.ccd,
      file: basename(image.path) + (image.hdu === undefined ? '' : `[${image.hdu}]`),
      columns: pixels.columns,
      rows: pixels.rows,
      png: png(small),
      pngColumns: small.columns,
      pngRows: small.rows,
      block: small.block,
      outline: Array.from(row.corners.raDeg, (ra, k) => {
        const at = toTangentPlane(ra, row.corners.decDeg[k]!, pointing)
        return [at?.xiDeg ?? 0, at?.etaDeg ?? 0] as const
      }),
      stars,
      stamps,
      ...(await measuredShapes(row, stars, await apertureDiametersPixels(pixels))),
    })
  }
  return pictures
}

function pixelsOf({ path, hdu }: GivenPixels, directory: string, control: ProgramControl): Promise<PixelGrid> {
  return inWorkFolder(directory, async (folder) => {
    const file = await openImage(path, folder, control)
    return floatPixels(file.source, chooseImage(file, hdu))
  })
}

const picturedStars = ({ number, xImage, yImage, refMag, residual, fate }: PicturedCcd['matches']): PicturedStar[] =>
  fate.map((one, i) => ({
    number: number[i]!,
    x: xImage[i]!,
    y: yImage[i]!,
    fate: one,
    refMag: refMag[i]!,
    residualMmag: 1000 * residual[i]!,
  }))

const SHAPES = ['FWHM_IMAGE', 'FWHM_WORLD', 'A_IMAGE', 'B_IMAGE', 'THETA_IMAGE'] as const
const FLUXES = ['FLUX_APER', 'FLUXERR_APER', 'FLUX_AUTO', 'FLUX_PSF'] as const

/** Curve of growth and shapes, as source-extractor has measured them. */
async function measuredShapes(
  row: GivenRow,
  stars: readonly PicturedStar[],
  diametersPixels: readonly number[],
): Promise<{ readonly growth: GrowthCurve | null; readonly shapes: readonly StarShape[] }> {
  const source = await fileSource(row.given.path)
  try {
    const table = await readFitsTable(source, {
      hdu: row.given.tables[0]!,
      columns: ['NUMBER', 'FLAGS'],
      wanted: [...SHAPES, ...FLUXES],
    })
    const rowOf = new Map(Array.from(valuesOf(table, 'NUMBER')!.values, (number, i) => [Number(number), i]))
    const flags = valuesOf(table, 'FLAGS')!.values
    const used = stars.filter(({ number, fate }) => fate === 'used' && flags[rowOf.get(number)!] === 0)
    const brightest = [...used].sort((a, b) => a.refMag - b.refMag).slice(0, MAX_SHAPES)
    const scaleArcsec = pixelScaleArcsec(table)
    const rows = brightest.map((star) => ({ ...star, row: rowOf.get(star.number)! }))
    return { growth: growthOf(table, rows, scaleArcsec, diametersPixels), shapes: shapesOf(table, rows, scaleArcsec) }
  } finally {
    await source.close()
  }
}

type StarRow = PicturedStar & { readonly row: number }

const valuesOf = (table: Table, name: string) => {
  const column = findColumn(table, name)
  return column === undefined || column.type === 'string' || column.type === 'i64' || column.type === 'u64'
    ? undefined
    : { values: column.values, width: column.width ?? 1 }
}

/** Of FWHM_WORLD and FWHM_IMAGE, which are one width in degrees and in pixels. */
function pixelScaleArcsec(table: Table): number {
  const [world, image] = [valuesOf(table, 'FWHM_WORLD'), valuesOf(table, 'FWHM_IMAGE')]
  if (!world || !image) return NaN
  const scales = Float64Array.from(world.values, (deg, i) => (deg / image.values[i]!) * ARCSEC_PER_DEG)
  return median(scales.filter((scale) => scale > 0 && Number.isFinite(scale)))
}

function growthOf(
  table: Table,
  stars: readonly StarRow[],
  scaleArcsec: number,
  diametersPixels: readonly number[],
): GrowthCurve | null {
  const [flux, err] = [valuesOf(table, 'FLUX_APER'), valuesOf(table, 'FLUXERR_APER')]
  if (!flux || !err || flux.width !== diametersPixels.length || Number.isNaN(scaleArcsec)) return null
  const others = (['FLUX_PSF', 'FLUX_AUTO'] as const).flatMap((name) => {
    const column = valuesOf(table, name)
    return column ? [{ name, values: column.values }] : []
  })
  return growthCurve({
    radiusArcsec: diametersPixels.map((diameter) => (diameter / 2) * scaleArcsec),
    stars: stars.map(({ row }) => ({
      apertures: flux.values.slice(row * flux.width, (row + 1) * flux.width),
      largestErr: err.values[(row + 1) * flux.width - 1]!,
      others: Object.fromEntries(others.map(({ name, values }) => [name, values[row]!])),
    })),
  })
}

function shapesOf(table: Table, stars: readonly StarRow[], scaleArcsec: number): StarShape[] {
  const columns = ['FWHM_IMAGE', 'A_IMAGE', 'B_IMAGE', 'THETA_IMAGE'].map((name) => valuesOf(table, name)?.values)
  const [fwhm, a, b, theta] = columns
  if (!fwhm || !a || !b || !theta || Number.isNaN(scaleArcsec)) return []
  return stars.flatMap(({ x, y, row }) => {
    const shape = {
      x,
      y,
      fwhmArcsec: fwhm[row]! * scaleArcsec,
      ellipticity: 1 - b[row]! / a[row]!,
      thetaDeg: theta[row]!,
    }
    return shape.fwhmArcsec > 0 && Number.isFinite(shape.ellipticity + shape.thetaDeg) ? [shape] : []
  })
}
