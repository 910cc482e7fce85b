import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { separationArcsec } from '../../src/math/sphere.js'
import type { ArchiveRow } from '../catalog/simulated-rows.js'

/** What a service does wrong with one request; `path` is below the service: `async`, `async/7/phase`. */
export type TapFault =
  | 'busy'
  | 'drop'
  | 'web-page'
  | 'refuse'
  | 'gone'
  | 'cut-body'
  | 'cut-document'
  | 'error-document'
  | { readonly phase: string }

export interface TapServer {
  readonly url: string
  /** `POST async`, `GET async/1/phase`, ... */
  readonly requests: string[]
  /** The forms of the queries. */
  readonly forms: URLSearchParams[]
  fault: (request: string, count: number) => TapFault | undefined
  /** The row limit that the service has by itself, and says. */
  maxRows: number
  /** The row limit that it does not say. */
  silentLimit: number
  close(): Promise<void>
}

type Column = (row: ArchiveRow, k: number) => string | number | bigint

/** Columns of ESA's table and of VizieR's. */
const COLUMNS: Readonly<Record<string, Column>> = {
  source_id: ({ id }) => id,
  ref_epoch: () => 2016,
  ra: ({ ra }) => ra,
  dec: ({ dec }) => dec,
  phot_g_mean_mag: ({ g }) => g,
  phot_g_mean_flux_over_error: () => 500,
  phot_bp_mean_mag: ({ bp }) => (Number.isNaN(bp) ? '' : bp),
  phot_bp_mean_flux_over_error: () => 50,
  phot_rp_mean_mag: ({ g }) => g - 1,
  phot_rp_mean_flux_over_error: () => 60,
  phot_bp_rp_excess_factor: () => 1.2,
  pmra: ({ pmra }) => pmra,
  pmdec: () => -1.5,
  Source: ({ id }) => id,
  RA_ICRS: ({ ra }) => ra,
  DE_ICRS: ({ dec }) => dec,
  Gmag: ({ g }) => g,
  e_Gmag: () => 0.002,
  BPmag: ({ bp }) => (Number.isNaN(bp) ? '' : bp),
  e_BPmag: () => 0.02,
  RPmag: ({ g }) => g - 1,
  e_RPmag: () => 0.02,
  'E(BP/RP)': () => 1.2,
  pmRA: ({ pmra }) => pmra,
  pmDE: () => -1.5,
}

/** ADQL of a cone, as the standard has it (ADQL 2.0, section 4.2). */
const CONE =
  /^SELECT (.+) FROM ([\w."/]+) WHERE 1 = CONTAINS\(POINT\('ICRS', (\w+), (\w+)\), CIRCLE\('ICRS', ([\d.e+-]+), ([\d.e+-]+), ([\d.e+-]+)\)\)$/

const votable = (content: string) =>
  '<?xml version="1.0" encoding="UTF-8"?>\n<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">' +
  `<RESOURCE type="results">${content}</RESOURCE></VOTABLE>\n`
const status = (value: string, text = '') => `<INFO name="QUERY_STATUS" value="${value}">${text}</INFO>`

/** A service of TAP 1.1 on the loopback, with asynchronous jobs (UWS 1.1), for one table of stars. */
export async function tapServer(rows: readonly ArchiveRow[]): Promise<TapServer> {
  const jobs = new Map<string, { form: URLSearchParams; phase: string }>()
  const state = {
    requests: [] as string[],
    forms: [] as URLSearchParams[],
    fault: (() => undefined) as TapServer['fault'],
    maxRows: Infinity,
    silentLimit: Infinity,
  }

  const result = (form: URLSearchParams): string => {
    const cone = CONE.exec(form.get('QUERY') ?? '')
    if (cone === null) return votable(status('ERROR', `cannot parse ${form.get('QUERY')}`))
    const names = cone[1]!.split(', ').map((name) => name.replaceAll('"', ''))
    const [ra, dec, radius] = cone.slice(5).map(Number) as [number, number, number]
    const inside = rows.filter((row) => separationArcsec(ra, dec, row.ra, row.dec) <= 3600 * radius)
    const limit = Math.min(state.maxRows, Number(form.get('MAXREC')))
    const given = inside.slice(0, Math.min(limit, state.silentLimit))
    const field = (name: string) =>
      `<FIELD name="${name.replace('&', '&amp;')}" datatype="${/^source/i.test(name) ? 'long' : 'double'}"/>`
    const cells = given.map(
      (row, k) => `<TR>${names.map((name) => `<TD>${String(COLUMNS[name]!(row, k))}</TD>`).join('')}</TR>`,
    )
    const over = inside.length > limit && state.silentLimit === Infinity ? status('OVERFLOW', 'limit reached') : ''
    return votable(
      `${status('OK')}<TABLE name="result">${names.map(field).join('')}<DATA><TABLEDATA>` +
        `${cells.join('\n')}</TABLEDATA></DATA></TABLE>${over}`,
    )
  }

  const answer = (request: IncomingMessage, response: ServerResponse, path: string, body: string): void => {
    const what = `${request.method} ${path}`
    state.requests.push(what)
    const fault = state.fault(what, state.requests.filter((before) => before === what).length)
    const send = (code: number, text: string, headers: Record<string, string> = {}) =>
      response.writeHead(code, { 'Content-Type': 'text/xml', ...headers }).end(text)
    const [, id, below] = /^async\/(\d+)(?:\/(.*))?$/.exec(path) ?? []
    const job = id === undefined ? undefined : jobs.get(id)
    if (fault === 'busy') return void send(503, 'later', { 'Retry-After': '0' })
    if (fault === 'drop') return void request.socket.destroy()
    if (fault === 'web-page') return void send(200, '<!DOCTYPE html>\n<html><body>Proxy error</body></html>')
    if (fault === 'refuse') return void send(400, votable(status('ERROR', 'Column  ra\n is unknown')))
    if (fault === 'gone' || (path !== 'async' && job === undefined)) return void send(404, 'no such job')
    if (fault === 'error-document') return void send(200, votable(status('ERROR', 'disk quota')))
    if (path === 'async' && request.method === 'POST') {
      const form = new URLSearchParams(body)
      state.forms.push(form)
      const name = String(jobs.size + 1)
      jobs.set(name, { form, phase: form.get('PHASE') === 'RUN' ? 'COMPLETED' : 'PENDING' })
      return void send(303, '', { Location: `/tap/async/${name}` })
    }
    if (request.method === 'DELETE') return void (jobs.delete(id!), send(303, '', { Location: '/tap/async' }))
    if (path === 'async') return void send(200, '<jobs/>')
    if (below === 'phase' && request.method === 'POST') {
      job!.phase = 'COMPLETED'
      return void send(303, '', { Location: `/tap/async/${id}` })
    }
    if (below === 'phase')
      return void send(200, typeof fault === 'object' ? fault.phase : job!.phase, { 'Content-Type': 'text/plain' })
    if (below === 'error') return void send(200, votable(status('ERROR', 'the query takes too long')))
    // As ESA does, the result is where another redirect leads.
    if (below === 'results/result') return void send(303, '', { Location: `/tap/async/${id}/results/file` })
    if (below !== 'results/file') return void send(200, '<job/>')
    const text = result(job!.form)
    if (fault === 'cut-document') return void send(200, text.slice(0, text.length / 2))
    if (fault !== 'cut-body') return void send(200, text)
    response.writeHead(200, { 'Content-Length': text.length })
    response.write(text.slice(0, text.length / 2), () => request.socket.destroy())
  }

  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => answer(request, response, request.url!.replace(/^\/tap\//, ''), body))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tap`,
    close: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  })
}
