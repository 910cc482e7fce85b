import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CommandError } from '../../errors.js'
import { workingCcds } from '../../exposure/camera.js'
import { parseCcds } from '../../exposure/catalogue-list.js'
import { seededRandom } from '../../math/random.js'
import { commandLine, pathWord } from '../../formats/shell-word.js'
import { packagedDescriptions } from '../../node/store/catalog-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { exposureFiles, simulateExposure } from '../../simulate/index.js'
import type { ExitCode, Io } from '../terminal/io.js'

type Raw = Readonly<Record<string, unknown>>

/** `simulate`: a seeded exposure with known zeropoints, as a pipeline's files. */
export async function simulate(raw: Raw, io: Io): Promise<ExitCode> {
  const number = (name: string, [low, high]: readonly [number, number]): number => {
    const value = raw[name] === '' ? NaN : Number(raw[name])
    if (!(value >= low && value <= high)) {
      throw new CommandError('bad-option', 'the option needs a number', {
        option: `--${name}`,
        found: `'${String(raw[name] as string)}'`,
        expected: `${low} to ${high}`,
      })
    }
    return value
  }
  const seed = number('seed', [0, 2 ** 31 - 1])
  const [description] = await packagedDescriptions()
  const band = String(raw['band'] as string)
  if (!description!.relations[band]) {
    throw new CommandError('bad-option', 'there is no relation for this band', {
      option: '--band',
      found: band,
      expected: Object.keys(description!.relations).join(', '),
    })
  }
  const ccds = parseCcds(String(raw['ccds'] as string))
  const outdir = String(raw['outdir'] as string)
  const expnum = number('expnum', [0, 99_999_999])
  const exposure = simulateExposure(
    {
      expnum,
      band,
      pointing: { raDeg: number('ra', [0, 360]), decDeg: number('dec', [-90, 90]) },
      ccds: ccds === 'all' ? workingCcds() : ccds,
      ...(raw['density'] === undefined ? {} : { densityPerSqDeg: number('density', [1, 3e6]) }),
    },
    description!,
    seededRandom(seed),
  )
  const files = exposureFiles(exposure, { seed, gzip: gzipSync })
  await writeTree(outdir, files)
  if (raw['quiet'] !== true) {
    io.out(
      `${outdir}: ${exposure.ccds.length} CCDs, ${exposure.stars.mag.length} Gaia stars; work/ is the ` +
        `pipeline's directory, raw/ and store/ are for catalog build, truth.json holds the zeropoints\n`,
    )
    io.out(nextCommands(outdir, expnum, String(raw['ccds'] as string)))
  }
  return 0
}

/** The two commands that calibrate what was simulated, as they are typed from here. */
function nextCommands(outdir: string, expnum: number, ccds: string): string {
  const [work, catalog, raw] = ['work', 'catalog', 'raw'].map((name) => pathWord(join(outdir, name))) as [
    string,
    string,
    string,
  ]
  const replace = existsSync(catalog) ? ['--force'] : []
  const build = ['bliss-calib', 'catalog', 'build', '--from', raw, '--to', catalog, ...replace]
  const calibrate = [
    'bliss-calib',
    '--expnum',
    String(expnum),
    '--ccd',
    ccds,
    '--catalog',
    catalog,
    '--workdir',
    work,
    '--outdir',
    work,
  ]
  return `now:\n  ${commandLine(build)}\n  ${commandLine(calibrate)}\n`
}
