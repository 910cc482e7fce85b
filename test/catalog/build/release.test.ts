import { describe, expect, test } from 'vitest'
import { writeParquet } from '../../../src/formats/parquet/index.js'
import { writeFitsTable } from '../../../src/formats/fits/index.js'
import { tableOf, type Column } from '../../../src/table/columns.js'
import { buildInMemory } from '../memory-store.js'
import { memoryInput } from '../simulated-rows.js'

const GAIA = 'source_id,ra,dec,phot_g_mean_mag'

/** Builds of named files; gives the release and what told it. */
async function releaseOf(files: Readonly<Record<string, string | Uint8Array>>, release?: string) {
  const inputs = Object.entries(files).map(([name, content]) => memoryInput(name, content))
  const { report } = await buildInMemory(inputs, release === undefined ? {} : { release })
  return [report.name, report.releaseFrom]
}

const csv = (names: string, ...values: string[]) =>
  [`${GAIA}${names}`, ...values.map((value, i) => `${i + 1},${10 + i},20,15${value}`), ''].join('\n')

function columns(more: readonly Column[]): readonly Column[] {
  const f64 = (name: string, value: number): Column => ({ name, type: 'f64', values: Float64Array.of(value) })
  return [
    { name: 'source_id', type: 'i64', values: BigInt64Array.of(1n) },
    f64('ra', 10),
    f64('dec', 20),
    f64('phot_g_mean_mag', 15),
    ...more,
  ]
}

const SILENT = 'nothing tells the release of the rows'

describe('what the rows say', () => {
  test.each([
    ['ref_epoch', csv(',ref_epoch', ',2015.5'), 'gaia_dr2'],
    ['ref_epoch, a whole year', csv(',ref_epoch', ',2016'), 'gaia_dr3'],
    ['ref_epoch as text, missing in one row', csv(',ref_epoch', ',null', ',"J2016.0"'), 'gaia_dr3'],
    ['designations', csv(',designation', ',Gaia DR3 1', ',Gaia DR3 4472832130942575872'), 'gaia_dr3'],
    ['designations in quotes', csv(',DESIGNATION', ',"Gaia DR2 1"'), 'gaia_dr2'],
    ['designations of EDR3', csv(',designation', ',Gaia EDR3 1'), 'gaia_dr3'],
    ['a column of DR3 alone', csv(',ipd_frac_multi_peak', ',0'), 'gaia_dr3'],
    ['another, in capitals', csv(',HAS_XP_CONTINUOUS', ',false'), 'gaia_dr3'],
    ['a column of DR2 alone', csv(',astrometric_weight_al', ',0.3'), 'gaia_dr2'],
    ['the table of a query', `# SELECT TOP 10 * FROM gaiaedr3.gaia_source\n${csv('', '')}`, 'gaia_dr3'],
    ["VizieR's table", `#Name: I/345/gaia2\n${csv('', '')}`, 'gaia_dr2'],
    [
      'the epoch of the positions in the head of an ECSV',
      `# %ECSV 1.0\n#     CoosysEpoch: J2016.0\n${csv('', '')}`,
      'gaia_dr3',
    ],
    ['a pixel file of the original', 'SOURCE_ID,RA,DEC,PHOT_G_MEAN_MAG\n', 'gaia_dr2', 'GaiaOut05000.csv'],
  ])('%s', async (_, content, release, name = 'a.csv') => {
    expect(await releaseOf({ [name]: content })).toEqual([release, 'input'])
    if (name === 'a.csv') expect(await releaseOf({ [name]: content }, release)).toEqual([release, 'input'])
    const other = release === 'gaia_dr2' ? 'gaia_dr3' : 'gaia_dr2'
    if (name === 'a.csv')
      await expect(releaseOf({ [name]: content }, other)).rejects.toThrow(
        `the input is of ${release}, not of ${other} as --release says`,
      )
  })

  const epochs: Column[] = [
    { name: 'ref_epoch', type: 'f64', values: Float64Array.of(2016) },
    { name: 'ref_epoch', type: 'f32', values: Float32Array.of(2016) },
    { name: 'ref_epoch', type: 'i32', values: Int32Array.of(2016) },
    { name: 'ref_epoch', type: 'i64', values: BigInt64Array.of(2016n) },
    { name: 'ref_epoch', type: 'string', values: ['2016.0'] },
    { name: 'designation', type: 'string', values: ['Gaia DR3 1'] },
    { name: 'designation', type: 'string', values: ['Gaia EDR3 1'] },
  ]
  test.each(epochs)('$name as $type in FITS and Parquet', async (column) => {
    const table = tableOf(columns([column]))
    expect(await releaseOf({ 'a.fits': writeFitsTable(table), 'a.parquet': await writeParquet(table) })).toEqual([
      'gaia_dr3',
      'input',
    ])
  })

  test('the name of a FITS table', async () => {
    expect(await releaseOf({ 'a.fits': writeFitsTable(tableOf(columns([])), { extname: 'I_355_gaiadr3' }) })).toEqual([
      'gaia_dr3',
      'input',
    ])
  })
})

