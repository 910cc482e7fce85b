import { beforeAll, describe, expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseResultDocument, type ResultDocument } from '../../../src/products/result-document.js'
import { methodsBibtex, methodsOf, methodsText } from '../../../src/report/methods/methods.js'
import type { ReportStars } from '../../../src/report/report-stars.js'
import { givenExposureFiles, type GivenExposureFiles } from '../../cli/calibrate/given-exposure.js'
import { run, temporaryDirectory } from '../../cli/run.js'

let given: GivenExposureFiles
let document: ResultDocument
let outdir: string
beforeAll(async () => {
  given = await givenExposureFiles()
  outdir = temporaryDirectory()
  const words = ['--expnum', '668439', '--ccd', '28', '--workdir', given.work, '--outdir', outdir]
  expect((await run([...words, '--catalog', given.catalog, '--methods', '--report', '--quiet'])).exitCode).toBe(0)
  const path = join(outdir, 'zeropoint_D00668439_28_r4p5.json')
  document = parseResultDocument(readFileSync(path, 'utf8'), path)
})
const read = (name: string) => readFileSync(join(outdir, name), 'utf8')

test('the paragraph has the numbers of the result, and the works that were used', () => {
  const text = read('methods_D00668439_28_r4p5.txt')
  const [ccd] = document.ccds
  const { zeropoint, zeropointErr, systematicErr, cuts } = ccd!
  for (const words of [
    `bliss-calib ${document.provenance.version}`,
    'SExtractor (Bertin & Arnouts 1996)',
    'PSFEx (Bertin 2011)',
    'stars of Gaia DR2 (Gaia Collaboration, Prusti et al. 2016; Gaia Collaboration, Brown et al. 2018)',
    'HEALPix cells (Gorski et al. 2005)',
    'to the epoch of the exposure (2017.629)',
    'carried to the DES system (Chambers et al. 2016; Rykoff et al. 2023)',
    'AB system of DES by a relation in BP-RP (gaia_dr2 to DES i)',
    'maximises a likelihood',
    `From ${cuts.used} stars (i = `,
    `zeropoint of mag_psf is ${zeropoint!.toFixed(4)} +- ${zeropointErr!.toFixed(4)} (stat) +- ${systematicErr!.toFixed(4)} (sys)`,
  ])
    expect(text).toContain(words)
  expect(text).toMatch(/BP-RP = 0\.\d\d to \d\.\d\d/)
  // What the text cites has an entry, and no entry is there that it does not.
  const bibtex = read('methods_D00668439_28_r4p5.bib')
  const keys = [...bibtex.matchAll(/^@\w+\{([^,]+),$/gm)].map(([, key]) => key)
  expect(keys).toEqual([
    'bliss-calib',
    'Bertin1996',
    'Bertin2011',
    'Gaia2016',
    'Gaia2018',
    'Gorski2005',
    'Chambers2016',
    'Rykoff2023',
  ])
  expect(text).toContain(`References in BibTeX: ${keys.join(', ')}`)
  // Braces of every entry are in pairs.
  for (const entry of bibtex.split(/^(?=@)/m)) {
    expect(entry.split('{').length).toBe(entry.split('}').length)
  }
  expect(read('report_D00668439_28_r4p5.html')).toContain('For a paper')
})

describe('only what was used', () => {
  const of = (change: Partial<ResultDocument>, stars: ReadonlyMap<number, ReportStars> = new Map()) =>
    methodsOf({ ...document, ...change }, stars)
  const options = (more: Record<string, string>) => ({
    provenance: { ...document.provenance, options: { ...document.provenance.options, ...more } },
  })
  const keys = (change: Partial<ResultDocument>) => of(change).citations.map(({ key }) => key)

  test('no PSF without a flux of one', () => {
    expect(keys(options({ magsType: 'mag_auto' }))).not.toContain('Bertin2011')
    expect(of(options({ magsType: 'mag_auto' })).text).not.toContain('PSFEx')
  })
  test('no SExtractor for a table, and programs of ours for an image', () => {
    const files = (detections: string) => ({
      exposure: { ...document.exposure, expnum: null, name: 'x', stems: { 28: 'x' }, origin: { detections } },
    })
    expect(keys(files('a table'))).not.toContain('Bertin1996')
    expect(keys(files('source-extractor and psfex, run on the image'))).toContain('Bertin2011')
    for (const own of ['bliss-calib, on the image', 'a catalogue of bliss-calib']) {
      expect(keys(files(own))).not.toContain('Bertin1996')
      expect(of(files(own)).text).toContain('Sources were detected and measured with bliss-calib itself.')
    }
  })
  test('the release, the estimator and the system of the run', () => {
    const ccds = document.ccds.map((ccd) => ({ ...ccd, catalog: 'gaia_dr3', system: 'catalog' as const }))
    const { text } = of({ ccds, ...options({ estimator: 'sigma-clip' }) })
    expect(text).toContain(
      'Gaia DR3 (Gaia Collaboration, Prusti et al. 2016; Gaia Collaboration, Vallenari et al. 2023)',
    )
    expect(text).toContain('three passes of a 3 sigma clip')
    expect(text).toContain('without a colour term')
    expect(text).not.toContain('AB system')
  })
  test('a passband that may be another', () => {
    const passband = { tag: 'passband', severity: 'look', sentence: 'x' } as const
    const [ccd] = document.ccds
    expect(of({ ccds: [{ ...ccd!, concerns: [passband] }] }).text).toContain('passband is not known to be that of DES')
    expect(of({}).text).not.toContain('passband')
  })
  test('no zeropoint, several CCDs, and without the stars no ranges', () => {
    const [ccd] = document.ccds
    expect(of({ ccds: [{ ...ccd!, zeropoint: null, outcome: 'none' }] }).text).toMatch(/No zeropoint was found\.$/)
    expect(of({ ccds: [ccd!, { ...ccd!, ccd: 29 }] }).text).toMatch(/zeropoints of mag_psf of 2 CCDs are \d/)
    expect(of({}).text).toMatch(/From \d+ stars the zeropoint/)
    expect(methodsText(of({})).endsWith('\n') && methodsBibtex(of({})).endsWith('}\n')).toBe(true)
  })
})

test('files say who measured their detections', async () => {
  const other = temporaryDirectory()
  await run([given.fullcat(28), '--catalog', given.catalog, '--outdir', other, '--methods', '--quiet'])
  const stem = join(other, 'D00668439_i_28_r4p5_fullcat')
  const json = JSON.parse(readFileSync(`${stem}_zeropoint.json`, 'utf8')) as ResultDocument
  expect(json.exposure.origin!['detections']).toBe('a catalogue of SExtractor')
  expect(readFileSync(`${stem}_methods.txt`, 'utf8')).toContain('Bertin & Arnouts 1996')
})
