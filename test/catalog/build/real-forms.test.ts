import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse, csvParseRows } from 'd3-dsv'
import { afterAll, describe, expect, test } from 'vitest'
import { errorColumnOf, type MagnitudeColumn, type StarColumns } from '../../../src/catalog/stars.js'
import { buildCatalogDirectory, type DirectoryBuildOptions } from '../../../src/node/store/catalog-build.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { shared } from '../../simulate/describe-catalogue.js'

const tiles = shared('real/tiles')
const scratch = mkdtempSync(join(tmpdir(), 'bliss-forms-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

type Row = Readonly<Record<string, string>>
const text = (file: string) => gunzipSync(readFileSync(join(tiles, file))).toString()
const rowsOf = (file: string) => csvParse(text(file)) as unknown as Row[] & { readonly columns: readonly string[] }
const num = (field: string | undefined) => (field === undefined || field === '' ? NaN : Number(field))
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

async function built(files: readonly string[], options: DirectoryBuildOptions = {}) {
  const to = mkdtempSync(join(scratch, 'store-'))
  const report = await buildCatalogDirectory(
    files.map((file) => join(tiles, file)),
    to,
    { force: true, ...options },
  )
  return { report, stars: await (await openCatalog(to)).read(SKY) }
}

/** What a row of a file must become: NaN for missing; undefined for a row that is left out. */
interface Wanted {
  readonly id: bigint
  readonly raDeg: number
  readonly decDeg: number
  readonly values: Readonly<Partial<Record<keyof StarColumns, number>>>
}

/** Every row of the file is there once, with every value as wanted, and no other row. */
function expectRows(stars: StarColumns, wanted: readonly Wanted[], tolerance = 0): void {
  const at = new Map(Array.from(stars.sourceId, (id, i) => [id, i]))
  expect(stars.sourceId.length).toBe(wanted.length)
  const wrong: string[] = []
  for (const { id, raDeg, decDeg, values } of wanted) {
    const i = at.get(id)
    if (i === undefined || Math.abs(stars.raDeg[i]! - raDeg) > 1e-11 || Math.abs(stars.decDeg[i]! - decDeg) > 1e-11) {
      wrong.push(`${id} place`)
      continue
    }
    for (const [name, value] of Object.entries(values)) {
      const found = (stars[name as keyof StarColumns] as Float64Array)[i]!
      // Magnitudes beside the own one are kept as the nearest float32.
      const isSame = Number.isNaN(value)
        ? Number.isNaN(found)
        : Math.abs(found - value) <= Math.max(tolerance, 1.2e-6, 1e-7 * Math.abs(value))
      if (!isSame) wrong.push(`${id} ${name}: ${found}, not ${value}`)
    }
  }
  expect(wrong.slice(0, 5)).toEqual([])
}

/** A magnitude and its error; -999, 99 and nothing are missing. */
function band(row: Row, column: MagnitudeColumn, mag: string, err: string): Wanted['values'] {
  const known = (value: number, limit: number) => (value > -5 && value < limit ? value : NaN)
  return { [column]: known(num(row[mag]), 35), [errorColumnOf(column)]: known(num(row[err]), 9.0001) }
}

const BRIGHT = { G: 16.25, R: 16, I: 15.5, Z: 15, Y: 15 } as const
const COLUMN = { G: 'gMag', R: 'mag', I: 'iMag', Z: 'zMag', Y: 'yMag' } as const
const LETTERS = ['G', 'R', 'I', 'Z', 'Y'] as const

describe.skipIf(!existsSync(tiles))(
  'real rows in every form, row by row (skipped where ../shared/real is absent)',
  () => {
    test('PS1 of MAST: -999 is missing', async () => {
      const file = '147267/ps1_mast_mean.csv.gz'
      const { report, stars } = await built([file])
      expect([report.name, report.placeholders!['gMeanPSFMag']]).toEqual(['ps1_dr2', 271])
      const names = { g: 'gMag', r: 'mag', i: 'iMag', z: 'zMag', y: 'yMag' } as const
      const wanted = rowsOf(file).map((row) => ({
        id: BigInt(row['objID']!),
        raDeg: num(row['raMean']),
        decDeg: num(row['decMean']),
        values: Object.assign(
          {},
          ...Object.entries(names).map(([b, column]) => band(row, column, `${b}MeanPSFMag`, `${b}MeanPSFMagErr`)),
        ) as Wanted['values'],
      }))
      expectRows(stars, wanted)
    })

    test('DES Y6 calibration stars: NGOOD above 2, not brighter than DES can, 99 is missing', async () => {
      const file = '147267/des_y6_fgcm_stars.csv.gz'
      const { report, stars } = await built([file])
      expect(report.name).toBe('des_y6_stars')
      const wanted = rowsOf(file).map((row) => {
        const values: Record<string, number> = {}
        for (const B of LETTERS) {
          const mag = num(row[`MAG_STD_${B}`])
          const isGood = num(row[`NGOOD_${B}`]) > 2 && mag > BRIGHT[B] && mag < 99
          values[COLUMN[B]] = isGood ? mag : NaN
          values[errorColumnOf(COLUMN[B])] = isGood ? num(row[`MAGERR_STD_${B}`]) : NaN
        }
        return { id: BigInt(row['FGCM_ID']!), raDeg: num(row['RA']), decDeg: num(row['DEC']), values }
      })
      expectRows(
        stars,
        wanted.filter(({ values }) => LETTERS.some((B) => !Number.isNaN(values[COLUMN[B]]!))),
      )
      expect(report.keptOut['no magnitude left']).toBe(wanted.length - stars.mag.length)
    })

    test('SDSS standards: every star is listed twice under two ids, and is one; the smaller id stays', async () => {
      const file = '229670/sdss_standard_stars.csv.gz'
      const { report, stars } = await built([file])
      expect([report.name, report.rowCount, report.keptOut['repeated: same position and values']]).toEqual([
        'sdss',
        136,
        136,
      ])
      const first = new Map<string, Row>()
      for (const row of rowsOf(file)) {
        const { id: _, ...rest } = row
        void _
        const key = JSON.stringify(rest)
        if (first.get(key) === undefined || BigInt(first.get(key)!['id']!) > BigInt(row['id']!)) first.set(key, row)
      }
      const names = { u: 'uMag', g: 'gMag', r: 'mag', i: 'iMag', z: 'zMag' } as const
      const wanted = [...first.values()].map((row) => {
        const values: Record<string, number> = {}
        for (const [b, column] of Object.entries(names)) {
          const isGood = num(row[`psfMag_${b}`]) > 14
          values[column] = isGood ? num(row[`psfMag_${b}`]) : NaN
          values[errorColumnOf(column)] = isGood ? num(row[`psfMagErr_${b}`]) : NaN
        }
        return { id: BigInt(row['id']!), raDeg: num(row['ra']), decDeg: num(row['dec']), values }
      })
      expectRows(stars, wanted)
    })

    test('the_monster: nJy, radians, and the source of each flux', async () => {
      const file = '147175/the_monster_20240904.csv.gz'
      const { report, stars } = await built([file])
      expect(report.name).toBe('the_monster')
      const wanted = rowsOf(file).map((row) => {
        const values: Record<string, number> = {}
        const put = (column: MagnitudeColumn, flux: number, error: number, isGood: boolean): void => {
          values[column] = isGood && flux > 0 ? 31.4 - 2.5 * Math.log10(flux) : NaN
          values[errorColumnOf(column)] = isGood && flux > 0 ? ((2.5 / Math.LN10) * error) / flux : NaN
        }
        for (const B of LETTERS) {
          const at = `monster_DES_${B.toLowerCase()}`
          const isGood = [2, 4, 8, 16, 32, 64].includes(num(row[`${at}_source_flag`]))
          put(COLUMN[B], num(row[`${at}_flux`]), num(row[`${at}_fluxErr`]), isGood)
        }
        put('uMag', num(row['monster_SDSS_u_flux']), num(row['monster_SDSS_u_fluxErr']), true)
        const deg = (radians: string) => (num(row[radians]) * 180) / Math.PI
        return { id: BigInt(row['id']!), raDeg: deg('coord_ra'), decDeg: deg('coord_dec'), values }
      })
      const some = wanted.filter(({ values }) =>
        [...LETTERS.map((B) => COLUMN[B]), 'uMag'].some((c) => !Number.isNaN(values[c]!)),
      )
      expectRows(stars, some)
    })

    test.each([
      ['147267/gaia_dr3_source.csv.gz', 'gaia_dr3'],
      ['147175/gaia_dr3_source.csv.gz', 'gaia_dr3'],
      ['229670/gaia_dr3_source.csv.gz', 'gaia_dr3'],
      ['189584/gaia_dr2_source.csv.gz', 'gaia_dr2'],
    ])('%s: the archive of Gaia, blank is missing', async (file, release) => {
      const { report, stars } = await built([file], { release, columns: ['default', 'parallax'] })
      expect(report.name).toBe(release)
      const wanted = rowsOf(file).map((row) => {
        const errorOf = (b: string) => 2.5 / Math.LN10 / num(row[`phot_${b}_mean_flux_over_error`])
        const values = {
          ...{ mag: num(row['phot_g_mean_mag']), magErr: errorOf('g') },
          ...{ bpMag: num(row['phot_bp_mean_mag']), bpMagErr: errorOf('bp') },
          ...{ rpMag: num(row['phot_rp_mean_mag']), rpMagErr: errorOf('rp') },
          ...{ pmRaCosDecMasYr: num(row['pmra']), pmDecMasYr: num(row['pmdec']), parallaxMas: num(row['parallax']) },
        }
        return { id: BigInt(row['source_id']!), raDeg: num(row['ra']), decDeg: num(row['dec']), values }
      })
      expectRows(stars, wanted)
    })

    test('Gaia XP: positions of gaia_source by id; negative fluxes are missing; without positions it is refused', async () => {
      const [xp, gspc, gaia] = [
        '147267/gaia_xp_gaiaxpy.csv.gz',
        '147267/gaia_xp_gspc.csv.gz',
        '147267/gaia_dr3_source.csv.gz',
      ]
      const positionsFrom = [join(tiles, gaia)]
      const places = new Map(rowsOf(gaia).map((row) => [row['source_id']!, row]))
      const placed = (row: Row, values: Wanted['values']): Wanted => {
        const of = places.get(row['source_id']!)!
        const motion = { pmRaCosDecMasYr: num(of['pmra']), pmDecMasYr: num(of['pmdec']) }
        return {
          id: BigInt(row['source_id']!),
          raDeg: num(of['ra']),
          decDeg: num(of['dec']),
          values: { ...values, ...motion },
        }
      }
      const ofXp = await built([xp], { positionsFrom })
      expect([ofXp.report.name, ofXp.report.placeholders]).toEqual(['gaia_dr3_xp', { Decam_flux_Y: 1 }])
      const wanted = rowsOf(xp).map((row) => {
        const values: Record<string, number> = {}
        for (const B of LETTERS) {
          const b = B === 'Y' ? 'Y' : B.toLowerCase()
          const [flux, error] = [num(row[`Decam_flux_${b}`]), num(row[`Decam_flux_error_${b}`])]
          // The file has the magnitude too, to 6 digits, blank for a negative flux.
          values[COLUMN[B]] = num(row[`Decam_mag_${b}`])
          const err = ((2.5 / Math.LN10) * error) / flux
          values[errorColumnOf(COLUMN[B])] = flux > 0 && err < 9 ? err : NaN
        }
        return placed(row, values)
      })
      expectRows(ofXp.stars, wanted, 2e-6)
      const ofGspc = await built([gspc], { positionsFrom })
      expect(ofGspc.report.name).toBe('gaia_dr3_gspc')
      const names = { u: 'uMag', g: 'gMag', r: 'mag', i: 'iMag', z: 'zMag' } as const
      const wantedGspc = rowsOf(gspc).map((row) => {
        const values: Record<string, number> = {}
        for (const [b, column] of [...Object.entries(names), ['y', 'yMag'] as const]) {
          const at = b === 'y' ? 'y_ps1' : `${b}_sdss`
          values[column] = num(row[`${at}_mag`])
          values[errorColumnOf(column)] = ((2.5 / Math.LN10) * num(row[`${at}_flux_error`])) / num(row[`${at}_flux`])
        }
        return placed(row, values)
      })
      expectRows(ofGspc.stars, wantedGspc)
      // The same from GaiaXPy's standardised bands, which have no limit of S/N.
      const asked = await built([xp], { positionsFrom, kind: 'gaia_dr3_gspc' })
      expect([asked.report.name, asked.report.rowCount]).toEqual(['gaia_dr3_gspc', 172])
      await expect(built([xp])).rejects.toThrow(
        'the rows have ids and no positions, as output of GaiaXPy has (expected --positions',
      )
    })

    test('ATLAS Refcat2, layout alone: 44 whole numbers without names, 0 is unknown', async () => {
      const file = '147267/dressed/refcat2_layout_45-27.rc2.gz'
      const { report, stars } = await built([file], { columns: ['default', 'parallax'] })
      expect(report.name).toBe('refcat2')
      expect(report.rowCount).toBe(781)
      // The order of the rows in the file is not that of the store, and there are no ids: by place.
      const at = new Map(
        Array.from(stars.raDeg, (ra, i) => [`${Math.round(ra * 1e8)},${Math.round(stars.decDeg[i]! * 1e8)}`, i]),
      )
      const mag = (text: string) => (text === '0' ? NaN : Number(text) / 1000)
      const wrong = csvParseRows(text(file)).flatMap((row) => {
        const i = at.get(`${row[0]},${row[1]}`)
        if (i === undefined) return [`no ${row[0]},${row[1]}`]
        const expected: Partial<Record<keyof StarColumns, number>> = {
          pmRaCosDecMasYr: Number(row[4]) / 100,
          pmDecMasYr: Number(row[6]) / 100,
          gaiaGMag: mag(row[8]!),
          parallaxMas: Number(row[2]) / 100,
          gaiaGMagErr: mag(row[9]!),
          bpMag: mag(row[10]!),
          bpMagErr: mag(row[11]!),
          rpMag: mag(row[12]!),
          rpMagErr: mag(row[13]!),
          gMag: mag(row[21]!),
          gMagErr: mag(row[22]!),
          mag: mag(row[25]!),
          magErr: mag(row[26]!),
          iMag: mag(row[29]!),
          iMagErr: mag(row[30]!),
          zMag: mag(row[33]!),
          zMagErr: mag(row[34]!),
          jMag: mag(row[38]!),
          jMagErr: mag(row[39]!),
          hMag: mag(row[40]!),
          hMagErr: mag(row[41]!),
          kMag: mag(row[42]!),
          kMagErr: mag(row[43]!),
        }
        return Object.entries(expected).flatMap(([name, value]) => {
          const found = (stars[name as keyof StarColumns] as Float64Array)[i]!
          const isSame = Number.isNaN(value) ? Number.isNaN(found) : Math.abs(found - value) < 1.2e-5
          return isSame ? [] : [`${row[0]} ${name}: ${found}, not ${value}`]
        })
      })
      expect(wrong.slice(0, 5)).toEqual([])
    })

    // Layouts of these surveys filled with another's numbers.
    test.each([
      [
        '147267/dressed/delve_dr2_layout.csv.gz',
        'delve_dr2',
        'griz',
        'QUICK_OBJECT_ID',
        'RA',
        'DEC',
        (b: string) => [`WAVG_MAG_PSF_${b.toUpperCase()}`, `WAVG_MAGERR_PSF_${b.toUpperCase()}`],
      ],
      [
        '147267/dressed/des_dr2_layout.csv.gz',
        'des_dr2',
        'grizy',
        'coadd_object_id',
        'ra',
        'dec',
        (b: string) => [`wavg_mag_psf_${b}`, `wavg_magerr_psf_${b}`],
      ],
      [
        '147267/dressed/skymapper_dr2_layout.csv.gz',
        'skymapper_dr2',
        'ugriz',
        'object_id',
        'raj2000',
        'dej2000',
        (b: string) => [`${b}_psf`, `e_${b}_psf`],
      ],
    ] as const)('%s is taken for %s, and for none of the others', async (file, kind, ofKind, id, ra, dec, columns) => {
      const { report, stars } = await built([file])
      expect(report.name).toBe(kind)
      const names = { u: 'uMag', g: 'gMag', r: 'mag', i: 'iMag', z: 'zMag', y: 'yMag' } as const
      const has = rowsOf(file).columns
      const wanted = rowsOf(file).map((row) => ({
        id: BigInt(row[id]!),
        raDeg: num(row[ra]),
        decDeg: num(row[dec]),
        values: Object.assign(
          {},
          ...Object.entries(names).flatMap(([b, column]) => {
            const [mag, err] = columns(b) as [string, string]
            return has.includes(mag) ? band(row, column, mag, err) : []
          }),
        ) as Wanted['values'],
      }))
      expectRows(stars, wanted)
      const bands = Object.entries(names).filter(([b]) => has.includes(columns(b)[0]!))
      expect(bands.map(([b]) => b).join('')).toBe(ofKind)
    })

    test('a table of no described catalogue is refused with the nearest', async () => {
      await expect(built(['147175/comcam_standard_stars.csv.gz'])).rejects.toThrow(
        /the columns are of no catalogue that is described: name .* by --kind.* \(found id,ra,dec,.*, expected .*sdss, standard stars \(lacks psfMag_r, psfMagErr_r\)/,
      )
    })
  },
)
