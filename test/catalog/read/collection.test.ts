import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, temporaryDirectory } from '../../cli/run.js'

const collection = (dir: string, primary: string) => {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'collection.properties'), `obs_collection=x\nhats_primary_table_url=${primary}\n`)
}

const WAYS: Readonly<Record<string, (dir: string) => void>> = {
  'that names itself': (dir) => collection(dir, '.'),
  'that names itself by detours': (dir) => collection(dir, './././'),
  'that names its parent': (dir) => collection(join(dir), '..'),
  'that leads out and back': (dir) => collection(dir, 'a/../../b'),
  'that names an address': (dir) => collection(dir, 'https://example.org/x'),
  'that names a place of the machine': (dir) => collection(dir, '/tmp'),
  'that names nothing': (dir) => collection(dir, ''),
  'in a ring of two': (dir) => {
    collection(dir, 'other')
    collection(join(dir, 'other'), 'back')
    symlinkSync('..', join(dir, 'other', 'back'))
  },
  'whose link leads to itself': (dir) => {
    collection(dir, 'loop')
    symlinkSync('loop', join(dir, 'loop'))
  },
}

test.each(Object.keys(WAYS))('a collection %s ends with 3, named', async (name) => {
  const dir = join(temporaryDirectory(), 'c')
  WAYS[name]!(dir)
  const commands = [
    ['catalog', 'info', dir],
    ['catalog', 'query', dir, '--cone', '53,-28,0.1'],
    ['catalog', 'build', '--from', dir, '--to', join(dir, 'to'), '--quiet'],
  ]
  for (const command of commands) {
    const { exitCode, err } = await run(command)
    expect([exitCode, command[1]], err).toEqual([3, command[1]])
    expect(err).toContain(dir)
    expect(err).not.toContain('bug')
  }
})

test('lists of partitions and properties beyond their limits are refused by name', async () => {
  const dir = temporaryDirectory()
  const properties = 'obs_collection=gaia_dr2\nhats_nrows=1\n'
  const refusal = async () => {
    const { exitCode, err } = await run(['catalog', 'info', dir])
    expect(exitCode, err).toBe(3)
    return err
  }
  writeFileSync(join(dir, 'hats.properties'), `${'x'.repeat(20e6)}\n${properties}`)
  expect(await refusal()).toMatch(
    /hats\.properties: the file has too many bytes \(limit smallTextBytes.*found 20,000,038, expected at most 1,048,576/,
  )
  writeFileSync(join(dir, 'hats.properties'), properties)
  writeFileSync(join(dir, 'partition_info.csv'), `Norder,Npix\n${'9'.repeat(20e6)}`)
  expect(await refusal()).toMatch(/partition_info\.csv, line 2: the line is too long \(limit lineBytes/)
  writeFileSync(join(dir, 'partition_info.csv'), '9'.repeat(1e6))
  expect((await refusal()).length).toBeLessThan(500)
  // As many as there can be are read: the first of their files is missing.
  const lines = Array.from({ length: 1_000_000 }, (_, cell) => `10,${cell}`)
  writeFileSync(join(dir, 'partition_info.csv'), `Norder,Npix\n${lines.join('\n')}\n`)
  expect(await refusal()).toMatch(/Norder=10\/Dir=0\/Npix=0\.parquet: .*no such file/)
})
