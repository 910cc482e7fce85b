import { createServer as createTcp, type Socket } from 'node:net'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { lookup } from 'node:dns'
import { afterEach, describe, expect, test } from 'vitest'
import { addressKind, type AddressKind } from '../../../src/node/http/address-kind.js'
import { httpClient, type NetworkFacts } from '../../../src/node/http/http-client.js'
import { httpRanges } from '../../../src/node/http/http-files.js'
import { fetchRange } from '../../../src/node/http/http-range.js'
import { PATIENCE, type HttpPatience } from '../../../src/node/http/patience.js'

const hasty: HttpPatience = {
  ...PATIENCE,
  attempts: 3,
  backoffMs: 1,
  answerTimeoutMs: 150,
  stallTimeoutMs: 150,
  progressWindowMs: 200,
  withoutProgressMs: 400,
  leastBytesPerSec: 1000,
}
const BODY = Buffer.from('0123456789')
const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach((close) => close()))

interface Site {
  readonly port: number
  readonly asked: { path: string; host: string; authorization: string | undefined }[]
}

/** A server at an address of this machine. */
async function site(listener: RequestListener, host = '127.0.0.1'): Promise<Site> {
  const asked: Site['asked'] = []
  const server: Server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    asked.push({ path: request.url!, host: request.headers.host!, authorization: request.headers.authorization })
    listener(request, response)
  })
  await new Promise<void>((listening) => server.listen(0, host, listening))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, asked }
}

