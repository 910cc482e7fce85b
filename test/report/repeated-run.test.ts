import { describe, expect, test } from 'vitest'
import type { ResultDocument } from '../../src/products/result-document.js'
import { decide } from '../../src/report/decision.js'
import { repeatedRun } from '../../src/report/repeated-run.js'
import { sampleExposure } from './sample-exposure.js'

const withOptions = (options: ResultDocument['provenance']['options']): ResultDocument => {
  const { result } = sampleExposure([1, 28, 35])
  return { ...result, provenance: { ...result.provenance, options } }
}

describe('the command of the run', () => {
  test.each([
    [{ magsType: 'mag_psf', system: 'des-ab', estimator: 'robust', keepBorrowed: false }, {}, ''],
    [
      { magsType: 'mag_aper_8', system: 'catalog', estimator: 'sigma-clip', keepBorrowed: true },
      {},
      ' --magsType mag_aper_8 --system catalog --estimator sigma-clip --keep-borrowed',
    ],
    [{ suspects: 'variables.csv' }, { suspects: 'lists/variables.csv' }, ' --suspects lists/variables.csv'],
    [{ suspects: 'variables.csv' }, {}, ' --suspects variables.csv'],
    [
      {},
      { catalog: ['https://host/gaia'], workdir: 'a night/of $HOME', outdir: "it's here" },
      " --catalog https://host/gaia --workdir 'a night/of $HOME' --outdir 'it'\\''s here'",
    ],
    [{}, { workdir: '.', outdir: '.' }, ''],
  ])('%j typed with %j', (options, typed, expected) => {
    const { options: words, outdir } = repeatedRun(withOptions(options), typed)
    expect(words + outdir).toBe(expected)
  })

  test('every command that calibrates again repeats them', () => {
    const document = withOptions({ magsType: 'mag_auto' })
    const typed = { catalog: ['gaia'], workdir: 'work', outdir: 'out' }
    const failed = [{ ccd: 3, reason: 'its file is damaged' }]
    expect(decide({ ...document, failed }, typed).next.command).toMatch(
      /^bliss-calib --expnum \d+ .* --ccd all --magsType mag_auto --catalog gaia --workdir work --outdir out$/,
    )
    for (const tag of ['units', 'wrong-band', 'cross-check', 'saturation', 'borrowed', 'too-few-ccds'] as const) {
      const concerns = [{ tag, severity: 'look' as const, sentence: 'a reason' }]
      const ccds = document.ccds.map((ccd, k) => ({ ...ccd, concerns: k === 0 ? concerns : [] }))
      expect(decide({ ...document, ccds }, typed).next.command, tag).toContain(
        ' --magsType mag_auto --catalog gaia --workdir work',
      )
    }
  })
})

describe('CCDs that could not be calibrated', () => {
  const { result } = sampleExposure([1, 4, 9, 14, 20, 28, 35, 42, 49, 55])
  const sound = {
    ...result,
    ccds: result.ccds.map((ccd) => ({ ...ccd, outcome: 'fitted' as const, concerns: [] })),
    solution: { ...result.solution!, concerns: [] },
  }
  const failed = (...ccds: number[]) => ccds.map((ccd) => ({ ccd, reason: `D_${ccd}.fits: the file ends early` }))

  test('one of eleven: LOOK, named with its reason', () => {
    const { word, headline, reasons } = decide({ ...sound, failed: failed(60) })
    expect([word, headline]).toEqual(['LOOK', 'Do not use CCD 60; the other 10 CCDs can be used.'])
    expect(reasons).toEqual([
      { ccds: [60], tag: 'failed', severity: 'stop', sentence: 'not calibrated: D_60.fits: the file ends early' },
    ])
  })

  test('a fifth of all: STOP', () => {
    expect(decide({ ...sound, failed: failed(60, 61, 62) })).toMatchObject({
      word: 'STOP',
      headline: `Do not use exposure ${sound.exposure.expnum}: 3 of 13 CCDs cannot be used.`,
    })
  })

  test('what is off is said in the headline', () => {
    const concerns = [{ tag: 'scatter' as const, severity: 'look' as const, sentence: 'the stars scatter by 90 mmag' }]
    const ccds = sound.ccds.map((ccd, k) => ({ ...ccd, concerns: k < 2 ? concerns : [] }))
    expect(decide({ ...sound, ccds }).headline).toBe(
      'The zeropoints can be used, but look: CCD 1: the stars scatter by 90 mmag (and 1 more).',
    )
  })
})
