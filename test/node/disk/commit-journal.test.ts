import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { journalName, settle, writeJournal, type WriteOperations } from '../../../src/node/disk/commit-journal.js'
import { recoverDirectory, refuseUnfinished } from '../../../src/node/disk/recover-directory.js'
import { commitSets, writeFilesWhole, writePathsWhole } from '../../../src/node/disk/commit-files.js'
import { flushFiles, stageFiles } from '../../../src/node/disk/staged-files.js'
import { temporaryStem } from '../../../src/node/disk/temporary-names.js'
import { writeTree } from '../../../src/node/disk/write-tree.js'
import { brokenDisk, deadStem, type Break } from '../../support/broken-disk.js'
import { sumsBelow } from '../../support/file-tree.js'
import { temporaryDirectory } from '../../cli/run.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const contents = (dir: string) =>
  Object.fromEntries(
    readdirSync(dir)
      .sort()
      .map((name) => [name, readFileSync(join(dir, name), 'utf8')]),
  )
const hidden = (dir: string) => readdirSync(dir).filter((name) => name.startsWith('.'))

/** Two files are replaced, one is new, one goes; another is not of the set. */
const OLD = { 'a.csv': 'old a', 'b.fits': 'old b', 'gone.json': 'old', 'other.csv': 'not ours' }
const NEW = { 'a.csv': 'new a', 'b.fits': 'new b', 'c.json': 'new c', 'other.csv': 'not ours' }

function withOld(): string {
  const dir = temporaryDirectory()
  for (const [name, text] of Object.entries(OLD)) writeFileSync(join(dir, name), text)
  return dir
}

/** Writes the new set as two sets of one commit; gives whether that is what it says. */
async function write(dir: string, operations: WriteOperations, stem: string): Promise<boolean> {
  try {
    const one = await stageFiles(
      dir,
      [
        { name: 'a.csv', bytes: bytesOf('new a') },
        { name: 'b.fits', bytes: bytesOf('new b') },
      ],
      `${stem}-1`,
      operations,
    )
    const two = await stageFiles(dir, [{ name: 'c.json', bytes: bytesOf('new c') }], `${stem}-2`, operations)
    await flushFiles(dir, [...one, ...two], operations)
    return (await commitSets(dir, [one, two], { removed: ['gone.json', 'absent.json'], operations, stem })).length === 0
  } catch {
    return false
  }
}

/** How often a commit calls the file system. */
async function callsOf(only?: string): Promise<number> {
  const disk = brokenDisk({ at: Infinity, how: 'fails', ...(only === undefined ? {} : { only }) })
  const dir = withOld()
  expect(await write(dir, disk.operations, temporaryStem())).toBe(true)
  expect(contents(dir)).toEqual(NEW)
  return disk.calls()
}

describe('a commit that is broken off at any call', () => {
  test('killed: the next start leaves the old set or the new one, whole, and no temporary file', async () => {
    const outcomes = new Map<string, number>()
    for (let at = 1, end = await callsOf(); at <= end; at++) {
      const dir = withOld()
      await write(dir, brokenDisk({ at, how: 'dies' }).operations, deadStem())
      const names = await recoverDirectory(dir)
      const now = contents(dir)
      expect([OLD, NEW], `killed at call ${at}`).toContainEqual(now)
      expect(names.sort()).toEqual(Object.keys(now))
      const which = 'c.json' in now ? 'new' : 'old'
      outcomes.set(which, (outcomes.get(which) ?? 0) + 1)
    }
    expect(Math.min(...outcomes.values()), JSON.stringify([...outcomes])).toBeGreaterThan(5)
  })

  test.each(['open', 'write', 'sync', 'close', 'link', 'rename', 'rm'])(
    'each failing %s: what it says is what is there; the next start removes the rest',
    async (only) => {
      const count = await callsOf(only)
      expect(count).toBeGreaterThan(0)
      for (let at = 1; at <= count; at++) {
        const dir = withOld()
        const said = await write(dir, brokenDisk({ at, how: 'fails', only }).operations, deadStem())
        // Before the next start only second names may be left.
        expect(contents(dir), `${only} ${at}`).toMatchObject(said ? NEW : OLD)
        await recoverDirectory(dir)
        expect(contents(dir), `${only} ${at}`).toEqual(said ? NEW : OLD)
      }
    },
  )

  test('and the start that settles it is killed at any call too: the one after that settles it', async () => {
    let settled = 0
    for (let at = 1, end = await callsOf(); at <= end; at++) {
      for (let second = 1, more = true; more; second++) {
        const dir = withOld()
        const stem = deadStem()
        await write(dir, brokenDisk({ at, how: 'dies' }).operations, stem)
        const disk = brokenDisk({ at: second, how: 'dies' })
        await settle(dir, journalName(stem), disk.operations).catch(() => undefined)
        more = disk.calls() >= second
        if (more) settled++
        await recoverDirectory(dir)
        expect([OLD, NEW], `killed at call ${at}, then at ${second}`).toContainEqual(contents(dir))
      }
    }
    expect(settled).toBeGreaterThan(30)
  })
})

