import type { CcdComparison, ExposureComparison } from './exposure.js'
import { exposureKey } from './names.js'
import type { MagnitudeChange } from './objects.js'
import { offsetSummary, type BandSummary, type Comparison, type OffsetSummary } from './report.js'
import type { CcdSide } from './side.js'
import { nameOf } from './systems.js'

const LINE = 100
const COLUMNS = ' CCD     old zeropoint     new zeropoint   new-old   old stars   new stars   MAG_PSF  lost  gained\n'

/**
 * The comparison for people: a table per exposure, then a paragraph per band; no line longer than 100 columns unless a
 * path is.
 */
export function comparisonText(comparison: Comparison): string {
  const { old, new: after, exposures, bands, unpaired, failed, toleranceMag, same } = comparison
  const parts = [
    `OLD ${old}\nNEW ${after}\nOffsets are new minus old in magnitudes, m = -2.5 log10(flux) + zeropoint.\n`,
    ...exposures.map(exposureText),
    ...bands.map(bandText),
    ...[...unpaired].map((one) => `${exposureKey(one)}: only in ${one.in.toUpperCase()}\n`),
    ...failed.map((one) => wrapped(`${exposureKey(one)}: not compared: ${one.message}`)),
    same ? `The same within ${toleranceMag} mag.\n` : wrapped(verdict(comparison)),
  ]
  return parts.join('\n')
}

function exposureText(exposure: ExposureComparison): string {
  const { systems, band, ccds, allZp } = exposure
  const said = (labels: readonly string[]) => labels.map(nameOf).join(' and ') || 'an unknown system'
  const named = exposure.expnum !== null ? `Exposure ${exposureKey(exposure)}` : 'The two files'
  const [oldSystem, newSystem] = [said(systems.old), said(systems.new)]
  const plain = systems.comparable === true && systems.mixedWithin.length === 0
  const statement =
    plain && oldSystem === newSystem
      ? `Both are on ${oldSystem}`
      : `OLD is on ${oldSystem}; NEW is on ${newSystem}; ${systems.sentence}`
  const lines = [wrapped(`${named}, band ${band ?? 'unknown'}. ${statement}.`)]
  lines.push(...expectedText(ccds))
  lines.push(`\n${COLUMNS}`, ...ccds.map(ccdLine))
  if (allZp?.differs === true) {
    const text = (facts: typeof allZp.old) =>
      facts ? `${number(facts.zeropoint)}${facts.scope ? ` (scope ${facts.scope})` : ''}` : 'absent'
    lines.push(wrapped(`allZP: old ${text(allZp.old)}, new ${text(allZp.new)}, new - old ${signed(allZp.offset)}`))
  }
  lines.push(...flagText(ccds), ...amplifierText(ccds), ...appliedText(ccds))
  return lines.join('')
}

/** How much of the offset the change of system makes, and what remains. */
function expectedText(ccds: readonly CcdComparison[]): string[] {
  const expected = ccds.flatMap((ccd) => (ccd.expected ? [ccd.expected] : []))
  if (expected.length === 0) return []
  const stars = expected.reduce((sum, one) => sum + one.stars, 0)
  const colour = offsetSummary(expected.map((one) => one.colour)).offset
  const perColour = offsetSummary(expected.map((one) => one.perColour)).offset
  const source = expected.every((one) => one.from === 'sigma-clip')
    ? "the original's selection, sigmaClip of zeropoint_*.json"
    : 'matches_*.parquet'
  const about = [
    ...(colour === null ? [] : [`median colour ${colour.toFixed(2)}`]),
    ...(perColour === null ? [] : [`${signed(perColour)} per mag of colour`]),
  ]
  return [
    wrapped(
      `Of the offset the change of system makes ` +
        `${spread(offsetSummary(expected.map((one) => one.offset)))}, by ` +
        `${plural(stars, 'star')} (${[source, ...about].join('; ')}).`,
    ),
    wrapped(
      `Without it, both on the catalogue's own magnitude, new - old is ` +
        `${spread(offsetSummary(expected.map((one) => one.remaining)))}.`,
    ),
  ]
}

