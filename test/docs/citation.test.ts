import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { GAIA, SEXTRACTOR } from '../../src/report/methods/bibliography.js'
import { root } from './pages.js'

const text = readFileSync(join(root, 'CITATION.cff'), 'utf8')
const valueOf = (key: string) => new RegExp(`^${key}: (.+)$`, 'm').exec(text)?.[1]

test('CITATION.cff has what its schema 1.2.0 requires, and the version of the package', () => {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>
  expect([valueOf('cff-version'), valueOf('type'), valueOf('version'), valueOf('license')]).toEqual([
    '1.2.0',
    'software',
    version,
    license,
  ])
  expect(valueOf('message')).toMatch(/cite/)
  expect(valueOf('title')).toMatch(/bliss-calib/)
  expect(text).toMatch(/^authors:\n {2}- name: \S/m)
})

test('its references are those of --methods', () => {
  const dois = [...text.matchAll(/^ {4}doi: (\S+)$/gm)].map(([, doi]) => doi!)
  const known = [SEXTRACTOR, ...GAIA['gaia_dr3']!].map(({ bibtex }) => bibtex).join('\n')
  expect(dois.length).toBe(2)
  for (const doi of dois) expect(known).toContain(doi)
})
