import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesByExposure } from '../../../src/node/exposure/files-by-exposure.js'
import { temporaryDirectory } from '../../cli/run.js'
import { fitsBytes, imageCards } from '../programs/sky-image.js'

const SIZE = { columns: 64, rows: 48 }
/** What many observatories write in the primary header alone. */
const OF_EXPOSURE = ['INSTRUME', 'FILTER', 'BAND', 'EXPNUM', 'EXPTIME', 'AIRMASS', 'NITE', 'MJD-OBS', 'CCDNUM'] as const

test('images in extensions: exposure, filter and camera of the primary header', async () => {
  const dir = temporaryDirectory()
  const paths = [1, 2, 3].map((ccd) => {
    const cards = imageCards(SIZE, { CCDNUM: ccd, EXPNUM: ccd === 3 ? 668440 : 668439, CRVAL1: 53.1 + 0.3 * ccd })
    const isOfExposure = ([keyword]: [string, unknown]) => (OF_EXPOSURE as readonly string[]).includes(keyword)
    const path = join(dir, `night_${ccd}.fits`)
    writeFileSync(
      path,
      fitsBytes([
        { cards: Object.fromEntries(Object.entries(cards).filter(isOfExposure)) },
        {
          ...SIZE,
          values: new Float32Array(SIZE.columns * SIZE.rows),
          cards: Object.fromEntries(Object.entries(cards).filter((card) => !isOfExposure(card))),
        },
      ]),
    )
    return path
  })
  const { exposures, unfit } = await filesByExposure(paths, { columns: {} })
  expect(unfit).toEqual([])
  expect(exposures.map(({ files, hasImages }) => ({ files, hasImages }))).toEqual([
    { files: paths.slice(0, 2), hasImages: true },
    { files: paths.slice(2), hasImages: true },
  ])
})
