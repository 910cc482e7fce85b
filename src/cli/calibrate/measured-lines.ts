import { CommandError } from '../../errors.js'
import type { MeasureEngine, MeasureGrade } from '../../node/programs/measure-engines.js'
import type { MeasuredCcd } from '../../node/programs/measured-ccds.js'

/** The line printed before an image is measured. */
export const measuringLine = (path: string, engine: MeasureEngine): string =>
  `${path}: measuring${engine === 'own' ? '' : ' by source-extractor and psfex'}`

/** The lines printed when a file's images are measured. */
export function measuredLines(ccds: readonly MeasuredCcd[]): string[] {
  return ccds.flatMap(({ stem, objects, fwhmArcsec, notes }) => [
    `${stem}: ${objects} objects, seeing ${fwhmArcsec.toFixed(2)} arcsec`,
    ...notes.map((sentence) => `${stem}: ${sentence}`),
  ])
}

/** Throws CommandError for a grade of an engine that has none. */
export function refuseUnfitGrade(engine: MeasureEngine, grade: MeasureGrade | undefined): void {
  if (engine !== 'own' && grade !== undefined)
    throw new CommandError('bad-option', '--grade belongs to --measure own', { option: '--grade' })
}
