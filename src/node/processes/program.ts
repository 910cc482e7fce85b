import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { InputError } from '../../errors.js'

/** The programs that this one drives: their names, the Debian package, and the variable that names another. */
const PROGRAMS = {
  'source-extractor': {
    names: ['source-extractor', 'sex'],
    package: 'source-extractor',
    variable: 'BLISS_SOURCE_EXTRACTOR',
  },
  psfex: { names: ['psfex'], package: 'psfex', variable: 'BLISS_PSFEX' },
  scamp: { names: ['scamp'], package: 'scamp', variable: 'BLISS_SCAMP' },
  funpack: { names: ['funpack'], package: 'libcfitsio-bin', variable: 'BLISS_FUNPACK' },
} as const

export type ProgramName = keyof typeof PROGRAMS

/** The variables that tell where programs are: PATH, and those of `PROGRAMS`. */
export type ProgramEnv = Readonly<Record<string, string | undefined>>

/**
 * Finds a program: the one that its variable names (`BLISS_PSFEX`, a path or a name), else the first of its names on
 * PATH.
 *
 * @throws InputError `program-missing` that names the Debian package and the variable
 */
export async function findProgram(program: ProgramName, env: ProgramEnv): Promise<string> {
  const { names, package: debian, variable } = PROGRAMS[program]
  const named = env[variable] ?? ''
  for (const name of named === '' ? names : [named]) {
    const path = await onPath(name, env['PATH'] ?? '')
    if (path !== undefined) return path
  }
  const wayOut = `install it (Debian and Ubuntu: apt install ${debian}), or name it by ${variable}`
  const sentence = `${named === '' ? program : `the program that ${variable} names`} is not there: ${wayOut}`
  throw new InputError('program-missing', sentence, {
    found: named === '' ? `no ${names.join(' or ')} on PATH` : named,
    expected: 'a program that may be run',
  })
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  const candidates =
    isAbsolute(name) || name.includes('/')
      ? [resolve(name)]
      : path
          .split(delimiter)
          .filter((dir) => isAbsolute(dir))
          .map((dir) => join(dir, name))
  for (const candidate of candidates) {
    const fits = await access(candidate, constants.X_OK).then(
      async () => (await stat(candidate)).isFile(),
      () => false,
    )
    if (fits) return candidate
  }
  return undefined
}
