import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inWorkFolder } from '../../../src/node/programs/work-folder.js'
import { temporaryDirectory } from '../../cli/run.js'

const work = (folder: string): Promise<void> => {
  writeFileSync(join(folder, 'detect.sex'), '')
  return Promise.resolve()
}

test('a folder that stays replaces that of an earlier run, and none of somebody else', async () => {
  const directory = temporaryDirectory()
  for (let run = 0; run < 2; run++) await inWorkFolder(directory, work, 'kept')
  expect([readdirSync(directory), readdirSync(join(directory, 'kept'))]).toEqual([['kept'], ['detect.sex']])
  mkdirSync(join(directory, 'own'))
  writeFileSync(join(directory, 'own', 'thesis.tex'), '')
  let hasBegun = false
  const begin = (folder: string) => ((hasBegun = true), work(folder))
  await expect(inWorkFolder(directory, begin, 'own')).rejects.toMatchObject({
    name: 'CommandError',
    tag: 'foreign-file',
    place: { file: join(directory, 'own'), found: 'thesis.tex' },
  })
  expect([hasBegun, existsSync(join(directory, 'own', 'thesis.tex'))]).toEqual([false, true])
})
