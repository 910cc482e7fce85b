import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { coneRegion } from '../../../src/catalog/region/sky-region.js'
import type { Cone } from '../../../src/catalog/region/cone-query.js'
import { nestedIndex } from '../../../src/healpix/index.js'
import { seededRandom } from '../../../src/math/random.js'
import { PATIENCE } from '../../../src/node/http/patience.js'
import { packagedDescriptions } from '../../../src/node/store/catalog-files.js'
import { fetchCatalogDirectory } from '../../../src/node/store/fetch-catalog.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import type { ArchiveRow } from '../../catalog/simulated-rows.js'
import { run, temporaryDirectory } from '../../cli/run.js'
import { tapServer, type TapFault } from '../../support/tap-server.js'

/** Stars round two fields, one at the pole and one across RA 0. */
const FIELDS = [
  { raDeg: 40, decDeg: 89.8, radiusDeg: 0.3 },
  { raDeg: 359.95, decDeg: -27.8, radiusDeg: 0.2 },
] as const
const random = seededRandom(3)
const ROWS: ArchiveRow[] = FIELDS.flatMap(({ raDeg, decDeg }, field) =>
  Array.from({ length: 800 }, (_, k) => {
    const ra = field === 0 ? 360 * random.uniform() : (raDeg + 1.2 * (random.uniform() - 0.5) + 360) % 360
    const dec = field === 0 ? 90 - 1.2 * random.uniform() : decDeg + 1.2 * (random.uniform() - 0.5)
    const id = (BigInt(nestedIndex(12, ra, dec)) << 35n) | (BigInt(k) << 7n)
    return { id, ra, dec, g: Math.fround(12 + 8 * random.uniform()), bp: k % 5 === 0 ? NaN : 15.5, pmra: 3 }
  }),
)

const server = await tapServer(ROWS)
afterAll(() => server.close())
beforeEach(() => {
  server.fault = () => undefined
  server.requests.length = 0
  server.forms.length = 0
  Object.assign(server, { maxRows: Infinity, silentLimit: Infinity })
})

const [dr2, dr3] = await packagedDescriptions()
const QUICK = { patience: { ...PATIENCE, backoffMs: 1 }, pollMs: 1 }

async function fetched(
  cones: readonly Cone[],
  to: string,
  { service = 'esa', maxRows = 3e6, notes = [] as string[], signal = undefined as AbortSignal | undefined } = {},
) {
  const described = dr3!.tapServices!.find(({ name }) => name === service)!
  const at = { ...described, url: server.url, maxRows }
  const options = { ...QUICK, onNote: (sentence: string) => notes.push(sentence), ...(signal ? { signal } : {}) }
  return fetchCatalogDirectory(cones, dr3!, at, to, options)
}

/** Ids of a catalogue in a cone, and of the rows there by brute force. */
async function idsIn(to: string, { raDeg, decDeg, radiusDeg }: Cone) {
  const region = coneRegion(raDeg, decDeg, radiusDeg)
  const catalog = await openCatalog(to)
  const { sourceId, raDeg: ra, decDeg: dec } = await catalog.read(region.cells)
  const found = Array.from(sourceId).filter((_, k) => region.contains!(ra[k]!, dec[k]!))
  const truth = ROWS.filter((row) => region.contains!(row.ra, row.dec)).map(({ id }) => id)
  return { found: found.sort(), truth: truth.sort(), missing: catalog.missingSqDeg(region.cells) }
}

