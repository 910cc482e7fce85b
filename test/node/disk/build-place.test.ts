import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildCatalogDirectory } from '../../../src/node/store/catalog-build.js'
import { enterBuild, workOf } from '../../../src/node/disk/build-place.js'
import { openCatalog } from '../../../src/node/store/open-catalog.js'
import { recoverDirectory } from '../../../src/node/disk/recover-directory.js'
import { temporaryStem } from '../../../src/node/disk/temporary-names.js'
import { deadStem } from '../../support/broken-disk.js'
import { filesBelow, sumsBelow } from '../../support/file-tree.js'
import { temporaryDirectory } from '../../cli/run.js'

const LIST = 'source_id,ra,dec,phot_g_mean_mag,ref_epoch\n5,10,20,15.5,2015.5\n'
let list: string
let longer: string
let old: string
let fresh: string

beforeAll(async () => {
  const dir = temporaryDirectory()
  ;[list, longer] = [join(dir, 'list.csv'), join(dir, 'longer.csv')]
  writeFileSync(list, LIST)
  writeFileSync(longer, `${LIST}6,10.1,20,16,2015.5\n`)
  ;[old, fresh] = [join(dir, 'old'), join(dir, 'fresh')]
  await buildCatalogDirectory([list], old)
  await buildCatalogDirectory([longer], fresh)
})

/** The old catalogue under a name of its own. */
function standing(): string {
  const target = join(temporaryDirectory(), 'cat')
  cpSync(old, target, { recursive: true })
  return target
}

const build = (target: string, from = longer) => buildCatalogDirectory([from], target, { force: true })
const REFUSED = 'the target holds files that are not of a catalogue, and --force replaces catalogues only'

describe('--force replaces what a catalogue is made of', () => {
  const put = (path: string, text = 'years of work') => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  test.each([
    ['a file beside the collection', (cat: string) => put(join(cat, 'thesis.tex')), 'thesis.tex'],
    [
      'a file among the partitions',
      (cat: string) => put(join(cat, 'gaia_dr2/dataset/Norder=0/notes.txt')),
      'gaia_dr2/dataset/Norder=0/notes.txt',
    ],
    [
      'a directory of photographs',
      (cat: string) => put(join(cat, 'gaia_dr2/dataset/photos/wedding.jpg')),
      'gaia_dr2/dataset/photos/',
    ],
    ['a directory that is empty', (cat: string) => mkdirSync(join(cat, 'later')), 'later/'],
    ['a hidden file', (cat: string) => put(join(cat, 'gaia_dr2/.notes')), 'gaia_dr2/.notes'],
    [
      'a partition of another program',
      (cat: string) => put(join(cat, 'gaia_dr2/dataset/Norder=9/Dir=0/Npix=1.parquet')),
      'gaia_dr2/dataset/Norder=9/',
    ],
    ['a second catalogue without a list', (cat: string) => put(join(cat, 'mine/hats.properties')), 'mine/'],
    ['a link', (cat: string) => symlinkSync('/etc', join(cat, 'link')), 'link'],
    [
      "a link under a file's own name",
      (cat: string) => {
        rmSync(join(cat, 'gaia_dr2/skymap.fits'))
        symlinkSync('/etc/hostname', join(cat, 'gaia_dr2/skymap.fits'))
      },
      'gaia_dr2/skymap.fits',
    ],
    ['a catalogue whose list is gone', (cat: string) => rmSync(join(cat, 'gaia_dr2/checksums.sha256')), 'gaia_dr2/'],
  ])('%s makes it refuse, and all stays as it was', async (_, spoil, found) => {
    const target = standing()
    spoil(target)
    const before = readdirSync(target, { recursive: true })
    await expect(build(target)).rejects.toThrow(`${target}: ${REFUSED} (found ${found})`)
    expect(readdirSync(target, { recursive: true })).toEqual(before)
    expect(readdirSync(dirname(target))).toEqual(['cat'])
  })

  test('a damaged catalogue is one all the same; of many strangers three are named', async () => {
    const target = standing()
    rmSync(join(target, 'gaia_dr2/dataset'), { recursive: true })
    writeFileSync(join(target, 'gaia_dr2/manifest.json'), 'spoilt')
    await build(target)
    expect(sumsBelow(target)).toEqual(sumsBelow(fresh))
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(join(target, name))
    await expect(build(target)).rejects.toThrow(`${REFUSED} (found a, b, c and more)`)
  })

  test('a file that comes while the build works is not lost: the old catalogue has its name again', async () => {
    const target = standing()
    const onProgress = () => put(join(target, 'gaia_dr2/notes.txt'))
    await expect(buildCatalogDirectory([longer], target, { force: true, onProgress })).rejects.toThrow(
      `${REFUSED} (found gaia_dr2/notes.txt)`,
    )
    expect(readFileSync(join(target, 'gaia_dr2/notes.txt'), 'utf8')).toBe('years of work')
    rmSync(join(target, 'gaia_dr2/notes.txt'))
    expect(sumsBelow(target)).toEqual(sumsBelow(old))
  })
})

