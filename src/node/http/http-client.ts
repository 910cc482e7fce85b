import { lookup, type LookupAddress } from 'node:dns'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { isIP, type LookupFunction } from 'node:net'
import { CommandError, InputError } from '../../errors.js'
import { LIMITS } from '../../limits.js'
import { printableUrl } from '../../printable.js'
import { addressKind, type AddressKind } from './address-kind.js'

/** The head of an answer, and its body as it comes. */
export interface HttpAnswer {
  /** Where it came from, after redirects. */
  readonly url: string
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  /** Ends the transfer; what has not come is not waited for. */
  cancel(): void
}

/** Asks one server for parts of files, and follows where it may lead. */
export interface HttpClient {
  /** @throws InputError for an answer that leads where none may, else the error of the connection */
  get(url: string, range: string, signal: AbortSignal): Promise<HttpAnswer>
  /**
   * Asks for a whole answer: by POST with a form, else by GET or DELETE. A redirect after a form is asked for by GET
   * (RFC 9110, 15.4.4), and one from https to http of the same host by https.
   */
  ask(url: string, request: WholeRequest, signal: AbortSignal): Promise<HttpAnswer>
}

/** A request without a range. */
export interface WholeRequest {
  readonly form?: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'DELETE'
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Sockets to one server that wait for further requests; as many as are asked at a time. */
const MAX_SOCKETS = 8

/** How names and addresses are told; tests have a network of their own. */
export interface NetworkFacts {
  readonly kindOf?: (address: string) => AddressKind
  readonly lookUp?: typeof lookup
}

/**
 * A request by each scheme, over sockets that stay open. Node's own code for it takes 50 ms to load, so a run without a
 * URL does not.
 */
async function openTransport() {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')])
  const sockets = { keepAlive: true, maxSockets: MAX_SOCKETS }
  return {
    'http:': { request: http.request, agent: new http.Agent(sockets) },
    'https:': { request: https.request, agent: new https.Agent(sockets) },
  }
}

/** Marks what the look-up of a name refuses, so that it is no failure that passes. */
class RefusedAddress extends Error {}

/**
 * A client for the catalogue at a URL. User and password of the URL become a header `Authorization: Basic` (RFC 7617),
 * which goes to that scheme, host and port alone.
 *
 * A redirect leads to the host that the user named, or to another that is public or of the same kind as the first
 * (loopback, private): the address that is connected to decides, not the name, so that a name whose address changes
 * leads no further. From https it does not lead to http.
 *
 * @throws CommandError for a URL whose user or password cannot be decoded
 */
export function httpClient(
  catalogueUrl: string,
  { kindOf = addressKind, lookUp = lookup }: NetworkFacts = {},
): HttpClient {
  const home = new URL(catalogueUrl)
  const authorization = authorizationOf(home)
  let transport: ReturnType<typeof openTransport> | undefined
  let homeKind: AddressKind | undefined

  /** The addresses of a host that may be connected to. Of the user's own the first look-up decides what it is. */
  const fitting = (url: URL, addresses: readonly LookupAddress[]): LookupAddress[] => {
    const kinds = addresses.map(({ address }) => kindOf(address))
    const isHome = url.hostname === home.hostname
    if (isHome) homeKind ??= kinds.includes('public') ? 'public' : kinds[0]
    const sameKind = (kind: AddressKind) => kind === homeKind && (isHome || kind === 'loopback' || kind === 'private')
    const fit = addresses.filter((_, k) => kinds[k] === 'public' || sameKind(kinds[k]!))
    if (fit.length > 0) return fit
    const where = kinds[0] === undefined ? 'no address' : `${addresses[0]!.address} (${kinds[0]})`
    throw new RefusedAddress(`${url.hostname} is ${where}, and ${home.hostname} is ${homeKind ?? 'not known'}`)
  }
  const lookupOf =
    (url: URL): LookupFunction =>
    (hostname, options, callback) => {
      lookUp(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, [])
        try {
          const fit = fitting(url, addresses)
          if (options.all === true) callback(null, fit)
          else callback(null, fit[0]!.address, fit[0]!.family)
        } catch (refused) {
          callback(refused as Error, [])
        }
      })
    }

  const once = async (url: URL, sent: Sent, signal: AbortSignal): Promise<IncomingMessage> => {
    const literal = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0) fitting(url, [{ address: literal, family: isIP(literal) }])
    transport ??= openTransport()
    const { request: requestBy, agent } = (await transport)[url.protocol === 'https:' ? 'https:' : 'http:']
    const options: RequestOptions = {
      agent,
      method: sent.method,
      headers: {
        ...sent.headers,
        'Accept-Encoding': 'identity',
        'User-Agent': 'bliss-calib',
        ...(authorization !== undefined && url.origin === home.origin ? { Authorization: authorization } : {}),
      },
      lookup: lookupOf(url),
      maxHeaderSize: LIMITS.answerHeadBytes,
      signal,
    }
    return new Promise((resolve, reject) => {
      const request = requestBy(withoutUser(url), options, resolve)
      request.on('error', reject)
      request.end(sent.body)
    })
  }

  const follow = async (text: string, first: Sent, signal: AbortSignal, isForm: boolean): Promise<HttpAnswer> => {
    const file = printableUrl(text)
    let url = new URL(text)
    let sent = first
    for (let redirects = 0; ; redirects++) {
      const answer = await once(url, sent, signal).catch((cause: unknown) => {
        if (!(cause instanceof RefusedAddress)) throw cause
        throw refusedRedirect(file, `it leads to an address that it may not lead to: ${cause.message}`)
      })
      const location = answer.headers.location
      if (!REDIRECTS.has(answer.statusCode!) || location === undefined) return answerOf(answer, url)
      answer.destroy()
      if (redirects >= LIMITS.redirects)
        throw refusedRedirect(file, `more than ${LIMITS.redirects} in a row (limit redirects, see docs/limits.md)`)
      url = redirected(file, url, isForm ? securely(url, location) : location)
      if (answer.statusCode === 303 || (sent.method === 'POST' && answer.statusCode! < 303)) sent = seeOther(sent)
    }
  }

  return {
    get: (text, range, signal) => follow(text, { method: 'GET', headers: { Range: range } }, signal, false),
    ask(text, { form, method = 'GET' }, signal) {
      if (form === undefined) return follow(text, { method }, signal, true)
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams(form).toString()
      return follow(text, { method: 'POST', headers, body }, signal, true)
    },
  }
}