function ccdLine({ ccd, old, new: after, offset, magPsf, objects }: CcdComparison): string {
  if (!old || !after)
    return `${pad(ccdName(ccd), 4)}  only in ${old ? 'OLD' : 'NEW'}: ${zeropointText((old ?? after)!)}\n`
  const cells = [
    pad(ccdName(ccd), 4),
    pad(zeropointText(old), 18),
    pad(zeropointText(after), 18),
    pad(signed(offset), 10),
    pad(stars(old), 12),
    pad(stars(after), 12),
    pad(signed(magPsf?.offset ?? null), 10),
    pad(objects ? String(objects.lost) : '-', 6),
    pad(objects ? String(objects.gained) : '-', 8),
  ]
  return `${cells.join('')}\n`
}

/** Flags are read downstream: every change of them is told, with how many CCDs it befalls. */
function flagText(ccds: readonly CcdComparison[]): string[] {
  const counts = new Map<string, number>()
  for (const { old, new: after } of ccds) {
    if (old?.objects == null || after?.objects == null || old.flag === after.flag) continue
    const change = `${old.flag ?? 'none'} to ${after.flag ?? 'none'}`
    counts.set(change, (counts.get(change) ?? 0) + 1)
  }
  if (counts.size === 0) return []
  return [
    wrapped(
      `ZeroPoint_FLAGS: ${[...counts].map(([change, count]) => `${change} for ${plural(count, 'CCD')}`).join(', ')}`,
    ),
  ]
}

/** CCDs whose magnitudes were made with a zeropoint for each amplifier. */
function amplifierText(ccds: readonly CcdComparison[]): string[] {
  return (['old', 'new'] as const).flatMap((side) => {
    const two = ccds.flatMap((ccd) => {
      const amplifiers = ccd[side]?.amplifiers
      return amplifiers ? [`${ccdName(ccd.ccd)} (A ${number(amplifiers.a)}, B ${number(amplifiers.b)})`] : []
    })
    return two.length === 0
      ? []
      : [wrapped(`Magnitudes of ${side.toUpperCase()} made with a zeropoint for each amplifier: ${two.join(', ')}`)]
  })
}

/** Magnitudes that were made with another zeropoint than the CCD's own: the exposure's, or none. */
function appliedText(ccds: readonly CcdComparison[]): string[] {
  return (['old', 'new'] as const).flatMap((side) => {
    const others = ccds.flatMap((ccd) => {
      const facts = ccd[side]
      return facts === null || facts.objects === null || isOwn(facts)
        ? []
        : [`${ccdName(ccd.ccd)} (${number(facts.applied)})`]
    })
    return others.length === 0
      ? []
      : [
          wrapped(
            `Magnitudes of ${side.toUpperCase()} made with another zeropoint than the CCD's own: ${others.join(', ')}`,
          ),
        ]
  })
}

/** The mean of rows of two amplifiers is between their zeropoints. */
function isOwn({ applied, zeropoint, amplifiers }: CcdSide): boolean {
  if (amplifiers === undefined || applied === null) return applied === zeropoint
  const { a, b } = amplifiers
  return applied >= Math.min(a, b) - ROUNDING_MAG && applied <= Math.max(a, b) + ROUNDING_MAG
}
/** Zeropoints are written to a micromagnitude. */
const ROUNDING_MAG = 1e-6

function bandText(summary: BandSummary): string {
  const { band, exposures, ccds, zeropoint, objects } = summary
  const kept = [
    ...(objects.byPosition > 0 ? [`${objects.byPosition} by position`] : []),
    `${objects.lost} lost`,
    `${objects.gained} gained`,
  ]
  return [
    `Band ${band ?? 'unknown'}: ${plural(ccds, 'CCD')} of ${plural(exposures, 'exposure')}\n`,
    wrapped(`  zeropoint  new - old ${spread(zeropoint)}`),
    wrapped(`  objects    ${objects.paired} paired, ${kept.join(', ')}`),
    changeText('MAG_PSF ', summary.magPsf),
    changeText('MAG_AUTO', summary.magAuto),
  ].join('')
}