/** A server that speaks what it likes. */
async function rawSite(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createTcp((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => answer(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  closing.push(() => {
    sockets.forEach((socket) => socket.destroy())
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
}

const deliver: RequestListener = (_, response) =>
  void response.writeHead(206, { 'Content-Range': 'bytes 0-9/10', 'Content-Length': 10 }).end(BODY)
const leadTo =
  (location: string, status = 302): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { Location: location }).end()
const get = (url: string, facts?: NetworkFacts, patience = hasty) =>
  fetchRange(url, { start: 0, end: 10 }, patience, httpClient(url, facts))

/**
 * A network in which addresses of the loopback play others: 127.0.0.1 and .2 are public, .3 private, .4 link-local, .5
 * loopback.
 */
const kinds: Readonly<Record<string, AddressKind>> = {
  '127.0.0.1': 'public',
  '127.0.0.2': 'public',
  '127.0.0.3': 'private',
  '127.0.0.4': 'link-local',
  '127.0.0.5': 'loopback',
  '127.0.0.6': 'special',
  '127.0.0.7': 'private',
}
const names = (table: Readonly<Record<string, readonly string[]>>): typeof lookup =>
  ((
    name: string,
    _options: unknown,
    callback: (error: Error | null, found: { address: string; family: number }[]) => void,
  ) =>
    callback(
      null,
      (table[name] ?? []).map((address) => ({ address, family: 4 })),
    )) as unknown as typeof lookup
const network = (table: Readonly<Record<string, readonly string[]>> = {}): NetworkFacts => ({
  kindOf: (address) => kinds[address] ?? addressKind(address),
  lookUp: names(table),
})

describe('redirects', () => {
  const HOSTS = {
    public: '127.0.0.1',
    'public-too': '127.0.0.2',
    private: '127.0.0.3',
    'link-local': '127.0.0.4',
    loopback: '127.0.0.5',
    special: '127.0.0.6',
    'private-too': '127.0.0.7',
  }
  type Host = keyof typeof HOSTS

  test.each<[Host, Host, boolean]>([
    ['public', 'public', true],
    ['public', 'public-too', true],
    ['public', 'private', false],
    ['public', 'link-local', false],
    ['public', 'loopback', false],
    ['public', 'special', false],
    ['private', 'private', true],
    ['private', 'private-too', true],
    ['private', 'public', true],
    ['private', 'loopback', false],
    ['private', 'link-local', false],
    ['loopback', 'loopback', true],
    ['loopback', 'private', false],
    ['loopback', 'link-local', false],
    ['loopback', 'special', false],
    ['link-local', 'link-local', true],
    ['link-local', 'loopback', false],
    ['special', 'special', true],
  ])('from %s to %s: followed %s, by number and by name', async (from, to, followed) => {
    const target = await site(deliver, HOSTS[to])
    const table = { 'home.test': [HOSTS[from]], 'there.test': [HOSTS[to]] }
    for (const [home, there] of [
      [HOSTS[from], HOSTS[to]],
      ['home.test', from === to ? 'home.test' : 'there.test'],
    ] as const) {
      const first = await site(leadTo(`http://${there}:${target.port}/y`), HOSTS[from])
      const answer = get(`http://${home}:${first.port}/x`, network(table))
      if (followed) expect((await answer)?.bytes).toEqual(new Uint8Array(BODY))
      else
        await expect(answer).rejects.toThrow(
          /\/x: the server redirects, and it is not followed: it leads to an address that it may not lead to: \S+ is 127\.0\.0\.\d \(/,
        )
    }
    expect(target.asked).toHaveLength(followed ? 2 : 0)
  })

  test('a name of several addresses is used for those that may be: of the public', async () => {
    const target = await site(deliver, '127.0.0.2')
    const first = await site(leadTo(`http://there.test:${target.port}/`))
    const url = `http://home.test:${first.port}/x`
    expect(
      await get(url, network({ 'home.test': ['127.0.0.1'], 'there.test': ['127.0.0.5', '127.0.0.2'] })),
    ).toBeDefined()
    await expect(
      get(url, network({ 'home.test': ['127.0.0.1'], 'there.test': ['127.0.0.5', '127.0.0.4'] })),
    ).rejects.toThrow('not followed')
  })

  test('a name whose address changes between two requests leads no further', async () => {
    const victim = await site(deliver, '127.0.0.5')
    const first = await site((request, response) => leadTo(request.url === '/x' ? '/y' : '/z')(request, response))
    let looked = 0
    const facts: NetworkFacts = {
      ...network(),
      lookUp: ((name: string, options: object, callback: never) =>
        names({ 'home.test': [looked++ === 0 ? '127.0.0.1' : '127.0.0.5'] })(
          name,
          options as never,
          callback,
        )) as unknown as typeof lookup,
    }
    await expect(get(`http://home.test:${first.port}/x`, facts)).rejects.toThrow('not followed')
    expect([looked, victim.asked]).toEqual([2, []])
    // Also without a redirect: what was public for one request is not private for the next.
    looked = 0
    const client = httpClient(`http://home.test:${victim.port}/`, facts)
    const there = await site(deliver)
    await fetchRange(`http://home.test:${there.port}/a`, { start: 0, end: 10 }, hasty, client)
    await expect(fetchRange(`http://home.test:${victim.port}/b`, { start: 0, end: 10 }, hasty, client)).rejects.toThrow(
      'home.test is 127.0.0.5 (loopback), and home.test is public',
    )
    expect(victim.asked).toEqual([])
  })

  test.each([301, 302, 303, 307, 308])('status %d, relative, with the range', async (status) => {
    const { port, asked } = await site((request, response) =>
      (request.url === '/x' ? leadTo('sub/y', status) : deliver)(request, response),
    )
    expect((await get(`http://127.0.0.1:${port}/x`))?.bytes).toEqual(new Uint8Array(BODY))
    expect(asked.map(({ path }) => path)).toEqual(['/x', '/sub/y'])
  })

  test.each([
    ['itself, without end', '/x', /more than 5 in a row/],
    ['a file', 'file:///etc/passwd', /it leads to another protocol \(found file:/],
    ['ftp', 'ftp://host/x', /it leads to another protocol \(found ftp:/],
    ['a password', 'http://user:Secret7@127.0.0.1/x', /it holds a user or a password \(found http:\/\/127\.0\.0\.1\/x/],
    ['no address', 'http://[', /the address cannot be read/],
    ['the metadata of a cloud', 'http://169.254.169.254/latest/meta-data/', /not followed/],
    ['a number that is an address', 'http://2852039166/', /169\.254\.169\.254 \(link-local\)/],
    ['octal digits', 'http://0251.0376.0251.0376/', /169\.254\.169\.254 \(link-local\)/],
    ['an address in one of IPv6', 'http://[::ffff:10.0.0.1]/', /\(private\)/],
    ['nowhere', 'http://0.0.0.0/', /\(special\)/],
  ])('to %s: refused at once', async (_what, location, message) => {
    const { port, asked } = await site(leadTo(location))
    const failed = await get(`http://127.0.0.1:${port}/x`).catch((error: unknown) => error as Error)
    expect((failed as Error).message).toMatch(message)
    expect((failed as Error).message).not.toContain('Secret7')
    expect(asked.length).toBeLessThanOrEqual(6)
  })
})

describe('user and password', () => {
  test('are a header for that server, and no other; no message has them', async () => {
    const other = await site(deliver, '127.0.0.2')
    const first = await site((request, response) =>
      (request.url === '/x' ? leadTo(`http://127.0.0.2:${other.port}/`) : leadTo('/x'))(request, response),
    )
    await get(`http://ursula:p%40ss:word@127.0.0.1:${first.port}/w`)
    const sent = `Basic ${Buffer.from('ursula:p@ss:word').toString('base64')}`
    expect(first.asked.map(({ authorization }) => authorization)).toEqual([sent, sent])
    expect(other.asked.map(({ authorization, host }) => [authorization, host])).toEqual([
      [undefined, `127.0.0.2:${other.port}`],
    ])
    const refusing = await site((_, response) => void response.writeHead(401).end())
    await expect(get(`http://ursula:Secret7@127.0.0.1:${refusing.port}/w?sig=Secret7`)).rejects.toThrow(
      `http://127.0.0.1:${refusing.port}/w: the server refuses access (found status 401)`,
    )
    expect(refusing.asked).toHaveLength(1)
    expect(() => httpClient('http://u:%zz@host/')).toThrow('http://host/')
  })
})

describe('a server that is slow', () => {
  const dripping = (socket: Socket, text: string, everyMs: number) => {
    let at = 0
    const timer = setInterval(
      () => (at < text.length && socket.writable ? void socket.write(text[at++]!) : clearInterval(timer)),
      everyMs,
    )
    closing.push(() => clearInterval(timer))
  }
  const HEAD = 'HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n'

  test('a head, or a body, byte by byte: given up, though it is never silent', async () => {
    await expect(get(await rawSite((socket) => dripping(socket, HEAD, 20)))).rejects.toThrow(
      /the server does not deliver: (no answer within 0.15 s|less than 1000 bytes a second)/,
    )
    const url = await rawSite((socket) => {
      socket.write(HEAD)
      dripping(socket, '0123456789', 60)
    })
    await expect(get(url)).rejects.toThrow(
      /the server does not deliver: less than 1000 bytes a second over 0\.\d+ s \(\d tries\)/,
    )
  })

  test('a link that is slow and honest is waited for', async () => {
    const { port } = await site((_, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-999/1000', 'Content-Length': 1000 })
      let sent = 0
      const timer = setInterval(() => {
        response.write(Buffer.alloc(100))
        if ((sent += 100) === 1000) {
          clearInterval(timer)
          response.end()
        }
      }, 60)
    })
    const url = `http://127.0.0.1:${port}/x`
    const answer = await fetchRange(url, { start: 0, end: 1000 }, { ...hasty, leastBytesPerSec: 500 }, httpClient(url))
    expect(answer?.bytes.byteLength).toBe(1000)
  })

  test('pauses that it asks for count', async () => {
    const { port, asked } = await site((_, response) => void response.writeHead(503, { 'Retry-After': '1' }).end())
    await expect(get(`http://127.0.0.1:${port}/x`)).rejects.toThrow('status 503 (1 try; it asks for a pause of 1 s)')
    expect(asked).toHaveLength(1)
  })

  test('a file that was waited for in vain is not waited for by each of its readers; another is', async () => {
    const { port, asked } = await site((request, response) =>
      request.url === '/cat/good' ? deliver(request, response) : void 0,
    )
    const ranges = httpRanges(`http://127.0.0.1:${port}/cat`, hasty)
    for (let k = 0; k < 3; k++)
      await expect(ranges('bad', { start: 0, end: 10 })).rejects.toThrow('/cat/bad: the server does not deliver')
    expect(asked.length).toBeLessThanOrEqual(3)
    expect(await ranges('good', { start: 0, end: 10 })).toBeDefined()
  })

  test('a signal ends it', async () => {
    const { port } = await site(() => undefined)
    const controller = new AbortController()
    const ranges = httpRanges(`http://127.0.0.1:${port}/cat`, PATIENCE, controller.signal)
    const waiting = Array.from({ length: 20 }, () => ranges('bad', { start: 0, end: 10 }))
    setTimeout(() => controller.abort(), 50)
    for (const one of await Promise.allSettled(waiting))
      expect(one).toMatchObject({ status: 'rejected', reason: { name: 'AbortError' } })
  })
})

describe('a server that sends too much', () => {
  test.each([
    [
      'one header of 200 kB',
      (socket: Socket) => void socket.write(`HTTP/1.1 206 OK\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`),
    ],
    [
      'headers without end',
      (socket: Socket) => {
        const timer = setInterval(
          () => (socket.writable ? void socket.write(`X: ${'a'.repeat(1000)}\r\n`) : clearInterval(timer)),
          1,
        )
        socket.write('HTTP/1.1 206 OK\r\n')
      },
    ],
  ])('%s', async (_what, answer) => {
    await expect(get(await rawSite(answer))).rejects.toThrow(
      'the head of the answer is larger than 16384 bytes (limit answerHeadBytes, see docs/limits.md)',
    )
  })

  test('interim answers without end', async () => {
    const url = await rawSite((socket) => {
      const timer = setInterval(
        () => (socket.writable ? void socket.write('HTTP/1.1 103 Early Hints\r\n\r\n') : clearInterval(timer)),
        1,
      )
    })
    await expect(get(url)).rejects.toThrow(/no answer within 0.15 s|less than 1000 bytes a second/)
  })

  test.each([
    [
      'longer than its range',
      'Content-Length: 20\r\n',
      '0123456789'.repeat(2),
      /more bytes than it says \(found more than 10/,
    ],
    [
      'in chunks without end',
      'Transfer-Encoding: chunked\r\n',
      '5\r\n01234\r\n'.repeat(9),
      /more bytes than it says \(found more than 10/,
    ],
    ['shorter than its range', 'Content-Length: 5\r\n', '01234', /the answer ends after 5 of 10 bytes/],
    ['no HTTP', 'Content-Length: x\r\n', '01234', /the server does not deliver/],
  ])('a body %s', async (_what, header, body, message) => {
    await expect(
      get(
        await rawSite(
          (socket) => void socket.write(`HTTP/1.1 206 OK\r\nContent-Range: bytes 0-9/10\r\n${header}\r\n${body}`),
        ),
      ),
    ).rejects.toThrow(message)
  })
})
