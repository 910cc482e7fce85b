import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server does wrong with one request. */
export type Fault =
  | 'drop'
  | 'stall'
  | 'cut-body'
  | 'short-range'
  | 'other-range'
  | 'shifted-bytes'
  | 'flipped-bit'
  | 'no-content-range'
  | 'ignores-range'
  | 'busy'
  | 'slow-down'
  | 'replaced'
  | 'packed'
  | 'refused'
  | 'not-found'
  | 'multipart'

export interface RangeServer {
  readonly url: string
  /** Requests and bytes of bodies since the start, and the paths asked for. */
  readonly counts: { requests: number; bytes: number; readonly paths: string[] }
  /** Decides on the fault of a request; none by default. */
  fault: (path: string, request: number) => Fault | undefined
  close(): Promise<void>
}

/** Serves files of a map on the loopback, by ranges, with an ETag each. */
export async function rangeServer(files: ReadonlyMap<string, Uint8Array>): Promise<RangeServer> {
  const counts = { requests: 0, bytes: 0, paths: [] as string[] }
  const state: { fault: RangeServer['fault'] } = { fault: () => undefined }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1).split('?')[0]!)
    counts.paths.push(path)
    counts.bytes += answer(request, response, files.get(path), state.fault(path, counts.requests++))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    get fault() {
      return state.fault
    },
    set fault(value) {
      state.fault = value
    },
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections()
        server.close(() => closed())
      }),
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  file: Uint8Array | undefined,
  fault: Fault | undefined,
): number {
  const plain = (status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, headers).end('no')
    return 2
  }
  if (fault === 'busy') return plain(503)
  if (fault === 'slow-down') return plain(429, { 'Retry-After': '0' })
  if (fault === 'refused') return plain(403)
  if (file === undefined || fault === 'not-found') return plain(404)
  const etag = fault === 'replaced' ? '"other"' : `"${file.byteLength}"`
  const head = { ETag: etag, 'Last-Modified': 'Wed, 25 Nov 2026 12:00:00 GMT', 'Accept-Ranges': 'bytes' }
  const range = /^bytes=(?:(\d+)-(\d+)|-(\d+))$/.exec(request.headers.range ?? '')
  if (range === null || fault === 'ignores-range') {
    response.writeHead(200, { ...head, 'Content-Length': file.byteLength }).end(file)
    return file.byteLength
  }
  const start = range[3] === undefined ? Number(range[1]) : Math.max(0, file.byteLength - Number(range[3]))
  const end = range[3] === undefined ? Math.min(file.byteLength, Number(range[2]) + 1) : file.byteLength
  if (start >= file.byteLength) return plain(416, { 'Content-Range': `bytes */${file.byteLength}` })
  let body = file.slice(start, end)
  let contentRange: string | undefined = `bytes ${start}-${end - 1}/${file.byteLength}`
  switch (fault) {
    case 'short-range':
      body = body.slice(0, Math.max(1, body.length >> 1))
      contentRange = `bytes ${start}-${start + body.length - 1}/${file.byteLength}`
      if (body.length === end - start) body = new Uint8Array(0)
      break
    case 'other-range':
      contentRange = `bytes ${start + 1}-${end}/${file.byteLength + 1}`
      break
    case 'shifted-bytes':
      body = Uint8Array.from(body, (_, i) => file[(start + i + 7) % file.byteLength]!)
      break
    case 'flipped-bit':
      body[body.length >> 1]! ^= 16
      break
    case 'no-content-range':
      contentRange = undefined
      break
    default:
  }
  const headers: Record<string, string | number> = { ...head, 'Content-Length': body.length }
  if (contentRange !== undefined) headers['Content-Range'] = contentRange
  if (fault === 'packed') headers['Content-Encoding'] = 'gzip'
  if (fault === 'multipart') {
    delete headers['Content-Range']
    headers['Content-Type'] = 'multipart/byteranges; boundary=b'
  }
  response.writeHead(206, headers)
  if (fault === 'drop' || fault === 'cut-body' || fault === 'stall') {
    const half = body.slice(0, body.length >> 1)
    response.write(half, () => {
      if (fault === 'drop') response.socket?.resetAndDestroy()
      if (fault === 'cut-body') response.socket?.end()
    })
    return half.length
  }
  response.end(body)
  return body.length
}
