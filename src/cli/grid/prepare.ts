import { access, constants, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, isBlissError } from '../../errors.js'
import type { GridPlan } from '../../grid/plan.js'
import type { GridExposure } from '../../grid/workflow.js'
import { refuseUnanswerable } from '../../node/grid/grid-check.js'
import { directoryReader, hasCatalogue } from '../../node/grid/grid-exposures.js'
import { openCatalog } from '../../node/store/open-catalog.js'
import { packageVersion } from '../../node/package.js'
import { findProgram } from '../../node/processes/program.js'
import { reasonOf } from '../../node/disk/files.js'
import { readList } from '../../node/input/read-exposure.js'
import { recoverDirectory } from '../../node/disk/recover-directory.js'
import { standingSystems } from '../../node/exposure/standing-products.js'
import type { PhotometricSystem } from '../../photometry/result.js'
import { refuseMixedSystems } from '../../products/mixed-systems.js'
import { readPlan } from './plan.js'
import type { ExitCode, Io } from '../terminal/io.js'

/** Failures that are told one by one; the others are counted. */
const TOLD = 20

/**
 * `grid prepare`: what every job of a plan relies on, checked once on the machines of the grid before hundreds of jobs
 * find it missing: this version, the catalogue, the lists as planned, the SExtractor catalogues, room to write, no
 * products of another photometric system.
 */
export async function gridPrepare(planPath: string, io: Io): Promise<ExitCode> {
  const plan = await readPlan(planPath)
  if (plan.version !== packageVersion()) {
    throw new InputError('other-version', 'this machine has another bliss-calib than the plan was made with', {
      file: planPath,
      found: packageVersion(),
      expected: plan.version,
    })
  }
  const catalog = await openCatalog(plan.options.catalog)
  if (catalog.hash !== plan.catalogHash) {
    throw new InputError('other-catalog', 'the catalogue is not the one that the plan was made with', {
      file: plan.options.catalog,
      found: catalog.hash,
      expected: plan.catalogHash,
    })
  }
  // Without the programs every job would fail.
  if (plan.se === true) for (const program of ['source-extractor', 'psfex'] as const) await findProgram(program, io.env)
  const fileNames = directoryReader()
  let failed = 0
  for (const exposure of plan.exposures) {
    try {
      const rows = await (plan.se === true ? refuseChangedImages(exposure) : refuseChanged(exposure, fileNames))
      refuseUnanswerable(catalog, plan.options.system as PhotometricSystem, rows, exposure.list.fileName)
      await refuseUnwritable(exposure, plan)
    } catch (error) {
      if (!isBlissError(error)) throw error
      failed++
      if (failed <= TOLD) io.err(`bliss-calib: ${error.message}\n`)
    }
  }
  if (failed > TOLD) io.err(`bliss-calib: ${failed - TOLD} more\n`)
  io.out(`${plan.exposures.length - failed} of ${plan.exposures.length} exposures can be calibrated\n`)
  return failed === 0 ? 0 : 3
}

/** Of images the list is what the jobs will write. */
async function refuseChangedImages({ workdir, list, expnum, band, nite, sha256, ccds }: GridExposure) {
  const { plannedImages } = await import('../../node/se/planned-images.js')
  const { reqnum, attnum } = list
  const planned = await plannedImages(workdir, { expnum, band, nite, reqnum, attnum: Number(attnum) })
  if (planned.sha256 !== sha256) {
    throw new InputError('changed-images', 'the images are not those that the plan was made with: plan again', {
      file: workdir,
      found: `CCDs ${planned.rows.map(({ ccd }) => ccd).join(', ')}`,
      expected: `CCDs ${ccds.join(', ')}, each where it was`,
    })
  }
  return planned.rows.filter(({ ccd }) => ccds.includes(ccd))
}

async function refuseChanged(
  { workdir, list, expnum, sha256, ccds }: GridExposure,
  fileNames: ReturnType<typeof directoryReader>,
) {
  const read = await readList(workdir, { expnum, reqnum: list.reqnum, attnum: Number(list.attnum) })
  if (read.sha256 !== sha256) {
    throw new InputError('changed-list', 'the catalogue list is not the one that the plan was made with: plan again', {
      file: join(workdir, list.fileName),
      found: read.sha256,
      expected: sha256,
    })
  }
  const rows = read.rows.filter(({ ccd }) => ccds.includes(ccd))
  const names = await fileNames(workdir)
  const missing = rows.filter(({ fileName }) => !hasCatalogue(names, fileName))
  if (missing.length > 0) {
    throw new InputError('missing-file', 'SExtractor catalogues that the plan counts on do not exist', {
      file: join(workdir, list.fileName),
      found: `no ${missing.map(({ fileName }) => fileName).join(', ')}`,
    })
  }
  return rows
}

async function refuseUnwritable({ outdir, list, ccds }: GridExposure, { options }: GridPlan): Promise<void> {
  try {
    await mkdir(outdir, { recursive: true })
    await access(outdir, constants.W_OK)
  } catch (cause) {
    throw new InputError(
      'unwritable-directory',
      `the output directory cannot be written: ${reasonOf(cause)}`,
      { file: outdir },
      { cause },
    )
  }
  const there = new Set(await recoverDirectory(outdir))
  const standing = await standingSystems(
    outdir,
    there,
    list,
    ccds.map((ccd) => ({ ccd })),
  )
  refuseMixedSystems(options.system as PhotometricSystem, standing)
}
