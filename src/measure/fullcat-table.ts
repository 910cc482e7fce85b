import type { Column, Table } from '../table/columns.js'
import { tableOf } from '../table/columns.js'
import type { MeasuredObject } from './measured-object.js'
import type { MeasuredPsf } from './measure-psf.js'

/** What a catalogue of an image's objects says beside what was measured on its pixels. */
export interface CatalogueFacts {
  /** Direction of a pixel; the first pixel's centre is 1. */
  readonly pixelToSky: (x: number, y: number) => { readonly raDeg: number; readonly decDeg: number }
  readonly pixelScaleArcsec: number
  /** Flags of the image's pixels; all of an object's are joined. */
  readonly flags?: Int32Array
  readonly psf?: MeasuredPsf
  /** Pixels round each object, as `vignets`, and the side. */
  readonly vignet?: { readonly side: number; readonly pixels: Float32Array }
}

/** Magnitudes of nothing: SExtractor's number for a flux that is none. */
const NO_MAGNITUDE = 99
const MAG_PER_LN = 2.5 / Math.LN10

/** A number of each item; `Float32Array.from` goes through an iterator. */
function float32<T>(items: readonly T[], of: (item: T) => number): Float32Array {
  const values = new Float32Array(items.length)
  for (let k = 0; k < values.length; k++) values[k] = of(items[k]!)
  return values
}

/**
 * The objects as SExtractor's catalogue has them: the same names, units and meanings (SExtractor manual, "Measurement
 * parameters"); magnitudes have zeropoint 0. CLASS_STAR is not measured.
 */
export function fullcatTable(objects: readonly MeasuredObject[], facts: CatalogueFacts): Table {
  const { pixelScaleArcsec, flags, vignet, psf } = facts
  const f32 = (name: string, of: (object: MeasuredObject) => number, unit?: string): Column => ({
    ...{ name, type: 'f32', values: float32(objects, of) },
    ...(unit === undefined ? {} : { unit }),
  })
  const f64 = (name: string, values: Float64Array, unit: string): Column => ({ name, type: 'f64', values, unit })
  const whole = (name: string, type: 'i16' | 'i32', of: (object: MeasuredObject, k: number) => number): Column =>
    type === 'i16'
      ? { name, type, values: Int16Array.from(objects, of) }
      : { name, type, values: Int32Array.from(objects, of) }
  const circles = objects[0]?.apertures.length ?? 0
  const windowed = skyOf(objects, facts, ({ windowed }) => windowed)
  const centres = skyOf(objects, facts, ({ shape }) => shape)
  return tableOf(
    [
      whole('NUMBER', 'i32', (_, k) => k + 1),
      whole('FLAGS', 'i16', (object) => object.flags),
      ...(flags ? [whole('IMAFLAGS_ISO', 'i32', ({ pixels }) => pixels.reduce((all, i) => all | flags[i]!, 0))] : []),
      f64('ALPHAWIN_J2000', windowed.raDeg, 'deg'),
      f64('DELTAWIN_J2000', windowed.decDeg, 'deg'),
      f64('ALPHA_J2000', centres.raDeg, 'deg'),
      f64('DELTA_J2000', centres.decDeg, 'deg'),
      f32('X_IMAGE', ({ shape }) => shape.x + 1, 'pixel'),
      f32('Y_IMAGE', ({ shape }) => shape.y + 1, 'pixel'),
      f64(
        'XWIN_IMAGE',
        Float64Array.from(objects, (object) => object.windowed.x + 1),
        'pixel',
      ),
      f64(
        'YWIN_IMAGE',
        Float64Array.from(objects, (object) => object.windowed.y + 1),
        'pixel',
      ),
      f32('A_IMAGE', ({ shape }) => shape.a, 'pixel'),
      f32('B_IMAGE', ({ shape }) => shape.b, 'pixel'),
      f32('THETA_IMAGE', ({ shape }) => shape.thetaDeg, 'deg'),
      f32('ERRAWIN_IMAGE', (object) => object.windowed.errA, 'pixel'),
      f32('ERRBWIN_IMAGE', (object) => object.windowed.errB, 'pixel'),
      f32('ERRTHETAWIN_IMAGE', (object) => object.windowed.errThetaDeg, 'deg'),
      ...fluxColumns('AUTO', objects, 1, ({ auto }) => [auto]),
      f32('KRON_RADIUS', ({ auto }) => auto.kronRadius),
      f32('FLUX_RADIUS', ({ halfLightRadius }) => halfLightRadius, 'pixel'),
      ...(circles > 0 ? fluxColumns('APER', objects, circles, ({ apertures }) => apertures) : []),
      ...(psf ? psfColumns(objects, psf, pixelScaleArcsec) : []),
      f32('FWHM_IMAGE', ({ fwhmPixels }) => fwhmPixels, 'pixel'),
      f32('FWHM_WORLD', ({ fwhmPixels }) => (fwhmPixels * pixelScaleArcsec) / 3600, 'deg'),
      f32('SNR_WIN', (object) => object.windowed.signalToNoise),
      f32('ELONGATION', ({ shape }) => shape.a / shape.b),
      f32('FLUX_MAX', ({ peak }) => peak, 'count'),
      f32('BACKGROUND', ({ skyLevel }) => skyLevel, 'count'),
      ...(vignet ? [vignetColumn(vignet)] : []),
    ],
    objects.length,
  )
}