describe('a cone becomes a catalogue', () => {
  test.each(['esa', 'vizier'])(
    'of %s: every star, covered, with proper motions, errors and the epoch',
    async (service) => {
      const to = join(temporaryDirectory(), 'field')
      const notes: string[] = []
      const report = await fetched(FIELDS, to, { service, notes })
      for (const cone of FIELDS) {
        const { found, truth, missing } = await idsIn(to, cone)
        expect(truth.length).toBeGreaterThan(50)
        expect([found, missing]).toEqual([truth, 0])
      }
      const catalog = await openCatalog(to)
      const stars = await catalog.read(catalog.coverage)
      expect(catalog.description.epochYr).toBe(2016)
      expect(new Set(stars.pmRaCosDecMasYr)).toEqual(new Set([3]))
      expect(new Set(stars.pmDecMasYr)).toEqual(new Set([-1.5]))
      expect(stars.magErr![0]).toBeCloseTo(service === 'esa' ? 2.5 / Math.LN10 / 500 : 0.002, 6)
      expect(stars.bpMag!.some(Number.isNaN)).toBe(true)
      expect(report.coverageFrom).toBe('given')
      // What was asked for, of whom and when is in the manifest.
      const manifest = JSON.parse(readFileSync(join(to, 'gaia_dr3/manifest.json'), 'utf8')) as {
        source: { url: string; answers: { query: string; at: string; rows: number }[] }
      }
      expect(manifest.source.url).toBe(server.url)
      expect(manifest.source.answers.map(({ query }) => query)).toEqual(server.forms.map((form) => form.get('QUERY')))
      for (const { at } of manifest.source.answers) expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000)
      expect(manifest.source.answers.reduce((sum, { rows }) => sum + rows, 0)).toBe(report.rowCount)
      const [form] = server.forms
      expect(Object.fromEntries(form!)).toMatchObject({
        REQUEST: 'doQuery',
        LANG: 'ADQL',
        MAXREC: '3000000',
        PHASE: 'RUN',
      })
      // Jobs are removed, and so is what was kept beside the target.
      expect(server.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(2)
      expect(readdirSync(join(to, '..'))).toEqual(['field'])
      expect(notes.join('\n')).toMatch(
        /^127\.0\.0\.1:\d+: 1 of 2, .* deg round RA 40, Dec 89\.8: the job is completed\n/,
      )
      expect((await run(['catalog', 'verify', to])).exitCode).toBe(0)
    },
  )

  test('a cone that is given twice is asked for once', async () => {
    await fetched([FIELDS[1], { ...FIELDS[1] }], join(temporaryDirectory(), 'field'))
    expect(server.forms).toHaveLength(1)
  })
})

describe('what passes is tried again', () => {
  const once = (what: RegExp, fault: TapFault, times = 1) => {
    let left = times
    server.fault = (request) => (what.test(request) && left-- > 0 ? fault : undefined)
  }
  test.each([
    ['a busy service', /^POST async$/, 'busy', 2],
    ['a connection that is dropped', /phase$/, 'drop', 2],
    ['a page of the web for the phase', /phase$/, 'web-page', 1],
    ['an answer that is cut', /file$/, 'cut-body', 2],
    ['a document that is cut', /file$/, 'cut-document', 2],
    ['a page of the web for the result', /file$/, 'web-page', 2],
    ['a job that is still at work', /phase$/, { phase: 'EXECUTING' }, 3],
    ['a job that has to be started', /GET async\/\d+\/phase$/, { phase: 'PENDING' }, 1],
  ] as const)('%s', async (_, what, fault, times) => {
    once(what, fault, times)
    const to = join(temporaryDirectory(), 'field')
    await fetched([FIELDS[1]], to)
    const { found, truth } = await idsIn(to, FIELDS[1])
    expect(found).toEqual(truth)
    expect(server.requests.filter((request) => what.test(request)).length).toBeGreaterThan(times)
  })
})

