import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeLeftovers as removeOf, temporaryStem } from '../../../src/node/disk/temporary-names.js'
import { temporaryDirectory } from '../../cli/run.js'

const DAY_MS = 86_400_000

const removeLeftovers = (dir: string, nowMs?: number) => removeOf(dir, readdirSync(dir), nowMs)

/** The stem with another process in it. */
const stemOf = (pid: number | string, start: string) =>
  temporaryStem().replace(/-\d+-\d+-(?=[0-9a-f]{16}$)/, `-${pid}-${start}-`)

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'exit')
  return child.pid!
}

test('files of a process that is gone are removed, those of this and of another that lives stay', async () => {
  const dir = temporaryDirectory()
  const other = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])
  const [mine, dead, alive] = [temporaryStem(), stemOf(await deadProcess(), '0'), stemOf(other.pid!, '0')]
  for (const name of [`${mine}-0`, `${dead}-0`, `${dead}-1-before`, `${alive}-0`]) writeFileSync(join(dir, name), 'x')
  expect((await removeLeftovers(dir)).sort()).toEqual([`${dead}-0`, `${dead}-1-before`])
  other.kill()
  await once(other, 'exit')
  expect(await removeLeftovers(dir)).toEqual([`${alive}-0`])
  expect(readdirSync(dir)).toEqual([`${mine}-0`])
})

test.skipIf(process.platform !== 'linux')(
  'a process number that was given again is not taken for the writer',
  async () => {
    const dir = temporaryDirectory()
    const name = `${stemOf(process.pid, '1')}-0`
    writeFileSync(join(dir, name), 'x')
    expect(await removeLeftovers(dir)).toEqual([name])
  },
)

test(
  "another machine's files go after a day, whatever the age of " + 'the product that they are a second name of',
  async () => {
    const dir = temporaryDirectory()
    const foreign = '.bliss-tmp-00000000-1-1-0123456789abcdef-0'
    writeFileSync(join(dir, 'product'), 'x')
    utimesSync(join(dir, 'product'), new Date(0), new Date(0))
    linkSync(join(dir, 'product'), join(dir, foreign))
    writeFileSync(join(dir, '.bliss-tmp-of-an-older-version'), 'x')
    expect(await removeLeftovers(dir)).toEqual([])
    expect((await removeLeftovers(dir, Date.now() + DAY_MS + 1000)).sort()).toEqual(
      [foreign, '.bliss-tmp-of-an-older-version'].sort(),
    )
    expect(readdirSync(dir)).toEqual(['product'])
  },
)

test('nothing else is touched: other names, directories', async () => {
  const dir = temporaryDirectory()
  for (const name of ['Zero_D1_01_r1p1.csv', '.bliss-done-D1_r1p1.json', 'bliss-tmp-1'])
    writeFileSync(join(dir, name), 'x')
  mkdirSync(join(dir, '.bliss-tmp-my-catalog-0123'))
  expect(await removeLeftovers(dir, Date.now() + 2 * DAY_MS)).toEqual([])
  expect(readdirSync(dir)).toHaveLength(4)
})
