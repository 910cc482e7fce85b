import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseDescription } from '../../../src/catalog/description.js'
import { curveAt } from '../../../src/photometry/system/band-magnitude.js'
import { simulatedStars, surveyJson, surveyRelation, trueCurve } from '../../relation-fit/simulated.js'
import { run, temporaryDirectory } from '../run.js'

const home = temporaryDirectory()
const at = (name: string) => join(home, name)
const write = (name: string, text: string) => writeFileSync(at(name), text)

/** An invented survey of two fields, and DES's calibration stars of them: files as people have them. */
beforeAll(async () => {
  const stars = simulatedStars({
    fields: [
      [40, -20],
      [0, 10],
    ],
    stars: 500,
  }).map((star, i) => ({ ...star, id: i + 1 }))
  write(
    'survey.csv',
    [
      'star,lon,lat,g,eg,r,er',
      ...stars.map((s) => [s.id, s.raDeg, s.decDeg, s.g, s.magErr, s.r, s.magErr].join()),
    ].join('\n'),
  )
  const bands = ['G', 'R', 'I', 'Z', 'Y']
  const names = ['MAG_STD_', 'MAGERR_STD_', 'NGOOD_'].flatMap((name) => bands.map((band) => `${name}${band}`))
  const des = (list: typeof stars) =>
    [
      ['FGCM_ID', 'RA', 'DEC', 'FLAG', ...names].join(),
      ...list.map((s) =>
        [
          s.id,
          s.raDeg,
          s.decDeg,
          0,
          99,
          s.truth,
          99,
          99,
          99,
          ...bands.map(() => s.truthErr),
          ...bands.map(() => 5),
        ].join(),
      ),
    ].join('\n')
  write('des.csv', des(stars))
  write('elsewhere.csv', des(stars.map((star) => ({ ...star, decDeg: star.decDeg + 0.05 }))))
  write('without.json', JSON.stringify(surveyJson({})))
  write('survey.json', JSON.stringify(surveyJson()))
  write('wrong.json', JSON.stringify(surveyJson({ r: surveyRelation({ coefficients: [0.02, 0.11, 0.03, 0.025] }) })))
  write('other.json', JSON.stringify({ ...surveyJson({}), release: 'survey_2' }))
  const built = await run([
    'catalog',
    'build',
    '--from',
    at('survey.csv'),
    '--kind',
    at('survey.json'),
    '--to',
    at('store'),
  ])
  expect(built, built.err).toMatchObject({ exitCode: 0 })
})

const FILES = ['FILE', '--kind', 'without.json', '--truth', 'des.csv', '--band', 'r']
const relation = (...words: readonly string[]) =>
  run([
    'relation',
    ...words.map((word) =>
      word === 'FILE' ? at('survey.csv') : /^\w+\.(json|csv)$|^store$/.test(word) ? at(word) : word,
    ),
  ])

