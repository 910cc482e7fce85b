import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import {
  decimalValue,
  fixedText,
  float32AsDecimal,
  float32Text,
  float64Text,
  shortestFloat32,
  type Decimal,
} from '../../src/formats/number-text.js'
import { TextBuffer } from '../../src/formats/text-buffer.js'

const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)
const float32Of = (pattern: number) => {
  bits[0] = pattern
  return float[0]!
}

/** Pattern and numpy's text; see test/fixtures/legacy/numpy_numbers.py. */
function fixture(name: string): [string, string][] {
  const text = readFileSync(resolve(import.meta.dirname, '../fixtures/legacy', name), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ') as [string, string])
}

/** The shortest decimal by trial: the fewest digits that read back, by the engine's exact rounding. */
function byTrial(x: number): number {
  for (let digits = 1; ; digits++) {
    const text = x.toPrecision(digits)
    if (Math.fround(Number(text)) === x) return Number(text)
  }
}

test("float32 text is numpy's", () => {
  const wrong = fixture('float32-text.txt').filter(
    ([pattern, text]) => float32Text(float32Of(Number(pattern))) !== text,
  )
  expect(wrong).toEqual([])
})

test("float64 text is numpy's", () => {
  const words = new BigUint64Array(1)
  const double = new Float64Array(words.buffer)
  const wrong = fixture('float64-text.txt').filter(([pattern, text]) => {
    words[0] = BigInt(pattern)
    return float64Text(double[0]!) !== text
  })
  expect(wrong).toEqual([])
})

test('a text buffer writes the same text', () => {
  for (const [pattern, text] of fixture('float32-text.txt')) {
    expect(new TextDecoder().decode(new TextBuffer(4).float32(float32Of(Number(pattern))).bytes)).toBe(text)
  }
})

// Every pattern of a stride that is coprime to 2^32: all exponents, all places of the mantissa.
const STRIDE = process.env['BLISS_SOAK'] ? 1009 : 99_991
test(`every ${STRIDE}th float32 has the shortest decimal, and it is the number that its text denotes`, () => {
  const decimal: Decimal = { digits: 0, exponent: 0 }
  let checked = 0
  for (let pattern = 0; pattern < 2 ** 32; pattern += STRIDE) {
    const x = float32Of(pattern)
    if (!Number.isFinite(x)) continue
    shortestFloat32(x, decimal)
    const value = decimalValue(decimal)
    const tried = byTrial(x)
    if (value !== tried) {
      // Halfway between two decimals trial takes the larger, numpy the even one. Below a power of two the shortest
      // decimal of the interval need not be the nearest of its length, so that trial may need a digit more.
      const halfway = Math.abs(value - x) === Math.abs(tried - x) && decimal.digits % 2 === 0
      const belowPower = (pattern & 0x7fffff) === 0
      expect(Math.fround(value) === x && (halfway || belowPower), `${x} gives ${value}, by trial ${tried}`).toBe(true)
    }
    if (value !== Number(`${decimal.digits}e${decimal.exponent}`))
      throw new Error(`${decimal.digits}e${decimal.exponent} is not ${value}`)
    checked++
  }
  expect(checked).toBeGreaterThan(42_000)
})

test('float32AsDecimal is the number that the text denotes', () => {
  expect(float32AsDecimal(Math.fround(19.130095))).toBe(19.130095)
  expect(float32AsDecimal(Math.fround(-0.00026388888))).toBe(-0.00026388888)
  expect(float32AsDecimal(NaN)).toBeNaN()
  expect(float32AsDecimal(0)).toBe(0)
  expect(float32AsDecimal(Infinity)).toBe(Infinity)
})

test('fixedText rounds the exact binary value, halves to even, as C does', () => {
  // printf '%.6f' and '%.1f' of the same values
  expect(fixedText(30.0078125, 6)).toBe('30.007812')
  expect(fixedText(-30.0234375, 6)).toBe('-30.023438')
  expect(fixedText(0.25, 1)).toBe('0.2')
  expect(fixedText(0.75, 1)).toBe('0.8')
  expect(fixedText(1e-9, 6)).toBe('0.000000')
  expect(fixedText(-1e-9, 6)).toBe('-0.000000')
  expect(fixedText(-0, 6)).toBe('-0.000000')
  expect(fixedText(-999, 6)).toBe('-999.000000')
  expect(fixedText(NaN, 6)).toBe('nan')
})

test('a text buffer appends cells of every kind and grows', () => {
  const text = new TextBuffer(2)
  text
    .integer(-42)
    .comma()
    .integer(0)
    .comma()
    .integer(2 ** 40)
    .comma()
    .float64(0.1)
    .comma()
    .ascii('mag_psf')
    .byte(0x0a)
  const line = text.bytes.slice()
  text.copy(line).copy(line, 0, 3)
  expect(new TextDecoder().decode(text.bytes)).toBe(
    '-42,0,1099511627776,0.1,mag_psf\n-42,0,1099511627776,0.1,mag_psf\n-42',
  )
  expect(text.length).toBe(2 * line.length + 3)
})