/** What is asked for at the address that a 303 names: nothing is sent or removed there. */
const seeOther = (sent: Sent): Sent => (sent.method === 'GET' ? sent : { method: 'GET' })

/** What is sent beside the address. */
interface Sent {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Servers behind a proxy call themselves by http: the same host is asked by https, as before. */
function securely(from: URL, location: string): string {
  if (from.protocol !== 'https:' || !URL.canParse(location, from.href)) return location
  const to = new URL(location, from.href)
  if (to.protocol === 'http:' && to.hostname === from.hostname && to.port === '') to.protocol = 'https:'
  return to.href
}

/** Where a redirect leads. Throws InputError if it may not lead there, whatever the address. */
function redirected(file: string, from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw refusedRedirect(file, 'the address cannot be read', printableUrl(location))
  const to = new URL(location, withoutUser(from))
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw refusedRedirect(file, 'it leads to another protocol', to.protocol)
  if (to.protocol === 'http:' && from.protocol === 'https:')
    throw refusedRedirect(file, 'it leads from https to http', printableUrl(to.href))
  if (to.username !== '' || to.password !== '')
    throw refusedRedirect(file, 'it holds a user or a password', printableUrl(to.href))
  return to
}

const refusedRedirect = (file: string, why: string, found?: string): InputError =>
  new InputError('refused-redirect', `the server redirects, and it is not followed: ${why}`, {
    file,
    ...(found === undefined ? {} : { found }),
    expected: 'a catalogue at its own address',
  })

function answerOf(message: IncomingMessage, { href }: URL): HttpAnswer {
  const header = (name: string) => {
    const value = message.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return { url: href, status: message.statusCode!, header, body: message, cancel: () => void message.destroy() }
}

function withoutUser(url: URL): URL {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  return bare
}

function authorizationOf({ href, username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  try {
    return `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
  } catch {
    throw new CommandError('unfit-url', 'the user or password of the address cannot be decoded', {
      option: '--catalog',
      found: printableUrl(href),
      expected: '% only as a part of %XX',
    })
  }
}
