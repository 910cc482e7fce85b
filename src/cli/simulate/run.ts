import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parseCcds } from '../../exposure/catalogue-list.js'
import { seededRandom } from '../../math/random.js'
import { parseDecimal } from '../../formats/decimal.js'
import { commandLine, pathWord } from '../../formats/shell-word.js'
import { packagedDescriptions } from '../../node/store/catalog-files.js'
import { refuseForeignTree } from '../../node/disk/own-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { DEFAULT_OPTIONS, exposureFiles, PLANE, simulateExposure } from '../../simulate/index.js'
import { unfit, type Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { SIMULATE_OPTIONS } from './options.js'

/** `simulate`: a seeded exposure with known zeropoints, as a pipeline's files. */
export async function simulate(options: Values<typeof SIMULATE_OPTIONS>, io: Io): Promise<ExitCode> {
  const { seed, band, outdir, expnum, density } = options
  const [description] = await packagedDescriptions()
  if (!description!.relations[band]) {
    const expected = Object.keys(description!.relations).join(', ')
    throw unfit('--band', `unknown --band '${band}': expected ${expected}`, band, expected)
  }
  const ccds = parseCcds(options.ccds, '--ccds')
  const exposure = simulateExposure(
    {
      expnum,
      band,
      pointing: { raDeg: options.ra, decDeg: options.dec },
      ccds: ccds === 'all' ? PLANE.workingCcds() : ccds,
      ...(density === undefined ? {} : { densityPerSqDeg: density }),
      ...(options.skySeed === undefined ? {} : { skySeed: options.skySeed }),
      ...(options.dither === undefined ? {} : { ditherDeg: ditherOf(options.dither) }),
    },
    description!,
    seededRandom(seed),
  )
  const files = exposureFiles(exposure, { seed, gzip: gzipSync })
  await refuseForeignTree(outdir, files, { witness: 'truth.json' })
  await writeTree(outdir, files)
  if (!options.quiet) {
    io.out(
      `${outdir}: ${exposure.ccds.length} CCDs, ${exposure.stars.mag.length} Gaia stars; work/ is the ` +
        `pipeline's directory, raw/ and store/ are for catalog build, truth.json holds the zeropoints\n`,
    )
    io.out(nextCommands(outdir, expnum, options.ccds))
  }
  return 0
}

/** `EAST,NORTH`: no further than the sky reaches round the CCDs. */
function ditherOf(text: string): readonly [east: number, north: number] {
  const [east, north, ...more] = text.split(',').map((word) => parseDecimal(word.trim()))
  const reach = DEFAULT_OPTIONS.padDeg
  const isDither =
    east !== undefined && north !== undefined && more.length === 0 && Math.max(Math.abs(east), Math.abs(north)) <= reach
  if (isDither) return [east, north]
  throw unfit('--dither', '--dither must be two numbers of degrees', text, `EAST,NORTH up to ${reach}, as 0.1,-0.05`)
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
