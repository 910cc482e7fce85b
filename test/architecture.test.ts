import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** The rooms of the house, lowest first: each imports from itself and from those before it. */
const ROOMS = [
  'printable.ts',
  'errors.ts',
  'limits.ts',
  'each.ts',
  'turns.ts',
  'math',
  'healpix',
  'table',
  'measure',
  'formats',
  'wcs',
  'camera',
  'exposure',
  'catalog',
  'photometry',
  'tie',
  'pipeline.ts',
  'in-memory.ts',
  'core.ts',
  'products',
  'tied-products',
  'legacy',
  'compare',
  'validate',
  'relation-fit',
  'report',
  'batch',
  'grid',
  'simulate',
  'node',
  'cli',
  'index.ts',
]

/**
 * Rooms within a room, in the same order. Files beside them are the room's door: they may import from all of them, and
 * all of them from the door; that no file comes back to itself is another test.
 */
const INNER: Readonly<Record<string, readonly string[]>> = {
  formats: ['fits', 'parquet', 'votable'],
  catalog: ['rows', 'read', 'region', 'build', 'verify'],
  photometry: ['select', 'system', 'match', 'targets', 'fit', 'references', 'fluxes', 'quality', 'exposure'],
  report: ['pictures', 'figures', 'methods', 'sections', 'browser'],
  node: [
    'disk',
    'http',
    'store',
    'processes',
    'input',
    'threads',
    'programs',
    'exposure',
    'report',
    'batch',
    'grid',
    'se',
    'validate',
    'relation',
    'tie',
  ],
}

/** Only these rooms touch the machine. */
const WITH_MACHINE = ['node', 'cli', 'index.ts']

const src = resolve(import.meta.dirname, '../src')
const FILES = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
const textOf = (file: string) => readFileSync(join(src, file), 'utf8')
const roomOf = (file: string) => file.split('/')[0]!
const innerOf = (file: string) => file.split('/').slice(1, -1)[0]

/** What a file imports, types too: packages by name, files by their path below src. */
function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(
    /^(?:import|export)\b[^'"]*?from '([^']+)'|\bimport\(\s*'([^']+)'\s*\)|^import '([^']+)'/gm,
  )
  return Array.from(found, (match) => match[1] ?? match[2] ?? match[3]!).map((target) =>
    target.startsWith('.') ? relative(src, resolve(src, dirname(file), target.replace(/\.js$/, '.ts'))) : target,
  )
}

const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]))

test('imports point down only', () => {
  const broken: string[] = []
  for (const [file, targets] of IMPORTS) {
    const room = ROOMS.indexOf(roomOf(file))
    if (room < 0) broken.push(`${file} stands in no room`)
    for (const target of targets) {
      if (target.startsWith('node:')) {
        if (!WITH_MACHINE.includes(roomOf(file)))
          broken.push(`${file} imports ${target}: only node and cli touch the machine`)
      } else if (IMPORTS.has(target)) {
        if (ROOMS.indexOf(roomOf(target)) > room) broken.push(`${file} imports ${target}, which is above it`)
        if (roomOf(target) === roomOf(file) && isAbove(target, file))
          broken.push(`${file} imports ${target}, a later room`)
      }
    }
  }
  expect(broken).toEqual([])
})

function isAbove(target: string, file: string): boolean {
  const inner = INNER[roomOf(file)]
  const [from, to] = [innerOf(file), innerOf(target)]
  return inner !== undefined && from !== undefined && to !== undefined && inner.indexOf(to) > inner.indexOf(from)
}

test('every room within a room has its place in the order', () => {
  const unnamed = FILES.filter(
    (file) => INNER[roomOf(file)] && innerOf(file) && !INNER[roomOf(file)]!.includes(innerOf(file)!),
  )
  expect(unnamed).toEqual([])
})

test('no file imports itself by way of others, also not for a type', () => {
  expect(circles(IMPORTS)).toEqual([])
})

test('a circle would be found', () => {
  expect(
    circles(
      new Map([
        ['a.ts', ['b.ts']],
        ['b.ts', ['c.ts']],
        ['c.ts', ['a.ts']],
        ['d.ts', ['a.ts']],
      ]),
    ),
  ).toEqual(['a.ts > b.ts > c.ts > a.ts'])
})

/** One path for each way back to a file on the path. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' > '))
    if (path.includes(file) || done.has(file)) return
    for (const target of imports.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of imports.keys()) visit(file, [])
  return found
}

test('healpix stands alone', () => {
  const others = [...IMPORTS].filter(([file]) => roomOf(file) === 'healpix').flatMap(([, targets]) => targets)
  expect(others.filter((target) => roomOf(target) !== 'healpix')).toEqual([])
})

/** The one file of the command brings every static import with it, so that each start loads them: 50 ms of its 200. */
test('nothing loads the HTTP of Node before a URL is asked', () => {
  const eager = FILES.filter((file) => /^import (?!type )[^;\n]*from 'node:https?'/m.test(textOf(file)))
  expect(eager).toEqual([])
})
