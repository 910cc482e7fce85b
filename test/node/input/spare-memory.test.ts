import { expect, test } from 'vitest'
import { withSpareMemory } from '../../../src/node/input/spare-memory.js'

test('memory goes to the next that needs as much, when its work is done', async () => {
  let first: ArrayBufferLike | undefined
  await withSpareMemory((allocate) => {
    const [a, b] = [allocate(1000), allocate(1000)]
    expect(a.length).toBe(1000)
    expect(b.buffer, 'not while it is in use').not.toBe(a.buffer)
    first = a.buffer
    return Promise.resolve()
  })
  const larger = await withSpareMemory((allocate) => Promise.resolve(allocate(1 << 20).buffer))
  expect(larger).not.toBe(first)
  expect(await withSpareMemory((allocate) => Promise.resolve(allocate(900).buffer))).toBe(first)
})

test('it comes back from work that failed', async () => {
  let memory: ArrayBufferLike | undefined
  const failed = withSpareMemory((allocate) => {
    memory = allocate(3 << 20).buffer
    return Promise.reject(new Error('the disk is full'))
  })
  await expect(failed).rejects.toThrow('the disk is full')
  expect(await withSpareMemory((allocate) => Promise.resolve(allocate(3 << 20).buffer))).toBe(memory)
})

test('no more is kept than files that are worked on at one time, and nothing large', async () => {
  const large = await withSpareMemory((allocate) => Promise.resolve(allocate(5 << 20).buffer))
  expect(await withSpareMemory((allocate) => Promise.resolve(allocate(5 << 20).buffer))).not.toBe(large)
  const sizes = Array.from({ length: 20 }, (_, i) => (2 << 20) + i)
  const many = await withSpareMemory((allocate) => Promise.resolve(sizes.map((bytes) => allocate(bytes).buffer)))
  const again = await withSpareMemory((allocate) => Promise.resolve(sizes.map((bytes) => allocate(bytes).buffer)))
  expect(again.filter((buffer) => many.includes(buffer))).toHaveLength(8)
})
