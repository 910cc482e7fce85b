import { join } from 'node:path'
import { isBlissError } from '../../errors.js'
import { commandLine, pathWord } from '../../formats/shell-word.js'
import { refuseForeignTree } from '../../node/disk/own-files.js'
import { writeTree } from '../../node/disk/write-tree.js'
import { findProgram } from '../../node/processes/program.js'
import { packagedDescriptions } from '../../node/store/catalog-files.js'
import { DEMO_IMAGE, demoCamera, demoImage } from '../../simulate/demo-image.js'
import { demoExposure } from '../../simulate/index.js'
import { calibrateCommand } from '../calibrate/command.js'
import { DEMO_CATALOG } from '../calibrate/choose-catalog.js'
import type { ExitCode, Io } from '../terminal/io.js'

/**
 * `demo --image`: makes an image of the demo's sky, calibrates it with the bundled catalogue, and shows the truth
 * beside it. Without the programs that measure images it says what is missing, which is no failure of a demonstration.
 */
export async function demoOfImage(outdir: string, io: Io): Promise<ExitCode> {
  const [description] = await packagedDescriptions()
  const exposure = demoExposure(description!)
  const files = [demoImage(exposure), demoCamera(exposure)]
  await refuseForeignTree(outdir, files)
  await writeTree(outdir, files)
  const [file, camera] = files.map(({ name }) => join(outdir, name)) as [string, string]
  const words = { '--catalog': DEMO_CATALOG, '--camera': pathWord(camera), '--outdir': pathWord(outdir) }
  const asTyped = [pathWord(file), ...Object.entries(words).flat()]
  const made = `${file} is an image of 1000 x 500 pixels (simulated), ${camera} tells its camera`
  io.out(`${made}; now:\n  ${commandLine(['bliss-calib', ...asTyped])}\n`)
  const missing = await missingPrograms(io)
  if (missing.length > 0) {
    io.out(`${missing.join('\n')}\n`)
    return 0
  }
  const exitCode = await calibrateCommand.start({ files: [file], catalog: DEMO_CATALOG, camera, outdir }, io)
  // psfex normalises its model by itself: FLUX_PSF is some mmag from a star's whole light.
  io.out(`truth   ${DEMO_IMAGE.zeropoint.toFixed(4)} of a star's whole light; a PSF flux lacks or adds some mmag\n`)
  return exitCode
}

async function missingPrograms({ env }: Io): Promise<string[]> {
  const sentences: string[] = []
  for (const program of ['source-extractor', 'psfex'] as const) {
    try {
      await findProgram(program, env)
    } catch (error) {
      if (!isBlissError(error)) throw error
      sentences.push(error.message)
    }
  }
  return sentences
}
