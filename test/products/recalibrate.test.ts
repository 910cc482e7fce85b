import { expect, test } from 'vitest'
import { seededRandom } from '../../src/math/random.js'
import {
  calibratedCatalogue,
  carriedCatalogue,
  type AppliedZeropoint,
} from '../../src/products/calibrated-catalogue.js'
import { catalogueFiles } from '../../src/products/ccd-products.js'
import { recalibratedFiles } from '../../src/products/recalibrate.js'
import { tableOf, type Column, type Table } from '../../src/table/columns.js'

const names = { csv: 'a_ZP.csv', fits: 'a_ZP.fits' }
const STRANGE = [0, -0, -5, NaN, Infinity, 1e-30, 1e30, 3e38, 0.1]

/** A SExtractor catalogue with columns of any type, some missing, and numbers that are none. */
function randomCatalogue(seed: number): Table {
  const random = seededRandom(seed)
  const n = seed % 7 === 0 ? 0 : 1 + Math.floor(40 * random.uniform())
  const value = () =>
    random.uniform() < 0.2 ? STRANGE[Math.floor(STRANGE.length * random.uniform())]! : 10 ** (6 * random.uniform())
  const floats = (name: string, always = false): Column[] => {
    const kind = random.uniform()
    if (kind < 0.2 && !always) return []
    const values = Array.from({ length: n }, value)
    return [
      kind < 0.5
        ? { name, type: 'f64', values: Float64Array.from(values) }
        : { name, type: 'f32', values: Float32Array.from(values) },
    ]
  }
  const integers = (name: string): Column[] =>
    random.uniform() < 0.2
      ? []
      : [{ name, type: 'i16', values: Int16Array.from({ length: n }, () => 100 * random.uniform()) }]
  return tableOf([
    { name: 'NUMBER', type: 'i32', values: Int32Array.from({ length: n }, (_, i) => i + 1) },
    {
      name: 'ALPHAWIN_J2000',
      type: 'f64',
      values: Float64Array.from({ length: n }, () => (random.uniform() < 0.05 ? NaN : 360 * random.uniform())),
    },
    { name: 'DELTAWIN_J2000', type: 'f64', values: Float64Array.from({ length: n }, () => -90 * random.uniform()) },
    ...['FLUX_AUTO', 'FLUXERR_AUTO', 'SPREAD_MODEL', 'SPREADERR_MODEL', 'FWHM_WORLD', 'CLASS_STAR'].flatMap((name) =>
      floats(name),
    ),
    ...floats('FLUX_PSF', true),
    ...floats('FLUXERR_PSF', true),
    ...['FLAGS', 'IMAFLAGS_ISO'].flatMap(integers),
  ])
}

const FACTS = {
  band: 'i',
  system: 'des-ab',
  magnitudes: 'AB',
  catalog: 'gaia_dr2',
  catalogHash: 'f'.repeat(64),
  version: '1.2.3',
  epochYr: 2017.63,
  epochFrom: 'MJD-OBS',
} as const
const applied = (over: Partial<AppliedZeropoint> = {}): AppliedZeropoint => ({
  expnum: 668439,
  ccd: 7,
  zeropoint: 30.1234567,
  zeropointErr: 0.00123449,
  flag: 0,
  ...over,
})
const none = applied({ zeropoint: null, zeropointErr: null, flag: -2000 })

test('from its own files with another zeropoint: the bytes that the SExtractor catalogue gives', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const carried = carriedCatalogue(randomCatalogue(seed))
    const files = (zeropoint: AppliedZeropoint) => catalogueFiles(calibratedCatalogue(carried, zeropoint), FACTS)
    const after = applied({ zeropoint: 29.87654321, zeropointErr: 0.01, flag: 1 })
    for (const [before, then] of [
      [applied(), after],
      [none, after],
      [applied(), none],
      [after, after],
    ] as const) {
      const again = await recalibratedFiles(files(before), names, then)
      expect(Buffer.from(again.csv).equals(files(then).csv), `CSV, seed ${seed}`).toBe(true)
      expect(Buffer.from(again.fits).equals(files(then).fits), `FITS, seed ${seed}`).toBe(true)
    }
  }
})

test.each([
  [
    'a CSV that is cut',
    (csv: Buffer, fits: Buffer) => ({ csv: csv.subarray(0, csv.length - 9), fits }),
    'a_ZP.csv: the calibrated catalogue ends before its rows do',
  ],
  [
    'a CSV with a row more',
    (csv: Buffer, fits: Buffer) => ({
      csv: Buffer.concat([csv, csv.subarray(csv.lastIndexOf('\n', csv.length - 2) + 1)]),
      fits,
    }),
    'a_ZP.csv: the calibrated catalogue has more rows than the FITS file',
  ],
  [
    'no CSV of ours',
    (_: Buffer, fits: Buffer) => ({ csv: Buffer.from('ID,x\n1,2\n'), fits }),
    "a_ZP.csv: the file is no calibrated catalogue (found 'ID,x'",
  ],
  ['a FITS file that is cut', (csv: Buffer, fits: Buffer) => ({ csv, fits: fits.subarray(0, 9000) }), 'a_ZP.fits'],
  ['no FITS', (csv: Buffer) => ({ csv, fits: Buffer.from('nothing') }), 'a_ZP.fits'],
])('%s is an InputError that names the file', async (_, spoil, message) => {
  const { csv, fits } = catalogueFiles(calibratedCatalogue(carriedCatalogue(randomCatalogue(3)), applied()), FACTS)
  await expect(recalibratedFiles(spoil(Buffer.from(csv), Buffer.from(fits)), names, none)).rejects.toThrow(message)
})

test('the catalogue of another CCD or exposure is refused', async () => {
  const files = catalogueFiles(calibratedCatalogue(carriedCatalogue(randomCatalogue(3)), applied()), FACTS)
  await expect(recalibratedFiles(files, names, applied({ ccd: 8 }))).rejects.toThrow(
    'a_ZP.fits, column CCDNUM: the calibrated catalogue is of another CCD (found 7, expected 8)',
  )
  await expect(recalibratedFiles(files, names, applied({ expnum: 1 }))).rejects.toThrow('column EXPNUM')
})
