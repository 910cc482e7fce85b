import { factsOfSystem } from '../../camera/photometric-systems.js'
import { largestOf, smallestOf } from '../../math/extremes.js'
import { median } from '../../math/robust.js'
import type { CcdDocument, ResultDocument } from '../../products/result-document.js'
import type { ReportStars } from '../report-stars.js'
import {
  DES_Y6,
  GAIA,
  HEALPIX,
  PAN_STARRS1,
  programCitation,
  PSFEX,
  SEXTRACTOR,
  type Citation,
} from './bibliography.js'

/** A paragraph for a paper, and what it cites. */
export interface Methods {
  readonly text: string
  readonly citations: readonly Citation[]
}

/** Words, and what they cite. */
type Measured = readonly [words: string, citations: readonly Citation[]]

const TITLES: Readonly<Record<string, string>> = { gaia_dr2: 'Gaia DR2', gaia_dr3: 'Gaia DR3' }

/** What the relations of the described catalogues were fitted to (`source` in `catalogs/`). */
const FITTED_TO: Readonly<Record<string, Measured>> = {
  gaia_dr2: ['fitted to stars with Pan-STARRS1 magnitudes carried to the DES system', [PAN_STARRS1, DES_Y6]],
  gaia_dr3: ['fitted to stars with DES Y6 magnitudes', [DES_Y6]],
}

/**
 * How the zeropoints of a result were found, as a paper says it: only what was done and used in this run.
 *
 * @param stars matched stars by CCD, for their numbers, magnitudes and colours; CCDs without are left out of these
 */
export function methodsOf(document: ResultDocument, stars: ReadonlyMap<number, ReportStars>): Methods {
  const { exposure, ccds, provenance } = document
  const { catalog, system, relation } = ccds[0]!
  const program = programCitation(provenance.version)
  const gaia = GAIA[catalog] ?? []
  const measured = measuredBy(document)
  const cited = (list: readonly Citation[]) =>
    list.length === 0 ? '' : ` (${list.map(({ named }) => named).join('; ')})`
  const flux = String(provenance.options['magsType'])
  const moved =
    exposure.epochYr === null || exposure.epochFrom === 'catalog'
      ? "at the catalogue's epoch"
      : `moved by their proper motions to the epoch of the exposure (${exposure.epochYr.toFixed(3)})`
  const [fittedTo, fittedBy]: Measured = (system === 'des-ab' ? FITTED_TO[catalog] : undefined) ?? [
    "as the catalogue's description says",
    [],
  ]
  const ofGaia = GAIA[catalog] !== undefined
  const { title = system, magnitudes = 'unknown zero' } = factsOfSystem(system) ?? {}
  const target =
    system === 'des-ab' ? `${exposure.band} magnitudes on the AB system of DES` : `${title} magnitudes (${magnitudes})`
  const standard =
    system === 'catalog'
      ? "The catalogue's own magnitudes were used as they are, without a colour term."
      : `Their ${ofGaia ? 'G, BP and RP ' : ''}magnitudes were converted to ${target} ` +
        `by a relation${ofGaia ? ' in BP-RP' : ''} (${relation}), ${fittedTo}${cited(fittedBy)}.`
  const sentences = [
    `Photometric zeropoints were determined with bliss-calib ${provenance.version}.`,
    ...measured.sentences.map(([words, citations]) => `${words}${cited(citations)}.`),
    `The detections were matched within 1 arcsec to stars of ${TITLES[catalog] ?? catalog}${cited(gaia)}, ${moved}; ` +
      `the stars of the footprint were found by HEALPix cells${cited([HEALPIX])}.`,
    standard,
    ...passbandSentences(ccds),
    fitSentence(document),
    ...zeropointSentences(ccds, flux, exposure.band, rangesOf(ccds, stars)),
  ]
  return { text: sentences.join(' '), citations: [program, ...measured.citations, ...gaia, HEALPIX, ...fittedBy] }
}

/** The colour term of a filter that only resembles the system's, or that nothing is known of the passband. */
function passbandSentences(ccds: readonly CcdDocument[]): readonly string[] {
  const term = ccds.find(({ colourTerm }) => colourTerm !== undefined)?.colourTerm
  if (term === undefined)
    return ccds.some(({ concerns }) => concerns.some(({ tag }) => tag === 'passband')) ? [OTHER_PASSBAND] : []
  const { k, kErr, c0, from } = term
  const color = term.color.toUpperCase()
  const how = from === 'stars' ? 'was fitted with the zeropoint' : 'was assumed'
  return [
    `A colour term of ${k.toFixed(4)} +- ${kErr.toFixed(4)} mag per mag of ${color} ${how}; the zeropoint holds at ` +
      `${color} = ${c0}.`,
  ]
}

const OTHER_PASSBAND =
  "The camera's passband is not known to be that of DES; the systematic error covers the difference that the colours " +
  'of the stars allow.'