function changeText(name: string, change: MagnitudeChange): string {
  if (change.pairs === 0)
    return `  ${name}   on both sides for no object; ${change.lost} lost, ${change.gained} gained\n`
  const slopes = [
    ...(change.slope === null ? [] : [`${signed(change.slope)} ± ${number(change.slopeErr)} per mag`]),
    ...(change.colourSlope === null
      ? []
      : [
          `${signed(change.colourSlope)} ± ${number(change.colourSlopeErr)} per mag ` +
            `of colour (${plural(change.colourPairs, 'star')})`,
        ]),
  ]
  const kept = change.lost + change.gained > 0 ? `; ${change.lost} lost, ${change.gained} gained` : ''
  const first =
    `  ${name}   ${signed(change.offset)}, scatter ${number(change.scatter)}, largest ` +
    `${number(change.largest)}, ${plural(change.pairs, 'object')}${kept}\n`
  return slopes.length === 0 ? first : `${first}             slope ${slopes.join(', ')}\n`
}

function verdict({ exposures, unpaired, failed, toleranceMag }: Comparison): string {
  const ccds = exposures.flatMap((exposure) => exposure.ccds)
  const counts = new Map<string, number>()
  for (const ccd of ccds) for (const name of ccd.differences) counts.set(name, (counts.get(name) ?? 0) + 1)
  const differing = ccds.filter((ccd) => ccd.differences.length > 0).length
  const reasons = [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name.replace('-', ' ')} ${count}`)
  const allZps = exposures.filter((exposure) => exposure.allZp?.differs === true).length
  const sentences = [
    ...(differing > 0
      ? [
          `${differing} of ${plural(ccds.length, 'CCD')} ${differing === 1 ? 'differs' : 'differ'} by ` +
            `more than ${toleranceMag} mag or in kind: ${reasons.join(', ')}`,
        ]
      : []),
    ...(allZps > 0 ? [`allZP differs for ${plural(allZps, 'exposure')}`] : []),
    ...(unpaired.length > 0 ? [`${plural(unpaired.length, 'exposure')} on one side only`] : []),
    ...(failed.length > 0 ? [`${plural(failed.length, 'exposure')} not compared`] : []),
  ]
  return `${sentences.length > 0 ? sentences.join('. ') : 'The photometric systems differ'}.`
}

const ccdName = (ccd: number) => String(ccd).padStart(2, '0')
const pad = (text: string, width: number) => text.padStart(width)
const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
const number = (value: number | null) => (value === null ? 'none' : value.toFixed(4))
const stars = ({ used, matched }: CcdSide) => (used === null || matched === null ? '-' : `${used}/${matched}`)

function signed(value: number | null): string {
  if (value === null) return '-'
  const text = Math.abs(value).toFixed(4)
  return Number(text) === 0 ? text : `${value < 0 ? '-' : '+'}${text}`
}

function zeropointText({ zeropoint, zeropointErr }: CcdSide): string {
  return zeropoint === null
    ? 'none'
    : zeropointErr === null
      ? zeropoint.toFixed(4)
      : `${zeropoint.toFixed(4)} ± ${zeropointErr.toFixed(4)}`
}

function spread({ ccds, offset, scatter, lowest, highest }: OffsetSummary): string {
  if (ccds === 0) return 'not known'
  if (ccds === 1) return signed(offset)
  return (
    `${signed(offset)}, scatter ${number(scatter)}, ${signed(lowest)} ` +
    `to ${signed(highest)} (${plural(ccds, 'CCD')})`
  )
}

/** Lines of at most 100 columns; what follows the first is indented as it is, and by two more. */
function wrapped(text: string): string {
  const indent = ' '.repeat(/^ */.exec(text)![0].length + 2)
  const lines: string[] = []
  let line = ''
  for (const word of text.trimStart().split(' ')) {
    const start = lines.length === 0 ? indent.slice(2) : indent
    if (line !== '' && line.length + 1 + word.length > LINE) {
      lines.push(line)
      line = indent + word
    } else line = line === '' ? start + word : `${line} ${word}`
  }
  return `${[...lines, line].join('\n')}\n`
}
