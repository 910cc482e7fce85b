import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { run, temporaryDirectory } from '../../cli/run.js'
import { buildInMemory, openInMemory } from '../memory-store.js'
import { archiveCsv, archiveRows, memoryInput } from '../simulated-rows.js'

const PYTHON = '/usr/bin/python3'
const hasAstropy = spawnSync(PYTHON, ['-c', 'import astropy.io.votable']).status === 0
const SKY = { order: 0, ranges: Float64Array.of(0, 12) }

async function starsOf(name: string, content: string | Uint8Array, release?: string) {
  const { store, report } = await buildInMemory([memoryInput(name, content)], release === undefined ? {} : { release })
  return { report, stars: await (await openInMemory(store)).read(SKY) }
}

describe.skipIf(!hasAstropy)('the same rows in every form that astropy writes', () => {
  const dir = temporaryDirectory()
  writeFileSync(join(dir, 'truth.csv'), archiveCsv(archiveRows(1200, 5)))
  const code = `
import sys, warnings
import numpy as np
from astropy.table import Table
from astropy.io import ascii
warnings.simplefilter('ignore')
d = sys.argv[1]
t = Table.read(d + '/truth.csv', format='ascii.csv', fill_values=[('null', '0')])
for c, u in dict(ra='deg', dec='deg', phot_g_mean_mag='mag', phot_bp_mean_mag='mag', pmra='mas/yr').items(): t[c].unit = u
for form in ('tabledata', 'binary', 'binary2'):
  t.write(f'{d}/{form}.vot', format='votable', tabledata_format=form)
t.write(d + '/blanks.ecsv', format='ascii.ecsv')
t.write(d + '/commas.ecsv', format='ascii.ecsv', delimiter=',')
t.write(d + '/tabs.txt', format='ascii.basic', delimiter='\\t', fill_values=[(ascii.masked, '')])
t.write(d + '/bars.txt', format='ascii.basic', delimiter='|', fill_values=[(ascii.masked, '')])
# In other units, as a form that declares them may have them.
t['ra'] = t['ra'].to('rad'); t['pmra'] = t['pmra'].to('arcsec/yr'); t['phot_bp_mean_mag'] *= 1000; t['phot_bp_mean_mag'].unit = 'mmag'
t.write(d + '/units.vot', format='votable', tabledata_format='binary2')
`
  const made = spawnSync(PYTHON, ['-c', code, dir], { encoding: 'utf8' })

  test.each(['tabledata.vot', 'binary.vot', 'binary2.vot', 'blanks.ecsv', 'commas.ecsv', 'tabs.txt', 'bars.txt'])(
    '%s',
    async (name) => {
      expect(made.stderr).toBe('')
      const truth = await starsOf('truth.csv', readFileSync(join(dir, 'truth.csv')))
      const { stars, report } = await starsOf(name, readFileSync(join(dir, name)))
      expect(stars).toEqual(truth.stars)
      expect([report.name, report.taken]).toEqual(['gaia_dr2', undefined])
    },
  )

  test('units that a VOTable declares are converted, and said', async () => {
    const truth = await starsOf('truth.csv', readFileSync(join(dir, 'truth.csv')))
    const { stars, report } = await starsOf('units.vot', readFileSync(join(dir, 'units.vot')))
    expect(report.taken).toEqual([
      'source_id = source_id, ra = ra [rad], dec = dec [deg], phot_g_mean_mag = phot_g_mean_mag [mag], ' +
        'phot_bp_mean_mag = phot_bp_mean_mag [mmag], pmra = pmra [arcsec.yr-1]',
    ])
    const byId = (ids: BigInt64Array) => [...ids.keys()].sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1))
    const [a, b] = [byId(truth.stars.sourceId), byId(stars.sourceId)]
    for (const [k, row] of a.entries()) {
      expect(stars.sourceId[b[k]!]).toBe(truth.stars.sourceId[row])
      expect(Math.abs(stars.raDeg[b[k]!]! - truth.stars.raDeg[row]!)).toBeLessThan(1e-12)
      const bp = truth.stars.bpMag![row]!
      if (Number.isNaN(bp)) expect(stars.bpMag![b[k]!]).toBeNaN()
      else expect(Math.abs(stars.bpMag![b[k]!]! - bp)).toBeLessThan(1e-5)
    }
  })
})

/** A star of the simulated archive in the layouts of VizieR's I/355. */
const { id, ra, dec } = archiveRows(1, 9)[0]!
const NAMES = ['RA_ICRS', 'DE_ICRS', 'Source', 'Gmag', 'e_Gmag', 'BPmag', 'pmRA']
const UNITS = ['deg', 'deg', '', 'mag', 'mag', 'mag', 'mas/yr']
const CELLS = [String(ra), String(dec), String(id), '15.5', '0.003', '', '-3.25']