function psfColumns(
  objects: readonly MeasuredObject[],
  { measurements, model }: MeasuredPsf,
  pixelScaleArcsec: number,
): Column[] {
  const f32 = (name: string, values: Float32Array, unit?: string): Column => ({
    ...{ name, type: 'f32', values },
    ...(unit === undefined ? {} : { unit }),
  })
  const of = (value: (one: MeasuredPsf['measurements'][number]) => number) => float32(measurements, value)
  const same = (value: number) => new Float32Array(objects.length).fill(value)
  return [
    ...fluxColumns('PSF', objects, 1, (_, k) => [measurements[k]!]),
    f32(
      'CHI2_PSF',
      of(({ chi2 }) => chi2),
    ),
    f32(
      'SPREAD_MODEL',
      of(({ spread }) => spread),
    ),
    f32(
      'SPREADERR_MODEL',
      of(({ spreadErr }) => spreadErr),
    ),
    f32('FWHMPSF_IMAGE', same(model.fwhmPixels), 'pixel'),
    f32('FWHMPSF_WORLD', same((model.fwhmPixels * pixelScaleArcsec) / 3600), 'deg'),
  ]
}

const vignetColumn = ({ side, pixels }: NonNullable<CatalogueFacts['vignet']>): Column => ({
  ...{ name: 'VIGNET', type: 'f32', values: pixels, width: side * side, shape: [side, side], unit: 'count' },
})

function skyOf(
  objects: readonly MeasuredObject[],
  { pixelToSky }: CatalogueFacts,
  at: (object: MeasuredObject) => { readonly x: number; readonly y: number },
): { readonly raDeg: Float64Array; readonly decDeg: Float64Array } {
  const raDeg = new Float64Array(objects.length)
  const decDeg = new Float64Array(objects.length)
  objects.forEach((object, k) => {
    const { x, y } = at(object)
    const sky = pixelToSky(x + 1, y + 1)
    raDeg[k] = sky.raDeg
    decDeg[k] = sky.decDeg
  })
  return { raDeg, decDeg }
}

/** FLUX, FLUXERR, MAG and MAGERR of one kind of flux, so many in a row. */
function fluxColumns(
  kind: string,
  objects: readonly MeasuredObject[],
  width: number,
  of: (object: MeasuredObject, row: number) => readonly { readonly flux: number; readonly fluxErr: number }[],
): Column[] {
  const [flux, fluxErr, mag, magErr] = Array.from({ length: 4 }, () => new Float32Array(objects.length * width))
  objects.forEach((object, row) =>
    of(object, row).forEach((one, k) => {
      const at = row * width + k
      flux![at] = one.flux
      fluxErr![at] = one.fluxErr
      mag![at] = one.flux > 0 ? -2.5 * Math.log10(one.flux) : NO_MAGNITUDE
      magErr![at] = one.flux > 0 ? (MAG_PER_LN * one.fluxErr) / one.flux : NO_MAGNITUDE
    }),
  )
  const column = (name: string, values: Float32Array, unit: string): Column => ({
    name,
    type: 'f32',
    values,
    width,
    unit,
  })
  return [
    column(`FLUX_${kind}`, flux!, 'count'),
    column(`FLUXERR_${kind}`, fluxErr!, 'count'),
    column(`MAG_${kind}`, mag!, 'mag'),
    column(`MAGERR_${kind}`, magErr!, 'mag'),
  ]
}
