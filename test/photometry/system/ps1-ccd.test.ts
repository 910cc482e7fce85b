import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { csvParse } from 'd3-dsv'
import { afterAll, expect, test } from 'vitest'
import { seededRandom } from '../../../src/math/random.js'
import { run } from '../../cli/run.js'
import { shared } from '../../simulate/describe-catalogue.js'

const tile = shared('real/tiles/189584')
const scratch = mkdtempSync(join(tmpdir(), 'bliss-ps1-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const rowsOf = (file: string) => csvParse(gunzipSync(readFileSync(join(tile, file))).toString())

interface Result {
  readonly ccds: readonly {
    readonly zeropoint: number
    readonly zeropointErr: number
    readonly systematicErr: number
    readonly system: string
    readonly catalog: string
    readonly relation: string
  }[]
}

test.skipIf(!existsSync(tile))(
  'a CCD of real stars on a PS1 store: the zeropoint that was put in (skipped where ../shared/real is absent)',
  async () => {
    const store = join(scratch, 'ps1')
    const raw = join(tile, 'ps1_mast_mean.csv.gz')
    expect(await run(['catalog', 'build', '--from', raw, '--to', store, '--quiet'])).toMatchObject({ exitCode: 0 })
    // DES's magnitudes of the stars, by the published relation worked elsewhere, through a zeropoint of 30.1.
    const places = new Map(rowsOf('ps1_mast_mean.csv.gz').map((row) => [row['objID'], row]))
    const random = seededRandom(5)
    const lines = rowsOf('gaia_dr2_x_ps1.csv.gz').flatMap((row) => {
      const [place, des] = [places.get(row['ps1_objid']!), Number(row['ps1_as_des_R'] || NaN)]
      const [ra, dec] = [Number(place?.['raMean'] ?? NaN), Number(place?.['decMean'] ?? NaN)]
      if (!(Math.abs(ra - 321.05) < 0.08 && Math.abs(dec + 0.35) < 0.08 && des > 15)) return []
      const flux = 10 ** (-0.4 * (des - 30.1))
      return [`${ra},${dec},${flux * (1 + 0.005 * random.normal())},${0.005 * flux}`]
    })
    expect(lines.length).toBeGreaterThan(150)
    const table = join(scratch, 'ccd.csv')
    writeFileSync(table, `ra,dec,flux,fluxerr\n${lines.join('\n')}\n`)
    const columns = ['--columns', 'ra=ra,dec=dec,flux=flux,fluxErr=fluxerr', '--band', 'r']
    const { out } = await run([table, ...columns, '--catalog', store, '--outdir', scratch, '--json'])
    const [ccd] = (JSON.parse(out) as Result).ccds
    expect(ccd).toMatchObject({
      system: 'des-ab',
      catalog: 'ps1_dr2',
      relation: 'ps1_dr2 to DES r',
    })
    // The relation is good to 5 mmag, but nothing says whose r it is.
    expect(ccd!.systematicErr).toBeGreaterThan(0.05)
    expect(Math.abs(ccd!.zeropoint - 30.1)).toBeLessThan(3 * ccd!.zeropointErr)
    // Its own band as it is, by name.
    const asIs = await run([
      table,
      ...columns,
      '--catalog',
      store,
      '--outdir',
      join(scratch),
      '--system',
      'catalog',
      '--json',
      '--force',
    ])
    expect((JSON.parse(asIs.out) as Result).ccds[0]!.relation).toBe('ps1_dr2 ps1 r (AB) magnitude as it is')
  },
)
