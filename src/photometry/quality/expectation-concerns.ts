import type { Concern } from '../concern.js'
import type { Expectation } from './expectation.js'

/** Less light than this fraction of the expected gives a hint. */
const LOW_TRANSPARENCY = 0.75
/** Less than thin cloud and old mirrors leave, 0.6 mag: a wrong exposure time looks like this, too. */
const UNUSUAL_TRANSPARENCY = 10 ** (-0.4 * 0.6)
/** More than fresh mirrors let through: 0.4 mag. */
const HIGH_TRANSPARENCY = 1.45
/** No exposure through more cloud gives stars to calibrate on. */
const NO_TRANSPARENCY = 0.05
/**
 * Extinction by that cloud [mag]. If the zeropoint is further off in either direction, the flux is not what the header
 * says.
 */
const NOT_THIS_FLUX_MAG = -2.5 * Math.log10(NO_TRANSPARENCY)
const SHALLOW_MAG = 0.5

const UNIT_FROM: Readonly<Record<Expectation['unitFrom'], string>> = {
  header: ' (as the header says)',
  camera: " (as the camera's description says)",
  gain: ' (as its gain suggests)',
  zeropoint: '',
}

/**
 * Units, transparency and depth against what the camera usually gives: it warns, and stops only if no weather explains
 * the zeropoint.
 */
export function expectationConcerns(
  expectation: Expectation | null,
  band: string,
  zeropoint: number | null,
): Concern[] {
  if (expectation === null || zeropoint === null) return []
  const {
    camera,
    zeropoint: expected,
    unit,
    unitFrom,
    unitThatFits,
    bandThatFits,
    transparency,
    exposureTimeSec,
    depth5Sigma,
    expectedDepth5Sigma,
  } = expectation
  const concerns: Concern[] = []
  const offset = zeropoint - expected
  const given = `what ${camera} gives in ${band} for ${exposureTimeSec} s in ${unit}${UNIT_FROM[unitFrom]}`
  const off = `the zeropoint is ${Math.abs(offset).toFixed(2)} mag ${offset < 0 ? 'below' : 'above'} ${given}`
  const causes = [
    ...(unitThatFits ? [`a flux in ${unitThatFits} would explain it`] : []),
    ...(bandThatFits ? [`band ${bandThatFits} has about this one`] : []),
    ...(offset < 0 ? ['thick cloud'] : []),
  ]
  // A unit that the header does not name contradicts nothing.
  const isOtherUnit = unitFrom !== 'header' && unitThatFits !== null
  const severity = Math.abs(offset) > NOT_THIS_FLUX_MAG && !isOtherUnit ? 'stop' : 'look'
  const explained = unitThatFits !== null || bandThatFits !== null
  if (explained) concerns.push({ tag: 'units', severity, sentence: `${off}: ${causes.join(', or ')}` })
  else if (transparency > HIGH_TRANSPARENCY)
    concerns.push({
      tag: 'units',
      severity,
      sentence: `${off}: more light than the camera can see, so check units and exposure time`,
    })
  else if (transparency < NO_TRANSPARENCY)
    concerns.push({
      tag: 'units',
      severity,
      sentence: `${off}: less light than thick cloud leaves, so check units and exposure time`,
    })
  else if (transparency < LOW_TRANSPARENCY)
    concerns.push({
      tag: 'transparency',
      severity: transparency < UNUSUAL_TRANSPARENCY ? 'look' : 'hint',
      sentence: `${off}: ${(100 * transparency).toFixed(0)} % of the usual light, by cloud or old mirrors`,
    })
  if (
    depth5Sigma !== null &&
    expectedDepth5Sigma !== null &&
    depth5Sigma < expectedDepth5Sigma - SHALLOW_MAG &&
    !explained
  ) {
    concerns.push({
      tag: 'depth',
      severity: 'hint',
      sentence:
        `5 sigma at ${depth5Sigma.toFixed(2)} mag, a dark clear night with this ` +
        `seeing gives ${expectedDepth5Sigma.toFixed(2)}`,
    })
  }
  return concerns
}
