import { commandLine, pathWord } from '../../formats/shell-word.js'
import { packagedDescriptions } from '../../node/store/catalog-files.js'
import { refuseForeignTree } from '../../node/disk/own-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { DEMO_SEED, demoExposure, truthFile, workFiles } from '../../simulate/index.js'
import { CALIBRATE_OPTIONS, listOptions } from '../calibrate/options.js'
import { calibrate } from '../calibrate/run.js'
import { DEMO_CATALOG } from '../calibrate/choose-catalog.js'
import { readOptions } from '../options/read.js'
import type { ExitCode, Io } from '../terminal/io.js'

/** `demo`: makes exposure 668439, calibrates its CCD 1 with the bundled catalogue, and shows the truth beside it. */
export async function demo(outdir: string, io: Io): Promise<ExitCode> {
  const [description] = await packagedDescriptions()
  const exposure = demoExposure(description!)
  const files = [...workFiles(exposure), truthFile(exposure, DEMO_SEED)]
  await refuseForeignTree(outdir, files, { witness: 'truth.json' })
  await writeTree(outdir, files)
  const asTyped = [
    '--expnum',
    '668439',
    '--ccd',
    '1',
    '--catalog',
    DEMO_CATALOG,
    '--workdir',
    pathWord(outdir),
    '--outdir',
    pathWord(outdir),
  ]
  io.out(`exposure 668439 (simulated) is in ${outdir}; now:\n  ${commandLine(['bliss-calib', ...asTyped])}\n`)
  const raw = { expnum: '668439', catalog: DEMO_CATALOG, workdir: outdir, outdir }
  const exitCode = await calibrate(listOptions(readOptions(CALIBRATE_OPTIONS, raw)), io)
  const truth = exposure.ccds.find(({ ccd }) => ccd === 1)!.zeropoint
  io.out(`truth   ${truth.toFixed(4)} (${outdir}/truth.json)\n`)
  io.out(`files   ${outdir}/D00668439_01_r4p5_ZP.csv and .fits, Zero_, allZP_, zeropoint_ (JSON), matches_ (Parquet)\n`)
  return exitCode
}
