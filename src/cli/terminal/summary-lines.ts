import type { FocalPlane } from '../../camera/focal-plane.js'
import { verdictFrom, type Concern } from '../../photometry/concern.js'
import type { ExposureSolution } from '../../photometry/exposure/result.js'
import { calibratedFluxes, type CalibratedFlux } from '../../photometry/fluxes/measured-fluxes.js'
import { systemInWords } from '../../photometry/magnitude-scale.js'
import type { CatalogShare } from '../../photometry/references/catalog-share.js'
import type { CcdResult } from '../../photometry/result.js'
import { printableText } from '../../printable.js'
import { parseResultDocument } from '../../products/result-document.js'
import { decide } from '../../report/decision.js'
import { focalSparkline } from './focal-sparkline.js'
import { wrapped, type Paint } from './terminal-text.js'

/**
 * A CCD, or a file that was given, in a line short enough for a phone: the number and its statistical error, the
 * stars, the verdict; long verdicts
 * go on below, within 80 columns.
 */
export function ccdLine(
  { ccd, zeropoint, zeropointErr, cuts, verdict: sentence, concerns }: CcdResult,
  paint: Paint = plain,
  label = `CCD ${String(ccd).padStart(2, '0')}`,
): string {
  const verdict = printableText(sentence)
  const number = zeropoint === null ? 'no zeropoint' : `${zeropoint.toFixed(4)} ± ${zeropointErr!.toFixed(4)}`
  const line = wrapped(`${label}  ${number}  ${cuts.used}/${cuts.matched} stars  `, verdict)
  const tone = concerns.some(({ severity }) => severity === 'stop') ? 'stop' : verdict === 'good' ? 'go' : 'look'
  const at = line.indexOf(verdict.split(' ')[0]!, label.length + 14)
  return at < 0
    ? line
    : `${line.slice(0, at)}${line
        .slice(at)
        .trimEnd()
        .split('\n')
        .map((part) => part.replace(/\S.*/, (words) => paint(words, tone)))
        .join('\n')}\n`
}

/**
 * The lines below the CCDs: the exposure, the common system, the focal plane at a glance, the decision.
 *
 * @param planes of the cameras with a known layout of CCDs, by name
 */
export function closingLines(
  run: { readonly ccds: readonly CcdResult[]; readonly solution?: ExposureSolution; readonly json?: () => string },
  planes: ReadonlyMap<string, FocalPlane>,
  paint: Paint = plain,
): string {
  const { ccds, solution, json } = run
  const first = ccds[0]
  if (first === undefined || json === undefined) return ''
  const systematicErr = ccds.find((ccd) => ccd.systematicErr !== null)?.systematicErr ?? null
  const system = `system    ${systemInWords(first)}${
    systematicErr === null ? '' : ` ± ${systematicErr.toFixed(3)} (sys)`
  }, ${first.relation}\n`
  const document = parseResultDocument(json(), 'the result')
  const layout = planes.get(document.exposure.camera)
  const plane = solution && layout ? focalSparkline(ccds, layout) : ''
  const { word, headline } = decide(document)
  const decision = wrapped(`${word}  `, printableText(headline)).replace(
    word,
    paint(word, word === 'GO' ? 'go' : word === 'LOOK' ? 'look' : 'stop'),
  )
  return `${solution ? exposureLine(solution) : ''}${system}${plane === '' ? '' : `plane ${plane}\n`}${decision}`
}

/** The exposure's number, and what is off with it as a whole. */
export function exposureLine({
  zeropoint,
  zeropointErr,
  nFitted,
  nPresent,
  nOutliers,
  reason,
  concerns,
}: ExposureSolution): string {
  if (zeropoint === null) return wrapped('exposure  no zeropoint  ', reason ?? '')
  const outliers = nOutliers === 0 ? '' : `, ${nOutliers} ${nOutliers === 1 ? 'outlier' : 'outliers'}`
  const verdict = verdictFrom(concerns)
  const line =
    `exposure  ${zeropoint.toFixed(4)} ± ${zeropointErr!.toFixed(4)} (stat)  ` +
    `${nFitted} of ${nPresent} CCDs fitted${outliers}`
  return verdict === 'good' ? `${line}\n` : wrapped(`${line}  `, verdict)
}

const plain: Paint = (text) => text