describe('links and strange working directories', () => {
  test.each([
    ['a directory', () => temporaryDirectory()],
    ['a catalogue', () => standing()],
    ['nothing', () => '/nowhere/at/all'],
  ])('a target that is a link to %s is refused', async (_, to) => {
    const [at, elsewhere] = [temporaryDirectory(), to()]
    symlinkSync(elsewhere, join(at, 'cat'))
    await expect(build(join(at, 'cat'))).rejects.toThrow(
      `${join(at, 'cat')}: a catalogue is not built through a link: name the directory itself, or ` +
        `remove the link (found a symbolic link, expected a directory)`,
    )
    expect(readdirSync(at)).toEqual(['cat'])
  })

  test('so is a working directory that is a link, a file, or holds what is not of a build', async () => {
    const target = join(temporaryDirectory(), 'cat')
    const elsewhere = temporaryDirectory()
    writeFileSync(join(elsewhere, 'mine.txt'), 'mine')
    const refused = (found: string) =>
      `${workOf(target)}: what has the name of the working directory is not of a ` +
      `build: remove it (found ${found}, expected a directory)`
    symlinkSync(elsewhere, workOf(target))
    await expect(build(target)).rejects.toThrow(refused('a symbolic link'))
    rmSync(workOf(target))
    writeFileSync(workOf(target), '')
    await expect(build(target)).rejects.toThrow(refused('a file'))
    rmSync(workOf(target))
    cpSync(elsewhere, workOf(target), { recursive: true })
    await expect(build(target)).rejects.toThrow(refused('mine.txt'))
    expect([readdirSync(elsewhere), readdirSync(workOf(target)), existsSync(target)]).toEqual([
      ['mine.txt'],
      ['mine.txt'],
      false,
    ])
  })
})

describe('one build at a time', () => {
  const lockOf = (work: string, stem: string) => {
    mkdirSync(work, { recursive: true })
    writeFileSync(join(work, `${stem}-lock`), '')
    return join(work, `${stem}-lock`)
  }

  test(
    'of this process and of another that lives: the second is refused and ' +
      'names the first; one that was killed is not in the way',
    async () => {
      const target = join(temporaryDirectory(), 'cat')
      const place = await enterBuild(target)
      await expect(build(target)).rejects.toThrow(
        `${workOf(target)}: another build works on this target: wait until it has ended (found process ${process.pid})`,
      )
      await place.discard()

      const other = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])
      lockOf(workOf(target), temporaryStem().replace(/-\d+-\d+-(?=[0-9a-f]{16}$)/, `-${other.pid}-0-`))
      await expect(build(target)).rejects.toThrow(`(found process ${other.pid})`)
      other.kill()
      await once(other, 'exit')
      await build(target)
      expect([sumsBelow(target), readdirSync(dirname(target))]).toEqual([sumsBelow(fresh), ['cat']])
    },
  )

  test('on another machine it lives until nobody has touched its lock for a day', async () => {
    const target = join(temporaryDirectory(), 'cat')
    const lock = lockOf(workOf(target), '.bliss-tmp-00000000-7-1-0123456789abcdef')
    await expect(build(target)).rejects.toThrow('(found process 7 of another machine)')
    // Its time of change cannot be put back.
    utimesSync(lock, new Date(0), new Date(0))
    await expect(build(target)).rejects.toThrow('(found process 7 of another machine)')
    rmSync(lock)
    await build(target)
  })

  test('of two that start at the same time one builds', async () => {
    const target = join(temporaryDirectory(), 'cat')
    const ends = await Promise.allSettled([build(target), build(target)])
    const refused = ends.filter((end) => end.status === 'rejected')
    for (const { reason } of refused) expect((reason as Error).message).toMatch(/another build works on this target/)
    if (refused.length === 2) await build(target)
    expect([sumsBelow(target), readdirSync(dirname(target))]).toEqual([sumsBelow(fresh), ['cat']])
  })
})

