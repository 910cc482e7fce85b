import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { addressKind } from '../../../src/node/http/address-kind.js'

describe('where an address leads', () => {
  test.each([
    [
      'loopback',
      [
        '127.0.0.1',
        '127.255.255.254',
        '::1',
        '::ffff:127.0.0.1',
        '::ffff:7f00:1',
        '::127.0.0.1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
      ],
    ],
    [
      'link-local',
      [
        '169.254.169.254',
        '169.254.0.1',
        'fe80::1',
        'fe80::1%eth0',
        'febf::1',
        '::ffff:a9fe:a9fe',
        '64:ff9b::169.254.169.254',
        'fd00:ec2::254',
      ],
    ],
    [
      'private',
      [
        '10.0.0.1',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '100.64.0.1',
        '100.127.255.255',
        'fc00::1',
        'fdff::1',
        'fec0::1',
        '::ffff:10.0.0.1',
        '2002:c0a8:101::1',
        '64:ff9b:1::1',
      ],
    ],
    [
      'special',
      [
        '0.0.0.0',
        '0.1.2.3',
        '::',
        '224.0.0.1',
        '239.255.255.255',
        '255.255.255.255',
        '240.0.0.1',
        'ff02::1',
        '198.18.0.1',
        '::ffff:0.0.0.0',
        'not an address',
        '',
      ],
    ],
    [
      'public',
      [
        '1.1.1.1',
        '172.15.255.255',
        '172.32.0.1',
        '100.63.255.255',
        '100.128.0.1',
        '169.253.0.1',
        '9.255.255.255',
        '11.0.0.0',
        '2606:4700::1111',
        '::ffff:1.1.1.1',
        '2002:101:101::',
        '[2606:4700::1111]',
        'fbff::1',
      ],
    ],
  ] as const)('%s', (kind, addresses) => {
    expect(addresses.map((address) => [address, addressKind(address)])).toEqual(
      addresses.map((address) => [address, kind]),
    )
  })

  test('forms that the URL parser turns into addresses', () => {
    for (const host of [
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      '127.0.0.1.',
      '１２７.0.0.1',
    ]) {
      expect([host, addressKind(new URL(`http://${host}/`).hostname)]).toEqual([host, 'loopback'])
    }
  })

  const python = spawnSync('/usr/bin/python3', ['-c', 'import ipaddress'])
  test.skipIf(python.status !== 0)(
    "what Python's ipaddress calls global is public, over 4000 addresses, but for documentation",
    () => {
      const program = `
import ipaddress, random
random.seed(32)
for k in range(4000):
  if k % 2: a = ipaddress.IPv4Address(random.getrandbits(32) if k % 4 == 1 else (random.choice([0,10,100,127,169,172,192,198,224,240]) << 24) | random.getrandbits(24))
  else: a = ipaddress.IPv6Address(random.choice([0x2000, 0x2600, 0xfc00, 0xfd12, 0xfe80, 0xff02, 0x2a00]) << 112 | random.getrandbits(112))
  print(a, int(a.is_global and not a.is_multicast), int(a.is_private))
`
      const { stdout } = spawnSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' })
      // Networks for documentation, and what is assigned for protocols beside 192.0.0.0/24, lead nowhere; nothing is
      // behind them to be reached.
      const documented = /^(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|192\.88\.99\.|2001:|3fff:|2002:)/
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string, string])
      expect(lines).toHaveLength(4000)
      for (const [address, isGlobal] of lines.filter(([one]) => !documented.test(one)))
        expect([address, addressKind(address) === 'public']).toEqual([address, isGlobal === '1'])
    },
  )
})
