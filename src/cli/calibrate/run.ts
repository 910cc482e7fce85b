import { join } from 'node:path'
import { createCcdPool } from '../../node/threads/ccd-pool.js'
import { openJob } from '../../node/exposure/calibrate-files.js'
import type { ExitCode, Io } from '../terminal/io.js'
import { stoppable } from '../terminal/stoppable.js'
import { fieldOfLists } from '../catalog/field-words.js'
import { calibrateOpened, cameraNamed, namedOf, noteElsewhere, starFlatNamed, suspectsOf } from './calibrate-opened.js'
import { chooseCatalog } from './choose-catalog.js'
import { searchOf } from './targets.js'
import type { CalibrateOptions } from './options.js'

/** `bliss-calib calibrate`: calibrates CCDs of one exposure and writes their products. Gives the exit code. */
export function calibrate(options: CalibrateOptions, io: Io): Promise<ExitCode> {
  return stoppable(io, (signal) => calibrated(options, io, signal))
}

async function calibrated(options: CalibrateOptions, io: Io, signal: AbortSignal): Promise<ExitCode> {
  const started = performance.now()
  const note = (text: string) => (options.quiet ? undefined : io.err(text))
  const search = await searchOf(options)
  const suspects = await suspectsOf(options, note)
  const camera = await cameraNamed(options)
  const starFlat = await starFlatNamed(options)
  const read = namedOf({ suspects, camera, starFlat, search })
  const opened = await openJob({ ...options, ...read })
  noteElsewhere(suspects, opened, note)
  const pool = createCcdPool(options.workers)
  try {
    const catalog = await chooseCatalog(
      options,
      io.env,
      note,
      fieldOfLists([join(options.workdir, opened.list.name.fileName)]),
    )
    return await calibrateOpened(opened, { options, catalog, pool, suspects, signal, io, started }, io.out)
  } finally {
    await pool.close()
  }
}
