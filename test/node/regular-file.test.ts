import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { InputError } from '../../src/errors.js'
import { openRegular, readWhole } from '../../src/node/regular-file.js'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'bliss-regular-'))))
afterAll(() => rmSync(dir, { recursive: true }))

const failure = async (path: string): Promise<InputError> => {
  const error: unknown = await readWhole(path).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(InputError)
  return error as InputError
}

test('a pipe, a device, a socket and a directory are refused at once, by name', async () => {
  const pipe = join(dir, 'pipe')
  execFileSync('mkfifo', [pipe])
  symlinkSync(pipe, join(dir, 'to-pipe'))
  mkdirSync(join(dir, 'folder'))
  const socket = createServer()
  await new Promise<void>((resolve) => socket.listen(join(dir, 'socket'), resolve))
  expect((await failure(pipe)).message).toBe(`${pipe}: the file cannot be read: it is no regular file (found a named pipe, expected a regular file)`)
  expect((await failure(join(dir, 'to-pipe'))).message).toContain('found a named pipe')
  expect((await failure('/dev/zero')).message).toContain('found a device')
  expect((await failure('/dev/null')).message).toContain('found a device')
  expect((await failure(join(dir, 'socket'))).message).toContain('it is no regular file')
  expect((await failure(join(dir, 'folder'))).message).toContain('it is a directory')
  expect((await failure(join(dir, 'absent'))).message).toContain('there is no such file or directory')
  await new Promise((resolve) => socket.close(resolve))
})

test('a ring of links is refused', async () => {
  symlinkSync(join(dir, 'b'), join(dir, 'a'))
  symlinkSync(join(dir, 'a'), join(dir, 'b'))
  expect((await failure(join(dir, 'a'))).tag).toBe('unreadable-file')
})

test('a file of a terabyte without content is too large', async () => {
  const path = join(dir, 'sparse')
  writeFileSync(path, '')
  truncateSync(path, 1e12)
  const { tag, message } = await failure(path)
  expect(tag).toBe('beyond-limit')
  expect(message).toContain('found 1,000,000,000,000, expected at most 4,294,967,296')
})

test('a regular file is read, also by a link', async () => {
  writeFileSync(join(dir, 'file'), 'text')
  symlinkSync(join(dir, 'file'), join(dir, 'link'))
  expect(Buffer.from(await readWhole(join(dir, 'link'))).toString()).toBe('text')
  const { handle, facts } = await openRegular(join(dir, 'file'))
  expect(facts.size).toBe(4)
  await handle.close()
})