/** The state of a build over the old catalogue that was killed when the old one had stepped aside. */
function killedAtSwap(): { target: string; work: string; store: string } {
  const target = standing()
  const work = workOf(target)
  mkdirSync(work)
  writeFileSync(join(work, `${deadStem()}-lock`), '')
  const store = join(work, 'out-0123456789abcdef')
  cpSync(fresh, store, { recursive: true })
  writeFileSync(
    join(work, 'finished.json'),
    JSON.stringify({ buildId: 'x', report: { path: 'out-0123456789abcdef', manifest: 'gaia_dr2/manifest.json' } }),
  )
  renameSync(target, join(work, 'old'))
  return { target, work, store }
}

describe('a build that was killed while it replaced a catalogue', () => {
  test('a reader says so, and where the old one lies', async () => {
    const { target, work } = killedAtSwap()
    await expect(openCatalog(target)).rejects.toThrow(
      `${target}: a build was killed while it replaced this catalogue: the same build, or any that writes ` +
        `beside it, settles that (found the old one in ${join(work, 'old')})`,
    )
  })

  test.each([
    [
      'the new one takes its place',
      () => undefined,
      () => fresh,
      'a build was killed while it put this catalogue in place; it is in place now',
    ],
    [
      'the old one is put back if the new one is gone',
      ({ store }: ReturnType<typeof killedAtSwap>) => rmSync(store, { recursive: true }),
      () => old,
      'a build was killed while it replaced this catalogue; the old one is in place again',
    ],
    [
      'what is left is removed if the new one is in place',
      ({ store, target }: ReturnType<typeof killedAtSwap>) => renameSync(store, target),
      () => fresh,
      'a build was killed when this catalogue was in place; what else it left is removed',
    ],
    [
      'also if the old one is half removed',
      ({ store, target, work }: ReturnType<typeof killedAtSwap>) => {
        renameSync(store, target)
        rmSync(join(work, 'old/gaia_dr2/dataset'), { recursive: true })
      },
      () => fresh,
      'a build was killed when this catalogue was in place; what else it left is removed',
    ],
  ])('at the next start beside it %s', async (_, then, expected, sentence) => {
    const state = killedAtSwap()
    then(state)
    const notes: string[] = []
    await recoverDirectory(dirname(state.target), { onNote: (note) => notes.push(note) })
    expect(notes).toEqual([`${state.target}: ${sentence}`])
    expect(sumsBelow(state.target)).toEqual(sumsBelow(expected()))
    expect(readdirSync(dirname(state.target))).toEqual(['cat'])
  })

  test("an old catalogue that held the user's files is put back with them", async () => {
    const { target, work } = killedAtSwap()
    writeFileSync(join(work, 'old/thesis.tex'), 'years of work')
    await recoverDirectory(dirname(target))
    expect(filesBelow(target)).toEqual([...filesBelow(old), 'thesis.tex'].sort())
    await expect(build(target)).rejects.toThrow(`${REFUSED} (found thesis.tex)`)
  })

  test('the same build, another over it, and one beside it all end well', async () => {
    for (const next of ['cat', 'beside']) {
      const { target } = killedAtSwap()
      const dir = dirname(target)
      await build(join(dir, next), list)
      expect(sumsBelow(join(dir, next))).toEqual(sumsBelow(old))
      expect(sumsBelow(target)).toEqual(sumsBelow(next === 'cat' ? old : fresh))
      expect(readdirSync(dir).sort()).toEqual([...new Set(['cat', next])].sort())
    }
  })

  test('one that lives is left alone, and so is work that can be gone on from', async () => {
    const { target, work } = killedAtSwap()
    writeFileSync(join(work, `${temporaryStem()}-lock`), '')
    await recoverDirectory(dirname(target))
    expect(existsSync(join(work, 'old'))).toBe(true)
    const half = join(temporaryDirectory(), 'half')
    mkdirSync(join(workOf(half), 'jobs'), { recursive: true })
    writeFileSync(join(workOf(half), 'jobs/1.json'), '{}')
    await recoverDirectory(dirname(half))
    expect(filesBelow(workOf(half))).toEqual(['jobs/1.json'])
  })
})
