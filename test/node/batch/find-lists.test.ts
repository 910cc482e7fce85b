import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { findLists } from '../../../src/node/batch/batch-plan.js'
import { temporaryDirectory } from '../../cli/run.js'

test('links to directories are followed, and each directory is read once', async () => {
  const dir = temporaryDirectory()
  const elsewhere = temporaryDirectory()
  mkdirSync(join(dir, 'night1/deeper'), { recursive: true })
  writeFileSync(join(dir, 'night1/D00000001_r1p1_red_catlist.csv'), '')
  writeFileSync(join(elsewhere, 'D00000002_r1p1_red_catlist.csv'), '')
  symlinkSync(elsewhere, join(dir, 'night2'))
  symlinkSync('../..', join(dir, 'night1/deeper/up'))
  symlinkSync('nowhere', join(dir, 'night3'))
  const { lists } = await findLists(dir)
  // A directory that is reached twice has the name by which it was reached first.
  expect(lists.map((path) => relative(dir, path))).toEqual([
    'night1/D00000001_r1p1_red_catlist.csv',
    'night2/D00000002_r1p1_red_catlist.csv',
  ])
})
