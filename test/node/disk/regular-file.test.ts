import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inputChunks } from '../../../src/node/disk/input-chunks.js'
import { fileSource, openInput } from '../../../src/node/disk/files.js'
import { sha256OfFile } from '../../../src/node/disk/file-marks.js'
import { readInput } from '../../../src/node/input/read-exposure.js'
import { readSuspects } from '../../../src/node/input/read-suspects.js'
import { filled, openRegular, readWhole } from '../../../src/node/disk/regular-file.js'

let dir: string
beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'bliss-regular-'))))
afterAll(() => rmSync(dir, { recursive: true }))

/** Everything that opens an input of the user. */
const READERS: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  readInput,
  openInput,
  fileSource,
  sha256OfFile,
  readSuspects,
  inputChunks: async (path) => {
    for await (const _chunk of inputChunks(path)) return
  },
}

const failure = (read: (path: string) => Promise<unknown>, path: string): Promise<Error> =>
  read(path).then(
    () => new Error('it was read'),
    (error: unknown) => error as Error,
  )

test.each(Object.entries(READERS))(
  '%s refuses a pipe, a device, a socket and a directory at once, by name',
  async (_name, read) => {
    const here = mkdtempSync(join(dir, 'kinds-'))
    const pipe = join(here, 'pipe')
    execFileSync('mkfifo', [pipe])
    symlinkSync(pipe, join(here, 'to-pipe'))
    mkdirSync(join(here, 'folder'))
    const socket = createServer()
    await new Promise<void>((resolve) => socket.listen(join(here, 'socket'), resolve))
    const expected: [string, string][] = [
      [pipe, 'it is a named pipe, and must be a regular file'],
      [join(here, 'to-pipe'), 'it is a named pipe, and must be a regular file'],
      ['/dev/zero', 'it is a device, and must be a regular file'],
      ['/dev/null', 'it is a device, and must be a regular file'],
      [join(here, 'socket'), 'must be a regular file'],
      [join(here, 'folder'), 'it is a directory'],
      [join(here, 'absent'), 'there is no such file or directory'],
    ]
    for (const [path, sentence] of expected) {
      const error = await failure(read, path)
      expect(error).toMatchObject({ tag: 'unreadable-file' })
      expect(error.message).toContain(path)
      expect(error.message).toContain(sentence)
    }
    await new Promise((resolve) => socket.close(resolve))
  },
)

test('a ring of links is refused', async () => {
  symlinkSync(join(dir, 'b'), join(dir, 'a'))
  symlinkSync(join(dir, 'a'), join(dir, 'b'))
  expect(await failure(readInput, join(dir, 'a'))).toMatchObject({ tag: 'unreadable-file' })
})

test('a file of a terabyte without content is too large', async () => {
  const path = join(dir, 'sparse')
  writeFileSync(path, '')
  truncateSync(path, 1e12)
  const { message } = await failure(readInput, path)
  expect(message).toBe(
    `${path}: the file cannot be read: it has 1,000,000,000,000 bytes, at most ` +
      `4,294,967,296 are read (limit wholeFileBytes, see docs/limits.md)`,
  )
})

test('a regular file is read, also by a link', async () => {
  writeFileSync(join(dir, 'file'), 'text')
  symlinkSync(join(dir, 'file'), join(dir, 'link'))
  expect(Buffer.from(await readWhole(join(dir, 'link'), 'smallTextBytes')).toString()).toBe('text')
  const { handle, facts } = await openRegular(join(dir, 'file'))
  expect(facts.size).toBe(4)
  await handle.close()
})

test('a file of more than 2 GiB is read in parts: Node ends the process where more is asked for at once', async () => {
  const memory = new Uint8Array(3 * 2 ** 30 - 1)
  const asked: number[] = []
  const handle = {
    read: (_into: Uint8Array, _at: number, length: number) => {
      asked.push(length)
      return Promise.resolve({ bytesRead: length, buffer: _into })
    },
  }
  expect((await filled(handle as Parameters<typeof filled>[0], memory)).length).toBe(memory.length)
  expect(asked).toEqual([2 ** 30, 2 ** 30, 2 ** 30 - 1])
})
