import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { packageRoot, packageVersion } from '../package.js'
import { runProgram, type ProgramControl } from '../processes/run-program.js'
import { sha256 } from './stage-marker.js'

/**
 * What decides the files of the measuring stages beside the image: versions of the programs, and their settings; with
 * scamp, if its astrometry is asked for.
 */
export async function decidingOf(
  directory: string,
  { withScamp = false, ...control }: ProgramControl & { readonly withScamp?: boolean },
): Promise<unknown> {
  const programs: Record<string, string> = {}
  const driven = ['source-extractor', 'psfex', ...(withScamp ? (['scamp'] as const) : [])] as const
  for (const program of driven) {
    const said = await runProgram(program, ['--version'], { ...control, folder: directory, image: program })
    programs[program] = /version\s+([\d.]+)/i.exec(said)?.[1] ?? said.trim()
  }
  const folder = fileURLToPath(new URL('programs/', packageRoot))
  const settings: Record<string, string> = {}
  for (const name of (await readdir(folder)).filter((file) => isSetting(file, withScamp)).sort())
    settings[name] = sha256(await readFile(`${folder}${name}`))
  return { version: packageVersion(), programs, settings }
}

const isSetting = (file: string, withScamp: boolean): boolean =>
  /\.(sex|psfex|scamp|param)$/.test(file) && (withScamp || !file.startsWith('astrometry.'))