/** What a CCD's stars say beside the number, for `--verbose`: every detection is accounted for. */
export function cutLines(
  { ccd, cuts, lost, zeropoint, zeropointErr, sigmaClip, diagnostics, fluxes, references = [], concerns }: CcdResult,
  label = `CCD ${String(ccd).padStart(2, '0')}`,
): string {
  const taken = Object.entries(lost)
    .filter(([, count]) => count > 0)
    .map(([cut, count]) => `${cut} ${count}`)
  const original = sigmaClip.zeropoint === null ? 'none' : numberOf(sigmaClip.zeropoint, sigmaClip.zeropointErr!)
  const minus =
    zeropoint === null || sigmaClip.zeropoint === null
      ? ''
      : `; ours is ${(zeropoint - sigmaClip.zeropoint).toFixed(4)} from it`
  const { crossCheck, expectation, otherFluxes } = diagnostics
  const lines = [
    `${cuts.detections} detections, ${cuts.selected} selected, ${cuts.matched} matched, ` +
      `${cuts.used} used; lost: ${taken.join(', ') || 'none'}`,
    `the original's statistic on the catalogue's own magnitude: ${original}, ` +
      `${sigmaClip.nClipped} of ${sigmaClip.nAll} stars${minus}`,
    ...(crossCheck
      ? [
          `cross-check (Tukey MM): ${numberOf(crossCheck.zeropoint, crossCheck.zeropointErr)}, ` +
            `${crossCheck.differenceSigma.toFixed(1)} combined errors away`,
        ]
      : []),
    ...Object.entries(otherFluxes).map(
      ([name, flux]) =>
        `${name}: ${numberOf(flux.zeropoint, flux.zeropointErr)}; minus the chosen flux's ` +
        `${numberOf(flux.difference, flux.differenceErr)} from star to star`,
    ),
    ...(expectation
      ? [
          `light ${(100 * expectation.transparency).toFixed(0)} % of the expected, 5 sigma at ` +
            `${magnitude(expectation.depth5Sigma)} mag (dark sky ${magnitude(expectation.expectedDepth5Sigma)})`,
        ]
      : []),
    ...Object.entries(calibratedFluxes(fluxes ?? {}, { zeropoint, zeropointErr })).map(fluxLine),
    ...references.map(referenceLine),
    ...hintsOf(concerns),
  ]
  return lines.map((line) => `${label}  ${line}\n`).join('')
}

/** What one of several catalogues contributes. */
function referenceLine(one: CatalogShare): string {
  const { catalog, stars, share, offsetMag, offsetErrMag, scatterFactor, zeropointAlone, zeropointAloneErr } = one
  const alone = zeropointAlone === null ? 'none' : numberOf(zeropointAlone, zeropointAloneErr!)
  return (
    `${catalog}: ${stars} stars, ${(100 * share).toFixed(0)} % of the weight; its level ` +
    `${numberOf(offsetMag, offsetErrMag)} from all, its scatter ${scatterFactor.toFixed(1)} of the stated, ` +
    `alone ${alone}`
  )
}

/** What the exposure's solution says beside its number, for `--verbose`. */
export function solutionLines({ gradient, ccdScatter, ccdScatterErr, reserved, concerns }: ExposureSolution): string {
  const mmag = (value: number, err: number) => `${(1000 * value).toFixed(1)} ± ${(1000 * err).toFixed(1)} mmag`
  const lines = [
    ...(gradient
      ? [
          `gradient ${mmag(gradient.xiMagPerDeg, gradient.xiErr)} per degree east, ` +
            `${mmag(gradient.etaMagPerDeg, gradient.etaErr)} north`,
        ]
      : []),
    ...(ccdScatter === null ? [] : [`scatter of the CCDs about it ${mmag(ccdScatter, ccdScatterErr!)}`]),
    ...(reserved
      ? [
          `${reserved.nStars} stars held out of the fit: median residual ` +
            `${reserved.medianMmag.toFixed(1)} mmag, scatter ${reserved.scatterMmag.toFixed(1)} mmag`,
        ]
      : []),
    ...hintsOf(concerns),
  ]
  return lines.map((line) => `exposure  ${line}\n`).join('')
}

/** Fluxes of a calibrated CCD whose own zeropoint its stars do not tell. */
export function lackingFluxes({ zeropoint, zeropointErr, fluxes }: CcdResult, label: string): string {
  if (zeropoint === null) return ''
  return Object.entries(calibratedFluxes(fluxes ?? {}, { zeropoint, zeropointErr }))
    .flatMap(([name, { reason }]) => (reason === null ? [] : [`${label}: ${name} has no zeropoint: ${reason}\n`]))
    .join('')
}

function fluxLine([name, { zeropoint, zeropointErr, depth5Sigma, reason }]: [string, CalibratedFlux]): string {
  const number = zeropoint === null ? `no zeropoint (${reason})` : numberOf(zeropoint, zeropointErr!)
  return `${name}: ${number}, 5 sigma at ${magnitude(depth5Sigma)} mag`
}

const numberOf = (value: number, err: number): string => `${value.toFixed(4)} ± ${err.toFixed(4)}`

const magnitude = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2))

const hintsOf = (concerns: readonly Concern[]): string[] =>
  concerns.filter(({ severity }) => severity === 'hint').map(({ sentence }) => `hint: ${sentence}`)