/** Who measured the detections; of a table of unknown origin nothing is said. */
function measuredBy({ exposure, provenance }: ResultDocument): {
  readonly sentences: readonly Measured[]
  readonly citations: readonly Citation[]
} {
  // Lists name catalogues of SExtractor; files say what they are.
  const origin = exposure.expnum === null ? exposure.origin?.['detections'] : 'SExtractor'
  if (origin !== undefined && /bliss-calib/.test(origin))
    return { sentences: [['Sources were detected and measured with bliss-calib itself', []]], citations: [] }
  if (origin === undefined || !/SExtractor|source-extractor/i.test(origin)) return { sentences: [], citations: [] }
  const extracted: Measured = ['Sources were detected and measured with SExtractor', [SEXTRACTOR]]
  if (provenance.options['magsType'] !== 'mag_psf') return { sentences: [extracted], citations: [SEXTRACTOR] }
  // SExtractor fits no other models of the PSF than those of PSFEx.
  const psf: Measured = ['Fluxes are those of PSF models that were made with PSFEx', [PSFEX]]
  return { sentences: [extracted, psf], citations: [SEXTRACTOR, PSFEX] }
}

function fitSentence({ provenance, solution, ccds }: ResultDocument): string {
  const robust =
    'The zeropoint maximises a likelihood in which each star is a good standard, with a fitted intrinsic scatter, or ' +
    'an outlier'
  const own =
    provenance.options['estimator'] === 'sigma-clip'
      ? 'The zeropoint is the mean of the differences after three passes of a 3 sigma clip'
      : robust
  const together =
    solution?.outcome === 'solved' && ccds.length > 1
      ? '; the CCDs of the exposure were then solved together, with a gradient over the focal plane'
      : ''
  return `${own}${together}.`
}

interface Ranges {
  readonly magnitudes?: readonly [bright: number, faint: number]
  readonly colours?: readonly [blue: number, red: number]
}

function rangesOf(ccds: readonly CcdDocument[], stars: ReadonlyMap<number, ReportStars>): Ranges {
  const used = ccds.flatMap(({ ccd }) => {
    const { fate, refMag, colour } = stars.get(ccd) ?? { fate: [] }
    return fate.flatMap((one, i) => (one === 'used' ? [{ mag: refMag![i]!, colour: colour![i]! }] : []))
  })
  const range = (values: readonly number[]) => {
    const known = values.filter(Number.isFinite)
    return known.length === 0 ? undefined : ([smallestOf(known), largestOf(known)] as const)
  }
  const [magnitudes, colours] = [range(used.map(({ mag }) => mag)), range(used.map((star) => star.colour))]
  return { ...(magnitudes ? { magnitudes } : {}), ...(colours ? { colours } : {}) }
}

function zeropointSentences(
  ccds: readonly CcdDocument[],
  flux: string,
  band: string,
  { magnitudes, colours }: Ranges,
): readonly string[] {
  const fitted = ccds.filter(({ zeropoint }) => zeropoint !== null)
  if (fitted.length === 0) return ['No zeropoint was found.']
  const used = fitted.reduce((total, { cuts }) => total + cuts.used, 0)
  const between = (range: readonly [number, number], digits: number) =>
    `${range[0].toFixed(digits)} to ${range[1].toFixed(digits)}`
  const limits = [
    ...(magnitudes ? [`${band} = ${between(magnitudes, 2)}`] : []),
    ...(colours ? [`BP-RP = ${between(colours, 2)}`] : []),
  ]
  const from = `${used} stars${limits.length === 0 ? '' : ` (${limits.join(', ')})`}`
  const [first] = fitted as [CcdDocument]
  const level = first.systematicErr === null ? '' : ` +- ${first.systematicErr.toFixed(4)} (sys)`
  const convention = '(m = -2.5 log10(flux) + zeropoint, for the flux of the whole exposure)'
  if (fitted.length === 1) {
    const number = `${first.zeropoint!.toFixed(4)} +- ${first.zeropointErr!.toFixed(4)} (stat)${level} mag`
    return [`From ${from} the zeropoint of ${flux} is ${number} ${convention}.`]
  }
  const zeropoints = fitted.map(({ zeropoint }) => zeropoint!)
  const typical = median(fitted.map(({ zeropointErr }) => zeropointErr!))
  return [
    `From ${from} the zeropoints of ${flux} of ${fitted.length} CCDs are ` +
      `${between([smallestOf(zeropoints), largestOf(zeropoints)], 4)}, with a typical error of ` +
      `${typical.toFixed(4)} (stat)${level} mag ${convention}.`,
  ]
}

/** The paragraph as a text file, with the works that it cites named below. */
export function methodsText({ text, citations }: Methods): string {
  return `${text}\n\nReferences in BibTeX: ${citations.map(({ key }) => key).join(', ')}\n`
}

/** The entries of the works, for LaTeX. */
export const methodsBibtex = ({ citations }: Methods): string => citations.map(({ bibtex }) => bibtex).join('\n')
