import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../../src/math/random.js'
import { memorySource } from '../../../src/formats/bytes.js'
import { readFitsTable } from '../../../src/formats/fits/index.js'
import { gaiaCsvFile, simulateExposure, workFiles } from '../../../src/simulate/index.js'
import type { Table } from '../../../src/table/columns.js'
import { describeCatalogue } from '../../simulate/describe-catalogue.js'
import { run, temporaryDirectory } from '../run.js'

/** A small simulated exposure with its list, its catalogue of stars, and the detections of CCD 28. */
export interface GivenExposureFiles {
  readonly work: string
  readonly catalog: string
  readonly fullcat: (ccd: number) => string
  readonly table: Table
}

export async function givenExposureFiles(): Promise<GivenExposureFiles> {
  const options = { ccds: [1, 28, 60], columns: 'slim', galaxiesPerSqDeg: 3000 } as const
  const exposure = simulateExposure(options, describeCatalogue('gaia_dr2'), seededRandom(5))
  const dir = temporaryDirectory()
  const work = join(dir, 'work')
  mkdirSync(work)
  for (const { name, bytes } of workFiles(exposure)) writeFileSync(join(work, name), bytes)
  const { name, bytes } = gaiaCsvFile(exposure)
  writeFileSync(join(dir, name), bytes)
  const catalog = join(dir, 'catalog')
  await run(['catalog', 'build', '--from', join(dir, name), '--to', catalog, '--quiet'])
  const fullcat = (ccd: number) => join(work, `D00668439_i_${String(ccd).padStart(2, '0')}_r4p5_fullcat.fits`)
  const file = workFiles(exposure).find((one) => fullcat(28).endsWith(one.name))!
  const table = await readFitsTable(memorySource(file.name, file.bytes), { hdu: 'LDAC_OBJECTS' })
  return { work, catalog, fullcat, table }
}
