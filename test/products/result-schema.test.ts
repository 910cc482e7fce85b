import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'
import { RESULT_SHAPE } from '../../src/products/result-shape.js'

const schema: object = RESULT_SHAPE

/** The schema with every field named: the published one allows additions, but none may be forgotten there. */
function closed(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(closed)
  if (typeof part !== 'object' || part === null) return part
  const entries = Object.entries(part).map(([key, value]) => [key, closed(value)] as const)
  return { ...('properties' in part ? { additionalProperties: false } : {}), ...Object.fromEntries(entries) }
}

test('the published schema allows fields and tags that later versions add', async () => {
  const dir = temporaryDirectory()
  await run(['demo', '--outdir', dir])
  const file = readdirSync(dir).find((name) => name.startsWith('zeropoint_'))!
  const result = JSON.parse(readFileSync(join(dir, file), 'utf8')) as {
    exposure: object
    ccds: { concerns: object[] }[]
  }
  const added = {
    ...result,
    exposure: { ...result.exposure, later: 1 },
    ccds: result.ccds.map((ccd) => ({
      ...ccd,
      later: 1,
      concerns: [{ tag: 'later', severity: 'look', sentence: 'x' }],
    })),
  }
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
  validate(added)
  expect(validate.errors).toBeNull()
  validate({ ...added, schema: 1 })
  expect(validate.errors).not.toBeNull()
})

test(
  'the JSON on stdout and in the file follow the published ' + 'schema; only stdout has the cost of the run',
  async () => {
    const dir = temporaryDirectory()
    await run(['demo', '--outdir', dir])
    const { out } = await run([
      '--expnum',
      '668439',
      '--ccd',
      '1',
      '--workdir',
      dir,
      '--outdir',
      dir,
      '--catalog',
      'demo',
      '--json',
    ])
    const file = readdirSync(dir).find((name) => name.startsWith('zeropoint_'))!
    const [onStdout, inFile] = [out, readFileSync(join(dir, file), 'utf8')].map(
      (text) => JSON.parse(text) as Record<string, unknown>,
    )
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(closed(schema) as object)
    for (const result of [onStdout, inFile]) {
      validate(result)
      expect(validate.errors).toBeNull()
    }
    expect(onStdout!['run']).toBeDefined()
    const { run: _, ...rest } = onStdout!
    expect(inFile).toEqual(rest)
    expect(out).not.toContain(dir)
  },
)
