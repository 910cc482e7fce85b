import { describe, expect, test } from 'vitest'
import { unpackRice } from '../../../../src/formats/fits/packed/rice.js'

/** Bits as bytes, zeros after them. */
const bytes = (...parts: readonly string[]): Uint8Array =>
  Uint8Array.from(
    parts
      .join('')
      .replaceAll(' ', '')
      .match(/.{1,8}/g)!,
    (octet) => parseInt(octet.padEnd(8, '0'), 2),
  )

/** Worked by hand from the description of the code: 100 stored, differences 0, 2, -3, 0 folded to 0, 4, 5, 0. */
describe("Rice's code by hand", () => {
  const first = '0000000001100100'
  const pixels = [100, 102, 99, 99]
  test('with one low bit: code 2, then zeros, a one and the bit for each', () => {
    const packed = bytes(first, '0010', '1 0', '001 0', '001 1', '1 0')
    const into = new Int32Array(4)
    expect(unpackRice(packed, 2, 32, into)).toBe(true)
    expect([...into]).toEqual(pixels)
  })

  test('as they are: code 15, then 16 bits for each', () => {
    const folded = [0, 4, 5, 0].map((n) => n.toString(2).padStart(16, '0'))
    const into = new Int32Array(4)
    expect(unpackRice(bytes(first, '1111', ...folded), 2, 32, into)).toBe(true)
    expect([...into]).toEqual(pixels)
  })

  test('in blocks: the second is level, code 0', () => {
    const into = new Int32Array(4)
    expect(unpackRice(bytes(first, '0001', '1', '00001', '0000'), 2, 2, into)).toBe(true)
    expect([...into]).toEqual([100, 102, 102, 102])
  })

  test('bytes that end too early', () => {
    expect(unpackRice(bytes(first, '0010', '1 0'), 2, 32, new Int32Array(4))).toBe(false)
    expect(unpackRice(new Uint8Array(1), 2, 32, new Int32Array(4))).toBe(false)
  })
})