describe('relation fit', () => {
  test('writes a description that a store can be built with, whose relation then holds', async () => {
    const fitted = await relation('fit', ...FILES, '--colour', 'g-r', '--to', 'new.json', '--report', '--outdir', home)
    expect(fitted, fitted.err).toMatchObject({ exitCode: 0 })
    expect(fitted.out).toMatch(/^r = r [+-] [\d.]+ .*\(g-r - 0\.[89]\)\^[23]/)
    expect(fitted.out).toMatch(/RA 40\.0 Dec -20\.0, fitted to the others: level [+-]\d/)
    const text = readFileSync(at('new.json'), 'utf8')
    const relationOf = parseDescription(JSON.parse(text), 'new.json').relations['r']!
    for (const c of [0.4, 0.8, 1.2]) expect(Math.abs(curveAt(relationOf, c) - trueCurve(c))).toBeLessThan(0.006)
    expect(relationOf.source).toMatch(/stars with magnitudes of DES Y6 calibration stars \(FGCM\) in 2 fields/)
    // What reading fills in is not in the file.
    expect(text).not.toContain('"bands": {\n        "g"')
    const page = readFileSync(at('relation_survey_des_y6_stars.html'), 'utf8')
    expect(page.match(/<svg/g)).toHaveLength(4)
    expect(page).toContain('by field')
    const built = await run([
      'catalog',
      'build',
      '--from',
      at('survey.csv'),
      '--kind',
      at('new.json'),
      '--to',
      at('again'),
    ])
    expect(built, built.err).toMatchObject({ exitCode: 0 })
    const checked = await relation('check', at('again'), '--truth', 'des.csv')
    expect(checked, checked.out).toMatchObject({ exitCode: 0 })
    expect(checked.out).toMatch(/^r by survey_1: holds\n {2}\d+ stars: level [+-]0\.\d/)
  })

  test('takes the form of the relation that is there, and says all in JSON', async () => {
    const { out, exitCode } = await relation(
      'fit',
      'store',
      '--truth',
      'des.csv',
      '--band',
      'r',
      '--degree',
      '3',
      '--json',
    )
    expect(exitCode).toBe(0)
    const { fits, fields } = JSON.parse(out) as { fits: Record<string, unknown>[]; fields: string[] }
    expect(fields).toHaveLength(2)
    expect(fits[0]).toMatchObject({
      band: 'r',
      degree: 3,
      scores: [],
      relation: { colourRange: [0.2, 1.5], pivot: 0.8 },
      leftOut: [{}, {}],
    })
  })

  test.each([
    [[...FILES], 2, /survey has no relation to band r whose colour could be taken .*expected --colour/],
    [[...FILES, '--colour', 'g-i'], 2, /--colour: the catalogue has no such colour/],
    [[...FILES, '--colour', 'g-r', '--to', 'survey.json'], 2, /survey\.json: a file of this name is there .*--force/],
    [[...FILES, '--colour', 'g-r', '--terms', 'second'], 2, /--terms: unknown term of a relation \(found second/],
    [[...FILES, '--colour', 'g-r', '--terms', 'faint-bp,faint-rp'], 2, /--terms: these terms exclude one another/],
    [[...FILES, '--colour', 'g-r', '--colour-range', '1'], 2, /--colour-range must be two numbers/],
    [[...FILES, '--colour', 'g-r', '--mag-range', '19,14'], 2, /--mag-range must be two numbers, the lower first/],
    [['store', '--truth', 'des.csv', '--band', 'z'], 2, /survey has no relation to band z/],
    [['store', '--truth', 'des.csv', '--band', 'w'], 3, /no relation from DES Y6 .* to band w is known/],
    [['store', '--truth', 'des.csv', '--band', ','], 2, /--band names no band/],
  ] as const)('%j is refused', async (words, exitCode, says) => {
    const refused = await relation('fit', ...words)
    expect(refused.err).toMatch(says)
    expect(refused.exitCode).toBe(exitCode)
  })
})

describe('relation check', () => {
  test('tells a relation that does not hold by its exit code, with a page', async () => {
    const words = ['store', '--truth', 'des.csv', '--description', 'wrong.json', '--report', '--outdir', home]
    const { exitCode, out } = await relation('check', ...words)
    expect(exitCode).toBe(4)
    expect(out).toMatch(/^r by survey_1: does not hold\n[^]*! stars of g-r 0\.2\d to 0\.\d\d are \+\d\d\.\d mmag off/)
    expect(readFileSync(at('relation_check_survey_des_y6_stars.html'), 'utf8')).toContain('class="reasons"')
    const json = await relation('check', 'store', '--truth', 'des.csv', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ checks: [{ band: 'r', holds: true, reasons: [] }] })
  })

  test.each([
    [
      ['store', '--truth', 'store'],
      2,
      /the truth is of the same release as the catalogue: it proves nothing .*found survey_1/,
    ],
    [['store', '--truth', 'elsewhere.csv'], 3, /have no star in common/],
    [
      ['store', '--truth', 'des.csv', '--description', 'other.json'],
      2,
      /of another release .*found survey_2, expected survey_1/,
    ],
    [
      ['store', '--truth', 'des.csv', '--description', 'without.json'],
      3,
      /survey has no relation to judge \(found none/,
    ],
    [
      ['store', '--truth', 'des.csv', '--band', 'r', '--system', 'sdss'],
      3,
      /no relation from DES Y6.* of sdss is known/,
    ],
    [['store', 'FILE', '--kind', 'other.json', '--truth', 'des.csv'], 2, /are of different releases .*found survey_2/],
    [['store'], 2, /--truth is required/],
    [['nowhere', '--truth', 'des.csv'], 3, /nowhere/],
  ] as const)('%j is refused', async (words, exitCode, says) => {
    const refused = await relation('check', ...words)
    expect(refused.err).toMatch(says)
    expect(refused.exitCode).toBe(exitCode)
  })

  test('a file of Gaia whose rows do not tell their release needs it named, in this command’s words', async () => {
    write('gaia.csv', 'source_id,ra,dec,phot_g_mean_mag,phot_bp_mean_mag,phot_rp_mean_mag\n1,40,-20,17,17.5,16.5\n')
    const refused = await relation('check', 'gaia.csv', '--truth', 'des.csv')
    expect(refused).toMatchObject({ exitCode: 3 })
    expect(refused.err).toMatch(/name it if you know it \(expected --kind gaia_dr2 or gaia_dr3\)/)
  })
})
