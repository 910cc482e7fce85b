import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSuspects } from '../../../src/node/input/read-suspects.js'

const scratch = mkdtempSync(join(tmpdir(), 'bliss-agn-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const list = (text: string): string => {
  const path = join(scratch, 'allwiseagn')
  writeFileSync(path, text)
  return path
}

test('the list of AGN that has blanks and no names: every line is a place, with or without WISEA', async () => {
  const lines = [
    'J000000.12+123456.7 0.0005 12.582417 1.1 2.9 15.3',
    'WISEA J235959.90-123456.7  359.99958  -12.58 0.9 3.1 16',
    '',
  ]
  const { raDeg, decDeg, sourceId } = await readSuspects(list(lines.join('\n')))
  expect([[...raDeg!], [...decDeg!], sourceId]).toEqual([[0.0005, 359.99958], [12.582417, -12.58], undefined])
})

test.each([
  ['J000001.00+000000.0 0.1 95 1 2 15', 'a declination that is none'],
  ['J000001.00+000000.0 0.1 5 1 2', 'a field too few'],
])('%s: %s is refused with its line', async (line) => {
  await expect(readSuspects(list(`J000000.12+123456.7 0.0005 12.58 1.1 2.9 15.3\n${line}\n`))).rejects.toThrow(
    'line 2: a line of the list of AGN is not like the first',
  )
})