describe("VizieR's forms", () => {
  const bars = (cells: readonly string[]) => cells.map((cell) => cell.padEnd(20)).join('|')
  const rule = NAMES.map(() => '-'.repeat(20)).join('|')
  const lines = (join: string, withRule: boolean) =>
    [NAMES, UNITS, ...(withRule ? [NAMES.map(() => '---')] : []), CELLS].map((cells) => cells.join(join))
  const info = '#RESOURCE=yCat_1355\n#Name: I/355\n#Table\tI_355_gaiadr3:\n'
  const field = (name: string, unit: string) =>
    `<FIELD name="${name}" datatype="${name === 'Source' ? 'long' : 'double'}" unit="${unit}">` +
    '<DESCRIPTION>Right ascension (ICRS) at Ep=2016.0</DESCRIPTION></FIELD>'
  const vot =
    '<?xml version="1.0" encoding="UTF-8"?><VOTABLE xmlns="http://www.ivoa.net/xml/VOTable/v1.3">' +
    '<RESOURCE ID="yCat_1355" name="I/355"><TABLE ID="I_355_gaiadr3" name="I/355/gaiadr3">' +
    `${NAMES.map((name, k) => field(name, UNITS[k]!)).join('')}<DATA><TABLEDATA><TR>` +
    `${CELLS.map((cell) => `<TD>${cell}</TD>`).join('')}</TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`

  test.each([
    ['bars, blanks around', `${info}\n${[bars(NAMES), bars(UNITS), rule, bars(CELLS)].join('\n')}\n`],
    ['tabs', `${info}\n${lines('\t', true).join('\n')}\n\n#END# -ref=VIZ0\n`],
    ['semicolons', `${info}\n${lines(';', true).join('\n')}\n`],
    ['commas and a line of units alone', `${lines(',', false).join('\n')}\n`],
    ['a line of units and nothing below', `${lines(',', false).slice(0, 2).join('\n')}\n`],
    ['a VOTable', vot],
  ])('%s', async (form, text) => {
    const isEmpty = form.endsWith('nothing below')
    if (isEmpty) return expect(starsOf('a', text, 'gaia_dr3')).rejects.toThrow('a: there is no star in the input')
    const release = form.startsWith('commas') ? 'gaia_dr3' : undefined
    const { stars, report } = await starsOf('a', text, release)
    expect([stars.sourceId[0], stars.raDeg[0], stars.decDeg[0], stars.mag[0]]).toEqual([id, ra, dec, 15.5])
    expect([stars.magErr![0], stars.pmRaCosDecMasYr![0]]).toEqual([Math.fround(0.003), -3.25])
    expect([report.name, report.rowCount]).toEqual(['gaia_dr3', 1])
    expect(report.taken).toEqual([
      'source_id = Source, ra = RA_ICRS [deg], dec = DE_ICRS [deg], phot_g_mean_mag = Gmag [mag], ' +
        'phot_g_mean_mag_error = e_Gmag [mag], phot_bp_mean_mag = BPmag [mag], pmra = pmRA [mas/yr]',
    ])
  })

  test.each([
    [
      'a unit that is none',
      lines(',', false).join('\n').replace('mas/yr', 'furlong'),
      'column pmRA: the unit of the column is not understood (found furlong, expected mas/yr',
    ],
    [
      'a table that was cut',
      `${lines('\t', true).join('\n')}\n#INFO\tQUERY_STATUS=OVERFLOW\ttruncated result (maxtup=1)\n`,
      'line 5: the table was cut at a limit of rows',
    ],
    [
      'a VOTable that was cut',
      vot.replace('</TABLE>', '</TABLE><INFO name="QUERY_STATUS" value="OVERFLOW">truncated result (maxtup=1)</INFO>'),
      'the answer was cut at a limit of rows (QUERY_STATUS OVERFLOW)',
    ],
    [
      'a page of the web',
      '<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>',
      'a: the file is a page of the web (HTML)',
    ],
    [
      'positions of epoch 2000',
      vot.replaceAll('_ICRS', 'J2000').replace('DEJ', 'DEJ'),
      'RAJ2000 and DEJ2000 are of epoch 2000',
    ],
  ])('%s is refused', async (_, text, message) => {
    await expect(starsOf('a', text, 'gaia_dr3')).rejects.toThrow(message)
  })

  test('the command says what it took the columns for', async () => {
    const dir = temporaryDirectory()
    writeFileSync(join(dir, 'field.vot.gz'), gzipSync(vot))
    const { out, exitCode } = await run(['catalog', 'build', '--from', dir, '--to', join(dir, 'store')])
    expect([exitCode, out]).toEqual([
      0,
      expect.stringContaining('\ntaken as: source_id = Source, ra = RA_ICRS [deg], '),
    ])
  })
})
