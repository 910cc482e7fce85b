import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { CONCERN_TAGS } from '../../src/photometry/concern.js'
import type { MatchColumns } from '../../src/photometry/matches.js'
import { STANDARD_CUTS } from '../../src/photometry/system/colour-relation.js'
import { CCD_SHAPE } from '../../src/products/ccd-shape.js'
import { matchTable } from '../../src/products/matches.js'
import { run } from '../cli/run.js'
import { pageOf, pages, root } from './pages.js'

const MOST_README_BYTES = 10_240
/** The columns of numbers of the matches, those of a colour term too. */
const MATCH_KEYS = [
  ...['number', 'raDeg', 'decDeg', 'xImage', 'yImage', 'starRaDeg', 'starDecDeg', 'separationArcsec', 'instMag'],
  ...['instMagErr', 'catalogMag', 'refMag', 'refMagErr', 'colour', 'matchProbability', 'inlierPrior', 'residual'],
  ...['weight', 'colourErr', 'colourRefCovariance'],
]

test('the README is short, names the two set-up commands, and says why two packages cannot serve', () => {
  const { path, text } = pageOf('README.md')
  expect(statSync(join(root, path)).size).toBeLessThanOrEqual(MOST_README_BYTES)
  expect(text).toMatch(/^npm ci && npm run demo\b/m)
  expect(text).toMatch(/^npm ci && npm test\b/m)
  expect(text).toMatch(/\*\*fitsjs\*\* needs/)
  expect(text).toMatch(/\*\*healpix-ts\*\* does not exist/)
})

/** Anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

const anchorsOf = (text: string) => [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))

test('links lead to files and headings that exist, and docs/README.md lists every page', () => {
  const broken: string[] = []
  for (const { path, text } of pages) {
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target!)) continue
      const [file, anchor] = target!.split('#')
      const linked = file === '' ? path : join(dirname(path), file!)
      // Made by `npm run docs`.
      if (linked === 'docs/api/README.md') continue
      const isThere = existsSync(join(root, linked))
      if (!isThere || (anchor && !anchorsOf(readFileSync(join(root, linked), 'utf8')).includes(anchor)))
        broken.push(`${path}: ${target}`)
    }
  }
  expect(broken).toEqual([])
  const listed = pageOf('docs/README.md').text
  expect(
    pages.map(({ path }) => path).filter((path) => !/README/.test(path) && !listed.includes(`(${path.slice(5)})`)),
  ).toEqual([])
})

/** What the source cites must be there: a page of docs/, and its section. */
test('pages and sections that comments cite exist', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.ts$/.test(path),
  )
  const missing: string[] = []
  let cited = 0
  for (const file of files) {
    const text = readFileSync(join(root, 'src', file), 'utf8').replace(/\n\s*(?:\*|\/\/) /g, ' ')
    for (const [, name] of text.matchAll(
      /\b((?:PHOTOMETRY|STORE|LEGACY|DESIGN|REFERENCES)\b(?:\.md)? (?:section )?\d)/g,
    ))
      missing.push(`${file}: ${name}`)
    for (const [, page, section] of text.matchAll(/\b(docs\/[\w-]+\.md)(?:,? section (\d+(?:\.\d+)?))?/g)) {
      cited++
      const path = resolve(root, page!)
      const heading = section && new RegExp(`^#+ ${section.replace('.', '\\.')}\\.? `, 'm')
      if (!existsSync(path) || (heading && !heading.test(readFileSync(path, 'utf8'))))
        missing.push(`${file}: ${page} ${section ?? ''}`)
    }
  }
  expect(missing).toEqual([])
  expect(cited).toBeGreaterThan(0)
})

const COMMANDS = [
  ['calibrate'],
  ['merge'],
  ['measure'],
  ['batch'],
  ['catlist'],
  ['catalog', 'build'],
  ['catalog', 'info'],
  ['catalog', 'query'],
  ['catalog', 'copy'],
  ['catalog', 'fetch'],
  ['catalog', 'verify'],
  ['grid', 'condor'],
  ['grid', 'slurm'],
  ['grid', 'prepare'],
  ['grid', 'verify'],
  ['grid', 'summary'],
  ['se'],
  ['report'],
  ['simulate'],
  ['starlists'],
  ['tie'],
  ['compare'],
  ['camera', 'fit'],
  ['relation', 'fit'],
  ['relation', 'check'],
  ['demo'],
  ['bench'],
]

const optionsIn = (text: string) => [...text.matchAll(/(?<![\w-])--([a-zA-Z][\w-]*)/g)].map(([, name]) => name!)

test('every option of calibrate is in its table, and every option in the text exists', async () => {
  const helps = await Promise.all(COMMANDS.map(async (command) => (await run([...command, '--help'])).out))
  const known = new Set(helps.flatMap(optionsIn))
  const unknown = pages.flatMap(({ path, text }) =>
    optionsIn(text.replace(/^```[\s\S]*?^```$/gm, ''))
      .filter((name) => !known.has(name))
      .map((name) => `${path}: --${name}`),
  )
  expect(unknown).toEqual([])
  const [calibrate] = helps
  const table = pageOf('docs/command.md')
    .text.split('\n')
    .filter((line) => line.startsWith('| `--'))
  const named = new Set(optionsIn(table.join('\n')))
  const missing = optionsIn(calibrate!).filter((name) => !named.has(name))
  expect(missing.filter((name) => !['help', 'version'].includes(name))).toEqual([])
})

test('every deliberate difference of --legacy is on the page of expCalib', async () => {
  const { DIFFERENCES } = await import('../../src/legacy/differences.js')
  for (const { sentence } of DIFFERENCES) expect(pageOf('docs/expcalib.md').text).toContain(`- ${sentence}\n`)
})

test('docs/products.md has every tag, every column of the matches, every cut and every field of a CCD', () => {
  const { text } = pageOf('docs/products.md')
  const named = (name: string) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text)
  const matches: MatchColumns = {
    ...Object.fromEntries(MATCH_KEYS.map((key) => [key, new Float64Array()])),
    ...{ sourceId: new BigInt64Array(), fate: [] },
  } as unknown as MatchColumns
  const columns = matchTable(1, matches).columns.map(({ name }) => name)
  expect(columns).toHaveLength(MATCH_KEYS.length + 3)
  const fields = Object.keys(CCD_SHAPE.properties!)
  const all = [...columns, ...STANDARD_CUTS, 'used', 'outlier', 'unfitted', ...CONCERN_TAGS, ...fields]
  expect(all.filter((name) => !named(name))).toEqual([])
})
