import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { run, temporaryDirectory } from '../cli/run.js'

const schema = JSON.parse(readFileSync(new URL('../../src/products/result.schema.json', import.meta.url), 'utf8')) as object

test('the JSON on stdout and in the file follow the published schema; only stdout has the cost of the run', async () => {
  const dir = temporaryDirectory()
  await run(['demo', '--outdir', dir])
  const { out } = await run(['--expnum', '668439', '--ccd', '1', '--workdir', dir, '--outdir', dir, '--catalog', 'demo', '--json'])
  const file = readdirSync(dir).find((name) => name.startsWith('zeropoint_'))!
  const [onStdout, inFile] = [out, readFileSync(join(dir, file), 'utf8')].map((text) => JSON.parse(text) as Record<string, unknown>)
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema)
  for (const result of [onStdout, inFile]) {
    validate(result)
    expect(validate.errors).toBeNull()
  }
  expect(onStdout!['run']).toBeDefined()
  const { run: _, ...rest } = onStdout!
  expect(inFile).toEqual(rest)
  expect(out).not.toContain(dir)
})