describe('what does not pass is said, and nothing is at the target', () => {
  test.each([
    [
      'a query that is refused',
      /^POST async$/,
      'refuse',
      /\/tap\/async: the service refuses: Column ra is unknown \(found status 400\)/,
    ],
    [
      'a page of the web instead of a job',
      /^POST async$/,
      'web-page',
      /does not start a job.*\(found Proxy error, expected status 303\)/,
    ],
    ['a service that stays busy', /^POST async$/, 'busy', /the server does not deliver: status 503 \(5 tries\)/],
    [
      'a job that fails',
      /phase$/,
      { phase: 'ERROR' },
      /could not do the query: the query takes too long \(found ERROR\)/,
    ],
    ['a job that was aborted', /phase$/, { phase: 'ABORTED' }, /could not do the query: .*\(found ABORTED\)/],
    ['a job that is gone', /phase$/, 'gone', /the service does not know the address: the job is gone/],
    ['a result that is an error', /file$/, 'error-document', /could not do the query: disk quota/],
    [
      'a document that is always cut',
      /file$/,
      'cut-document',
      /results\/result, line \d+: the XML is damaged or cut short/,
    ],
    [
      'a page of the web for every result',
      /file$/,
      'web-page',
      /results\/result: the file is a page of the web \(HTML\)/,
    ],
  ] as const)('%s', async (_, what, fault, message) => {
    server.fault = (request) => (what.test(request) ? fault : undefined)
    const to = join(temporaryDirectory(), 'field')
    await expect(fetched([FIELDS[1]], to)).rejects.toThrow(message)
    expect(existsSync(to)).toBe(false)
  })

  test.each([
    [
      'a limit that the service says',
      { maxRows: 20 },
      3e6,
      /at a limit of rows: ask for several smaller cones \(found .*rows/,
    ],
    ['a limit that it does not say', { silentLimit: 20 }, 20, /\(found 20 rows, as many as were asked for at most\)/],
  ])('%s', async (_, limits, maxRows, message) => {
    Object.assign(server, limits)
    const to = join(temporaryDirectory(), 'field')
    await expect(fetched([FIELDS[1]], to, { maxRows })).rejects.toThrow(message)
    expect(existsSync(to)).toBe(false)
  })

  test('a field without a star', async () => {
    const to = join(temporaryDirectory(), 'field')
    await expect(fetched([{ raDeg: 180, decDeg: 0, radiusDeg: 0.1 }], to)).rejects.toThrow(
      'there is no star in the input',
    )
    expect(existsSync(to)).toBe(false)
  })

  test('rows of another release', async () => {
    const to = join(temporaryDirectory(), 'field')
    const service = { ...dr2!.tapServices![0]!, url: server.url }
    await expect(fetchCatalogDirectory([FIELDS[1]], dr2!, service, to, QUICK)).rejects.toThrow(
      /the input is of gaia_dr3, not of gaia_dr2/,
    )
  })
})

describe('the same command goes on where it was interrupted', () => {
  test('what was fetched is not asked for again', async () => {
    const to = join(temporaryDirectory(), 'field')
    server.fault = (request) =>
      /^GET async\/\d+\/results\/file$/.test(request) && server.forms.length === 2 ? 'gone' : undefined
    await expect(fetched(FIELDS, to)).rejects.toThrow()
    server.fault = () => undefined
    const notes: string[] = []
    await fetched(FIELDS, to, { notes })
    // The second job was begun before, and is only waited for.
    expect(server.forms).toHaveLength(2)
    expect(notes[0]).toMatch(/1 of 2, .*: \d+ stars, fetched 20\d\d-/)
    for (const cone of FIELDS) {
      const { found, truth } = await idsIn(to, cone)
      expect(found).toEqual(truth)
    }
  })

  test('a job that was stopped is waited for again, or begun anew if it is gone', async () => {
    for (const isGone of [false, true]) {
      const before = server.forms.length
      const to = join(temporaryDirectory(), 'field')
      const stop = new AbortController()
      server.fault = (request, count) => {
        if (!/phase$/.test(request)) return undefined
        if (count > 2) stop.abort(new Error('stopped'))
        return { phase: 'EXECUTING' }
      }
      await expect(fetched([FIELDS[1]], to, { signal: stop.signal })).rejects.toThrow('stopped')
      const asked = server.requests.length
      server.fault = (request) =>
        isGone && request === server.requests[asked] && request.endsWith('phase') && server.forms.length === before + 1
          ? 'gone'
          : undefined
      await fetched([FIELDS[1]], to)
      expect(server.forms.length - before).toBe(isGone ? 2 : 1)
      const { found, truth } = await idsIn(to, FIELDS[1])
      expect(found).toEqual(truth)
    }
  })
})