/** A run that was killed between its renames: `a.csv` is new, `b.fits` old, `c.json` waits. */
async function halfWay(stem = deadStem()): Promise<string> {
  const dir = withOld()
  const renames: Break = { at: 2, how: 'dies', only: 'rename' }
  expect(await write(dir, brokenDisk(renames).operations, stem)).toBe(false)
  expect(contents(dir)).toMatchObject({ 'a.csv': 'new a', 'b.fits': 'old b' })
  return dir
}

describe('settling', () => {
  test('two starts at the same time settle it once', async () => {
    const dir = await halfWay()
    await Promise.all([recoverDirectory(dir), recoverDirectory(dir), recoverDirectory(dir)])
    expect(contents(dir)).toEqual(NEW)
  })

  test('a new file that is gone, or a name that is taken by a directory: all is put back', async () => {
    const gone = await halfWay()
    const [waiting] = hidden(gone).filter((name) => readFileSync(join(gone, name), 'utf8') === 'new c')
    writeFileSync(join(gone, waiting!), 'damaged')
    await recoverDirectory(gone)
    expect(contents(gone)).toEqual(OLD)

    const taken = await halfWay()
    mkdirSync(join(taken, 'c.json'))
    await recoverDirectory(taken)
    expect(readdirSync(taken).sort()).toEqual([...Object.keys(OLD), 'c.json'].sort())
    expect(readFileSync(join(taken, 'a.csv'), 'utf8')).toBe('old a')
  })

  test('what another run has written since is not touched', async () => {
    const dir = await halfWay()
    writeFileSync(join(dir, 'a.csv'), 'of a later run')
    await recoverDirectory(dir)
    expect(contents(dir)).toEqual({ ...OLD, 'a.csv': 'of a later run' })
  })

  test('a commit of a live run is left alone; a second write into the directory ends as it should', async () => {
    const dir = await halfWay(temporaryStem())
    const before = readdirSync(dir)
    await recoverDirectory(dir)
    expect(readdirSync(dir)).toEqual(before)
    const whole = await halfWay()
    await writeFilesWhole(whole, [{ name: 'd.csv', bytes: bytesOf('d') }])
    expect(contents(whole)).toEqual({ ...NEW, 'd.csv': 'd' })
  })

  test('one on another machine is settled when nobody has touched its journal for a day', async () => {
    const dir = await halfWay(deadStem().replace(/^\.bliss-tmp-[0-9a-f]{8}/, '.bliss-tmp-00000000'))
    await recoverDirectory(dir)
    expect(contents(dir)).toMatchObject({ 'a.csv': 'new a', 'b.fits': 'old b' })
    await recoverDirectory(dir, { nowMs: Date.now() + 86_400_000 + 1000 })
    expect(contents(dir)).toEqual(NEW)
  })

  test.each([
    ['a name outside the directory', { name: '../outside.csv' }],
    ['an absolute name', { name: '/tmp/outside.csv' }],
    ['a file that is no temporary one', { temporary: 'a.csv' }],
    ['a temporary file outside', { temporary: '../.bliss-tmp-00000000-1-1-0123456789abcdef-0' }],
    ['no stamp', { stamp: 3 }],
    ['another kind', { kind: 'delete' }],
  ])('a journal with %s is none: nothing is moved', async (_, change) => {
    const root = temporaryDirectory()
    const dir = join(root, 'out')
    mkdirSync(dir)
    const stem = deadStem()
    for (const [path, text] of [
      ['a.csv', 'a'],
      [`${stem}-0`, 'new'],
      ['../.bliss-tmp-00000000-1-1-0123456789abcdef-0', 'new'],
    ] as const)
      writeFileSync(join(dir, path), text)
    const { size, mtimeNs } = statSync(join(dir, `${stem}-0`), { bigint: true })
    const move = { name: 'b.csv', temporary: `${stem}-0`, stamp: `${size}:${mtimeNs}`, kind: 'create', ...change }
    writeFileSync(join(dir, journalName(stem)), JSON.stringify({ format: 1, moves: [move] }))
    await recoverDirectory(dir)
    expect(readdirSync(dir)).toEqual(['a.csv'])
    expect(readdirSync(root)).toEqual(['.bliss-tmp-00000000-1-1-0123456789abcdef-0', 'out'])
  })
})