describe('what is asked for', () => {
  test.each([
    ['silent rows', { 'a.csv': csv(',ruwe', ',1') }],
    ['four columns of the archive', { 'a.csv': csv('', '') }],
    [
      'comments that name tables of two releases',
      { 'a.csv': `# gaiadr2.gaia_source join gaiadr3.gaia_source\n${csv('', '')}` },
    ],
    ['a silent file beside one that tells', { 'a.csv': csv(',ref_epoch', ',2016'), 'b.csv': csv('', '') }],
    ["a silent file beside the original's", { 'GaiaOut05000.csv': 'a,b,c,d\n', 'b.csv': csv('', '') }],
  ])('%s', async (_, files) => {
    await expect(releaseOf(files)).rejects.toThrow(SILENT)
    await expect(releaseOf(files)).rejects.toThrow('name the release with --release if you know it')
    const release = 'a.csv' in files && files['a.csv'].includes('ref_epoch') ? 'gaia_dr3' : 'gaia_dr2'
    expect(await releaseOf(files, release)).toEqual([release, 'option'])
  })

  test('a file without rows need not tell, and the layout of the original gives way to the option', async () => {
    expect(await releaseOf({ 'a.csv': csv(',ref_epoch', ',2016'), 'b.csv': `${GAIA}\n` })).toEqual([
      'gaia_dr3',
      'input',
    ])
    expect(await releaseOf({ 'GaiaOut05000.csv': 'a,b,c,d\n' }, 'gaia_dr3')).toEqual(['gaia_dr3', 'input'])
  })
})

describe('what is refused', () => {
  test.each([
    [
      'no such release',
      { 'a.csv': csv(',ref_epoch', ',2000') },
      'a.csv, column ref_epoch: the input is of no release that is known (found 2000, expected gaia_dr2 or gaia_dr3)',
    ],
    [
      'an epoch that is none',
      { 'a.csv': csv(',ref_epoch', ',B1950') },
      'a.csv, column ref_epoch: the input is of no release that is known (found B1950',
    ],
    [
      'DR1',
      { 'a.csv': csv(',designation', ',Gaia DR1 1') },
      'a.csv, column designation: the input is of no release that is known (found Gaia DR1',
    ],
    [
      'two epochs',
      { 'a.csv': csv(',ref_epoch', ',2015.5', ',2016') },
      'a.csv, column ref_epoch: the input is of gaia_dr3, but column ref_epoch says ' +
        'gaia_dr2 (2015.5): build the releases apart (found 2016)',
    ],
    [
      'epoch and designation',
      { 'a.csv': csv(',ref_epoch,designation', ',2015.5,Gaia DR3 1') },
      'column designation: the input is of gaia_dr3, but column ref_epoch says gaia_dr2',
    ],
    [
      'a column that the epoch cannot have',
      { 'a.csv': csv(',ref_epoch,has_rvs', ',2015.5,true') },
      'column ref_epoch: the input is of gaia_dr2, but column has_rvs says gaia_dr3',
    ],
    [
      'two files',
      { 'a.csv': csv(',ref_epoch', ',2015.5'), 'b.csv': csv(',ref_epoch', ',2016') },
      'b.csv, column ref_epoch: the input is of gaia_dr3, but a.csv says gaia_dr2 (2015.5)',
    ],
    [
      "the original's and DR3",
      { 'GaiaOut05000.csv': 'a,b,c,d\n', 'b.csv': csv(',ref_epoch', ',2016') },
      'b.csv, column ref_epoch: the input is of gaia_dr3, but GaiaOut05000.csv ' +
        "says gaia_dr2 (a pixel file of the original's store)",
    ],
  ])('%s', async (_, files, message) => {
    await expect(releaseOf(files)).rejects.toThrow(message)
  })

  test('a release that is not described', async () => {
    await expect(releaseOf({ 'a.csv': csv('', '') }, 'gaia_dr1')).rejects.toThrow(
      '--release: no catalogue of this name is described (found gaia_dr1, expected gaia_dr2 or gaia_dr3)',
    )
  })
})
