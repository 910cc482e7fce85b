import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/** Floors of the house, lowest first. Imports point down, or stay in the same room. */
const FLOORS: Record<string, number> = {
  'errors.ts': 0,
  'limits.ts': 0,
  'printable.ts': 0,
  math: 0,
  healpix: 0,
  table: 0,
  formats: 1,
  camera: 2,
  exposure: 2,
  catalog: 3,
  photometry: 3,
  'pipeline.ts': 4,
  legacy: 4,
  products: 4,
  compare: 4,
  report: 4,
  batch: 4,
  grid: 4,
  simulate: 4,
  node: 5,
  cli: 6,
  'index.ts': 6,
}

const src = resolve(import.meta.dirname, '../src')

function files(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : []
  })
}

const roomOf = (path: string) => relative(src, path).split('/')[0]!

function importsOf(path: string): { line: number; target: string }[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text, i) => {
      const found = /(?:from|import)\s*\(?\s*'([^']+)'/.exec(text)
      return found ? [{ line: i + 1, target: found[1]! }] : []
    })
}

test('imports point down only', () => {
  const broken: string[] = []
  for (const path of files(src)) {
    const room = roomOf(path)
    const floor = FLOORS[room]
    if (floor === undefined) broken.push(`${relative(src, path)}: no floor is given for ${room}`)
    for (const { line, target } of importsOf(path)) {
      const at = `${relative(src, path)}:${line}`
      if (target.startsWith('.')) {
        const targetRoom = roomOf(resolve(dirname(path), target.replace(/\.js$/, '.ts')))
        if (targetRoom !== room && !(FLOORS[targetRoom]! < floor!) && !sameFloorAllowed(room, targetRoom)) {
          broken.push(`${at}: floor ${floor} (${room}) imports ${targetRoom} of floor ${FLOORS[targetRoom]}`)
        }
      } else if (target.startsWith('node:') && floor! < 5) {
        broken.push(`${at}: ${room} imports ${target}; only src/node and src/cli touch the machine`)
      }
    }
  }
  expect(broken).toEqual([])
})

/**
 * Floor 0 may use the errors and the arithmetic; photometry reads the catalogue's types; the flow's own rooms stand
 * beside it.
 */
function sameFloorAllowed(room: string, target: string): boolean {
  if (FLOORS[room] === 0)
    return (
      target === 'errors.ts' ||
      (room === 'errors.ts' && target === 'printable.ts') ||
      (room === 'table' && target === 'math')
    )
  return (
    (room === 'exposure' && target === 'camera') ||
    (room === 'photometry' && target === 'catalog') ||
    ((room === 'compare' || room === 'report') && target === 'products') ||
    (room === 'grid' && ['batch', 'products'].includes(target)) ||
    target === 'pipeline.ts'
  )
}

test('healpix stands alone', () => {
  for (const path of files(join(src, 'healpix'))) {
    for (const { target } of importsOf(path)) {
      expect(resolve(dirname(path), target).startsWith(join(src, 'healpix')), `${path} imports ${target}`).toBe(true)
    }
  }
})

/**
 * The one file of the command brings every static import with it, so that these are loaded by each start: 50 ms of its
 * 200.
 */
test('nothing loads the HTTP of Node before a URL is asked', () => {
  const eager = files(src).filter((path) =>
    /^import (?!type )[^;\n]*from 'node:https?'/m.test(readFileSync(path, 'utf8')),
  )
  expect(eager).toEqual([])
})
