import { BlockList, isIP } from 'node:net'

/**
 * Where an address leads [IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890]: to this machine, to the
 * network beside it (also the metadata service of a cloud machine), into a private network, to nothing that a catalogue
 * can be behind, or into the internet.
 */
export type AddressKind = 'loopback' | 'link-local' | 'private' | 'special' | 'public'

const RANGES: readonly (readonly [Exclude<AddressKind, 'public'>, readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128']],
  // RFC 1918; shared address space of carriers (RFC 6598); unique local (RFC 4193) and site-local IPv6; local
  // translation (RFC 8215).
  [
    'private',
    ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10', '64:ff9b:1::/48'],
  ],
  // "This network", protocol assignments, benchmarks, multicast, reserved, broadcast; unspecified, discard, Teredo.
  [
    'special',
    [
      '0.0.0.0/8',
      '192.0.0.0/24',
      '198.18.0.0/15',
      '224.0.0.0/4',
      '240.0.0.0/4',
      '::/128',
      '100::/64',
      '2001::/32',
      'ff00::/8',
    ],
  ],
]

/**
 * Addresses of IPv6 that stand for one of IPv4: mapped and compatible (RFC 4291), translated (RFC 6052), 6to4 (RFC
 * 3056); and where it begins [16-bit words].
 */
const EMBEDDED: readonly (readonly [string, number])[] = [
  ['::ffff:0:0/96', 6],
  ['::ffff:0:0:0/96', 6],
  ['::/96', 6],
  ['64:ff9b::/96', 6],
  ['2002::/16', 1],
]

let lists: readonly (readonly [Exclude<AddressKind, 'public'>, BlockList])[] | undefined

/** The kind of an address of IPv4 or IPv6; what is no address is `special`. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  const version = isIP(bare)
  if (version === 0) return 'special'
  lists ??= RANGES.map(([kind, ranges]) => [kind, listOf(ranges)])
  const family = version === 4 ? 'ipv4' : 'ipv6'
  const kind = lists.find(([, list]) => list.check(bare, family))?.[0]
  if (kind !== undefined || version === 4) return kind ?? 'public'
  const at = EMBEDDED.find(([range]) => listOf([range]).check(bare, 'ipv6'))?.[1]
  return at === undefined ? 'public' : addressKind(embeddedIPv4(bare, at))
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network, bits] = range.split('/') as [string, string]
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** The address of IPv4 in two of the eight words of one of IPv6. */
function embeddedIPv4(address: string, at: number): string {
  // The URL parser writes an address of IPv6 in hexadecimal words only.
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [before, after] = written.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const zeros = after === undefined ? [] : Array<string>(8 - before!.length - after.length).fill('0')
  const words = [...before!, ...zeros, ...(after ?? [])].map((word) => parseInt(word, 16))
  return [words[at]! >> 8, words[at]! & 255, words[at + 1]! >> 8, words[at + 1]! & 255].join('.')
}