describe('files of several directories', () => {
  const tree = (text: string) =>
    ['work/list.csv', 'work/a.fits', 'raw/stars.csv', 'truth.json'].map((name) => ({
      name,
      bytes: bytesOf(`${text} ${name}`),
    }))
  const sums = (text: string) =>
    Object.fromEntries(tree(text).map(({ name, bytes }) => [name, createHash('sha256').update(bytes).digest('hex')]))

  test('are one set: killed at any call, the next start leaves the old or the new ones', async () => {
    const outcomes = new Set<string>()
    for (let at = 1, more = true; more; at++) {
      const root = temporaryDirectory()
      await writeTree(root, tree('old'))
      const disk = brokenDisk({ at, how: 'dies' })
      await writePathsWhole(root, tree('new'), disk.operations, deadStem()).catch(() => undefined)
      more = disk.calls() >= at
      await recoverDirectory(root)
      const which = sumsBelow(root)['truth.json'] === sums('new')['truth.json'] ? 'new' : 'old'
      expect(sumsBelow(root), `call ${at}`).toEqual(sums(which))
      outcomes.add(which)
    }
    expect([...outcomes].sort()).toEqual(['new', 'old'])
  })

  test('a journal that leads through a link to elsewhere is none', async () => {
    const [root, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
    await writeTree(root, tree('old'))
    await writePathsWhole(
      root,
      tree('new'),
      brokenDisk({ at: 1, how: 'dies', only: 'rename' }).operations,
      deadStem(),
    ).catch(() => undefined)
    rmSync(join(root, 'work'), { recursive: true })
    symlinkSync(elsewhere, join(root, 'work'))
    await recoverDirectory(root)
    expect([readdirSync(elsewhere), readdirSync(root).sort()]).toEqual([[], ['raw', 'truth.json', 'work']])
  })
})

describe('reading', () => {
  test('beside an unfinished commit is refused, with the way out', async () => {
    const dir = await halfWay()
    await expect(refuseUnfinished(dir)).rejects.toThrow(
      `${dir}: a run was killed while it put its files in place here, so that they may be of ` +
        `two runs: run it again, or any command that writes there: ` +
        'that completes or undoes it first (found .bliss-tmp-',
    )
    await recoverDirectory(dir)
    await refuseUnfinished(dir)
  })

  test('a live commit is waited for; one that does not end is refused, with its maker', async () => {
    const stem = temporaryStem()
    const dir = await halfWay(stem)
    await expect(refuseUnfinished(dir, 100)).rejects.toThrow(
      `a run is putting its files in place here (process ${process.pid}): try again when it has ended`,
    )
    const reading = refuseUnfinished(dir)
    await settle(dir, journalName(stem))
    await reading
    expect(contents(dir)).toMatchObject(NEW)
  })

  test('a journal that was not written to its end began nothing', async () => {
    const dir = withOld()
    const stem = deadStem()
    await writeJournal(dir, journalName(stem), [], brokenDisk({ at: Infinity, how: 'fails' }).operations)
    writeFileSync(join(dir, journalName(stem)), readFileSync(join(dir, journalName(stem)), 'utf8').slice(0, 20))
    utimesSync(join(dir, journalName(stem)), new Date(), new Date())
    await refuseUnfinished(dir)
    await recoverDirectory(dir)
    expect(contents(dir)).toEqual(OLD)
  })
})
