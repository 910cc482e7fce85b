import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../src/cli/main.js'
import { memorySource } from '../../src/formats/bytes.js'
import { readFitsTable, writeFitsLdac } from '../../src/formats/fits/index.js'
import { ang2pix, queryDiscInclusive } from '../../src/healpix/index.js'
import { DIFFERENCES, type DifferenceTag } from '../../src/legacy/differences.js'
import { runLegacy } from '../../src/legacy/run.js'
import { findColumn, type Table } from '../../src/table/columns.js'
import { buildCatalogDirectory } from '../../src/node/store/catalog-build.js'
import {
  fileName,
  inputsOf,
  memoryStore,
  optionsOf,
  recordsOf,
  smallExposure,
  textOf,
  withColumn,
  type SmallExposure,
} from './small-exposure.js'

const OTHER = 'other_Obj.csv'

/** The exposure as files of a directory, with a catalogue beside it; runs the command there. */
async function inDirectory(
  exposure: SmallExposure,
  list: string,
  act: (dir: string, run: (...args: string[]) => Promise<{ code: number; messages: string }>) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'bliss-legacy-'))
  try {
    const work = join(dir, 'work')
    const { sourceId, raDeg, decDeg, mag } = exposure.stars
    writeFileSync(
      join(dir, 'stars.csv'),
      [
        'source_id,ra,dec,phot_g_mean_mag',
        ...Array.from(sourceId, (id, i) => `${id},${raDeg[i]},${decDeg[i]},${mag[i]}`),
      ].join('\n') + '\n',
    )
    await buildCatalogDirectory([join(dir, 'stars.csv')], join(dir, 'catalog'), { release: 'gaia_dr2' })
    mkdirSync(work)
    writeFileSync(join(work, list), exposure.list)
    for (const [name, table] of exposure.tables)
      writeFileSync(
        join(work, name),
        writeFitsLdac({ imageCards: [{ keyword: 'SIMPLE', value: true }], objects: table }),
      )
    await act(work, async (...args) => {
      let messages = ''
      const code = await main(
        [
          '--legacy',
          '--expnum',
          '668439',
          '--catalog',
          join(dir, 'catalog'),
          '--workdir',
          work,
          '--outdir',
          work,
          ...args,
        ],
        {
          out: (text) => void (messages += text),
          err: (text) => void (messages += text),
          env: {},
        },
      )
      return { code, messages }
    })
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const proofs: Record<DifferenceTag, () => Promise<void>> = {
  'exact-ids': async () => {
    const exposure = smallExposure()
    const { files } = await runLegacy(inputsOf(exposure), optionsOf())
    const printed = recordsOf(textOf(files, 'STDD00668439_r4p5_red_catlist.csv')).map((row) => BigInt(row['MATCHID']!))
    expect(new Set(printed)).toEqual(new Set(exposure.stars.sourceId.slice(0, printed.length)))
    expect(Number.isSafeInteger(Number(printed[0]))).toBe(false)
  },
  'wide-integers': async () => {
    const exposure = smallExposure()
    const table = exposure.tables.get(fileName(1))!
    const numbered = withColumn(table, {
      name: 'NUMBER',
      type: 'i32',
      values: Int32Array.from({ length: table.rowCount }, (_, i) => 70_000 + i),
    })
    const { files } = await runLegacy(
      inputsOf(exposure, { tables: new Map([...exposure.tables, [fileName(1), numbered]]) }),
      optionsOf(),
    )
    const fits = await readFitsTable(memorySource('ZP', files.find(({ name }) => name.endsWith('_ZP.fits'))!.bytes))
    expect(findColumn(fits, 'EXPNUM')).toMatchObject({ type: 'i32' })
    expect(new Set(findColumn(fits, 'EXPNUM')!.values as Int32Array)).toEqual(new Set([668439]))
    expect(Math.max(...(findColumn(fits, 'NUMBER')!.values as Int32Array))).toBe(70_000 + table.rowCount - 1)
    expect(findColumn(fits, 'IMAFLAGS_ISO')).toMatchObject({ type: 'i32' })
  },
  'exact-decimals': async () => {
    const exposure = smallExposure()
    const { files } = await runLegacy(inputsOf(exposure), optionsOf())
    const ra = recordsOf(textOf(files, 'D00668439_01_r4p5_ZP.csv')).map((row) => Number(row['ALPHAWIN_J2000']))
    const measured = [...exposure.tables.values()].flatMap((table) =>
      Array.from(findColumn(table, 'ALPHAWIN_J2000')!.values as Float64Array),
    )
    expect(ra).toEqual(measured.sort((a, b) => a - b))
  },
  'intended-clip': async () => {
    const { exitCode, files } = await runLegacy(inputsOf(smallExposure({ offset: -30.25 })), optionsOf())
    const [zero] = recordsOf(textOf(files, 'Zero_D00668439_01_r4p5.csv'))
    expect(exitCode).toBe(0)
    expect(zero).toMatchObject({ Nall: '40', Nclipped: '40' })
    expect(Number(zero!['ZP'])).toBeCloseTo(-30.25, 5) // float32 magnitudes: 1 micromag
  },
  'other-mag-types': async () => {
    const { exitCode, files } = await runLegacy(inputsOf(smallExposure()), optionsOf({ magType: 'mag_auto' }))
    expect(exitCode).toBe(0)
    expect(textOf(files, 'Zero_D00668439_01_r4p5.csv')).toMatch(
      /,40,40,-30\.2500\d\d,.*,mag_auto\n$|,40,40,-30\.2499\d\d,.*,mag_auto\n$/,
    )
    expect(recordsOf(textOf(files, `${fileName(1)}_match.csv`))[0]).toMatchObject({ MAGTYPE_2: 'MAG_AUTO' })
  },
  'vector-fluxes': async () => {
    const exposure = smallExposure()
    const table = exposure.tables.get(fileName(1))!
    const psf = findColumn(table, 'FLUX_PSF')!.values as Float32Array
    const vector = (scale: (element: number) => number) =>
      Float32Array.from({ length: 12 * psf.length }, (_, k) => psf[Math.floor(k / 12)]! * scale((k % 12) + 1))
    const wide: Table = withColumn(
      withColumn(table, {
        name: 'FLUX_APER',
        type: 'f32',
        width: 12,
        values: vector((element) => (element === 8 ? 10 ** -0.4 : 1)),
      }),
      {
        name: 'FLUXERR_APER',
        type: 'f32',
        width: 12,
        values: vector(() => 0.01),
      },
    )
    const { exitCode, files, messages } = await runLegacy(
      inputsOf(exposure, { tables: new Map([...exposure.tables, [fileName(1), wide]]) }),
      optionsOf({ magType: 'mag_aper_8' }),
    )
    expect(exitCode, messages.join()).toBe(0)
    const [zero] = recordsOf(textOf(files, 'Zero_D00668439_01_r4p5.csv'))
    expect(Number(zero!['ZP'])).toBeCloseTo(-29.25, 5) // one magnitude fainter in element 8
  },
  'foreign-files': async () => {
    await inDirectory(smallExposure(), 'D00668439_r4p5_red_catlist.csv', async (work, run) => {
      writeFileSync(join(work, OTHER), 'of another run\n')
      const { code, messages } = await run('--ccd', '1')
      expect(code, messages).toBe(0)
      expect(readFileSync(join(work, OTHER), 'utf8')).toBe('of another run\n')
      expect(recordsOf(readFileSync(join(work, 'D00668439_01_r4p5_ZP.csv'), 'utf8'))).toHaveLength(80)
      expect(readdirSync(work).filter((name) => name.includes('tmp'))).toEqual([])
    })
  },
  'stale-files': async () => {
    await inDirectory(smallExposure(), 'D00668439_r4p5_red_catlist.csv', async (work, run) => {
      expect((await run('--ccd', '1')).code).toBe(0)
      const before = readFileSync(join(work, 'Zero_D00668439_01_r4p5.csv'), 'utf8')
      rmSync(join(work, fileName(1)))
      const { code, messages } = await run('--ccd', '1')
      expect(code).toBe(1)
      expect(messages).toContain(`${fileName(1)}: the catalogue of CCD 1, line 2 of the list, does not exist`)
      expect(readFileSync(join(work, 'Zero_D00668439_01_r4p5.csv'), 'utf8')).toBe(before)
    })
  },
  'whole-set': async () => {
    const exposure = smallExposure()
    const gone = new Map([...exposure.tables].filter(([name]) => name !== fileName(2)))
    expect(await runLegacy(inputsOf(exposure, { tables: gone }), optionsOf())).toEqual({
      exitCode: 1,
      files: [],
      messages: [`${fileName(2)}: the catalogue of CCD 2, line 3 of the list, does not exist`],
    })
    const table = exposure.tables.get(fileName(2))!
    const narrow = { ...table, columns: table.columns.filter(({ name }) => name !== 'FWHMPSF_IMAGE') }
    expect(
      await runLegacy(
        inputsOf(exposure, { tables: new Map([...exposure.tables, [fileName(2), narrow]]) }),
        optionsOf(),
      ),
    ).toEqual({
      exitCode: 1,
      files: [],
      messages: [`${fileName(2)}, HDU 2, column FWHMPSF_IMAGE: the catalogue lacks a column that the original reads`],
    })
  },
  'nan-position': async () => {
    const exposure = smallExposure()
    const table = exposure.tables.get(fileName(1))!
    const ra = (findColumn(table, 'ALPHAWIN_J2000')!.values as Float64Array).slice()
    ra[6] = NaN
    const damaged = withColumn(table, { name: 'ALPHAWIN_J2000', type: 'f64', values: ra })
    expect(
      await runLegacy(
        inputsOf(exposure, { tables: new Map([...exposure.tables, [fileName(1), damaged]]) }),
        optionsOf(),
      ),
    ).toEqual({
      exitCode: 1,
      files: [],
      messages: [
        `${fileName(1)}, HDU 2, row 7, column ALPHAWIN_J2000: a star that passes the ` +
          `selection has no position: NUMBER 7 (found NaN, expected degrees)`,
      ],
    })
  },
  'missing-pixel': async () => {
    const exposure = smallExposure()
    const store = memoryStore(exposure.stars, [Number(ang2pix(5, 30, -5, 'ring'))])
    const { exitCode, files, messages } = await runLegacy(inputsOf(exposure, { store }), optionsOf())
    expect({ exitCode, files }).toEqual({ exitCode: 1, files: [] })
    expect(messages[0]).toMatch(
      /^a store in memory: the catalogue does not cover CCD 1 at RA 30, Dec -5 \(found 0\.\d{4} of 0\.0\d{3} sq deg missing, expected all of the CCD\)$/,
    )
    const beside = memoryStore(
      exposure.stars,
      queryDiscInclusive(5, 30, -5, 0.2).filter((ring) => ring !== Number(ang2pix(5, 30, -5, 'ring'))),
    )
    expect((await runLegacy(inputsOf(exposure, { store: beside }), optionsOf())).exitCode).toBe(0)
  },
  'padded-list': async () => {
    await inDirectory(smallExposure(), 'D00668439_r4p05_red_catlist.csv', async (work, run) => {
      const { code, messages } = await run('--reqnum', '4', '--attnum', '5', '--ccd', '2')
      expect(code, messages).toBe(0)
      expect(readdirSync(work)).toContain('Zero_D00668439_02_r4p05.csv')
      expect(recordsOf(readFileSync(join(work, 'allZP_D00668439_r4p05.csv'), 'utf8'))[0]).toMatchObject({
        REQNUM: '4',
        ATTNUM: '5',
      })
    })
  },
  verbose: async () => {
    await inDirectory(smallExposure(), 'D00668439_r4p5_red_catlist.csv', async (work, run) => {
      const { code, messages } = await run('--ccd', '1', '--verbose', '1')
      expect(code, messages).toBe(0)
      expect(messages).toContain('Gaia G')
      expect(readdirSync(work).filter((name) => name.endsWith('.png'))).toEqual([])
    })
  },
}

for (const { tag, sentence } of DIFFERENCES) test(`${tag}: ${sentence}`, () => proofs[tag]())

test('every proof belongs to a difference that is told', () => {
  expect(Object.keys(proofs).sort()).toEqual(DIFFERENCES.map(({ tag }) => tag).sort())
})
