import { bandsRead, colourBands, type BandRelation, type CatalogBands, type SplineTerm } from './relation.js'

/** Throws for a field of a description that is not as expected. */
export type Expect = (condition: boolean, field: string, expected: string) => void

const areNumbers = (values: readonly number[] | undefined): values is readonly number[] =>
  Array.isArray(values) && values.length > 0 && values.every(Number.isFinite)
export const isAscending = (values: readonly number[] | undefined): boolean =>
  areNumbers(values) && values.every((v, i) => i === 0 || v > values[i - 1]!)
const isAscendingPair = (pair: readonly number[] | undefined): boolean => isAscending(pair) && pair!.length === 2

/**
 * The level of u, in whatever system, is unknown to 50 mmag: XP's u is 0.3 mag off SDSS's, and every other source has
 * 80 to 100 mmag a star.
 */
const MIN_U_ERR_MAG = 0.05

/** What a relation must have been fitted to, and the bands that it may read. */
interface RelationOwner {
  readonly release: string
  readonly magnitudeState: string
  readonly bands: CatalogBands
}

/** Checks a relation of a description, whose base and bands are filled in. */
export function checkRelation(relation: BandRelation, owner: RelationOwner, at: string, expect: Expect): void {
  expect(
    relation.fittedTo?.release === owner.release,
    `${at}.fittedTo.release`,
    `${owner.release}, the description's own release`,
  )
  expect(
    relation.fittedTo?.magnitudeState === owner.magnitudeState,
    `${at}.fittedTo.magnitudeState`,
    `"${owner.magnitudeState}", as the description says of its magnitudes`,
  )
  const names = Object.keys(owner.bands).join(', ')
  const isBand = (band: string): boolean => owner.bands[band] !== undefined
  expect(isBand(relation.base), `${at}.base`, `one of the bands ${names}`)
  const isColour =
    typeof relation.colour === 'string' &&
    relation.colour.split('-').length === 2 &&
    colourBands(relation).every(isBand)
  expect(isColour, `${at}.colour`, `two of the bands ${names} with a minus between`)
  checkCurve(relation, at, expect)
  checkFurtherTerms(relation, at, expect)
  expect(bandsRead(relation).every(isBand), at, 'the bands G, bp and rp for the terms that it has')
  expect(isAscendingPair(relation.colourRange), `${at}.colourRange`, 'two numbers, the lower first')
  const { spline, sharpRange } = relation
  expect(sharpRange === undefined || typeof sharpRange === 'boolean', `${at}.sharpRange`, 'true or false')
  expect(
    relation.curve !== 'spline' ||
      (relation.colourRange[0] >= spline!.nodes[0]! && relation.colourRange[1] <= spline!.nodes.at(-1)!),
    `${at}.colourRange`,
    'a range within the nodes of the spline',
  )
  expect(isAscendingPair(relation.magRange), `${at}.magRange`, 'two numbers, the bright limit first')
  expect(isAscending(relation.scatter?.colour), `${at}.scatter.colour`, 'ascending numbers')
  expect(
    areNumbers(relation.scatter?.sigmaMag) && relation.scatter.sigmaMag.every((sigma) => sigma > 0),
    `${at}.scatter.sigmaMag`,
    'positive numbers',
  )
  expect(
    relation.scatter.colour.length === relation.scatter.sigmaMag.length,
    `${at}.scatter`,
    'two lists of one length',
  )
  expect(relation.systematicErrMag > 0, `${at}.systematicErrMag`, 'a positive number')
  const isU = /^u$/i.test(at.slice(at.lastIndexOf('.') + 1))
  expect(
    !isU || relation.systematicErrMag >= MIN_U_ERR_MAG,
    `${at}.systematicErrMag`,
    `at least ${MIN_U_ERR_MAG}: no level of u is known better`,
  )
  expect(relation.grade === 'full' || relation.grade === 'lower', `${at}.grade`, 'full or lower')
  expect(typeof relation.source === 'string' && relation.source.length > 0, `${at}.source`, 'text')
  const dust = relation.systematicPerEbv
  if (dust !== undefined) {
    expect(
      isAscending(dust.bpRp) && areNumbers(dust.magPerEbv) && dust.bpRp.length === dust.magPerEbv.length,
      `${at}.systematicPerEbv`,
      'two lists of one length, colours ascending',
    )
  }
}

function checkCurve({ curve, pivot, coefficients, spline }: BandRelation, at: string, expect: Expect): void {
  const isCurve = curve === 'polynomial' || curve === 'broken-line' || curve === 'spline'
  expect(isCurve, `${at}.curve`, 'polynomial, broken-line or spline')
  if (curve === 'spline') {
    checkSpline(spline, `${at}.spline`, expect)
    return
  }
  expect(areNumbers(coefficients), `${at}.coefficients`, 'at least one number')
  expect(curve !== 'broken-line' || coefficients!.length === 3, `${at}.coefficients`, 'level, blue slope, red slope')
  expect(Number.isFinite(pivot), `${at}.pivot`, 'a number')
}

function checkSpline(term: SplineTerm | undefined, at: string, expect: Expect): void {
  const isSpline =
    typeof term === 'object' &&
    term !== null &&
    isAscending(term.nodes) &&
    areNumbers(term.values) &&
    term.nodes.length >= 2 &&
    term.nodes.length === term.values.length
  expect(isSpline, at, 'nodes and values, two lists of one length, nodes ascending')
  expect(term!.in === 'mag' || term!.in === 'flux', `${at}.in`, 'mag or flux')
  expect(term!.in === 'mag' || term!.values.every((factor) => factor > 0), `${at}.values`, 'positive factors of a flux')
}

function checkFurtherTerms(relation: BandRelation, at: string, expect: Expect): void {
  const { secondColour, faintTerm, magnitudeTerm, fluxOffsetNJy } = relation
  const isRecordOfNumbers = (term: unknown, ...names: string[]): boolean =>
    typeof term === 'object' &&
    term !== null &&
    names.every((name) => Number.isFinite((term as Record<string, unknown>)[name]))
  if (secondColour !== undefined) {
    expect(
      isRecordOfNumbers(secondColour, 'coefficient', 'slope', 'shift'),
      `${at}.secondColour`,
      'the numbers coefficient, slope, shift',
    )
  }
  if (magnitudeTerm !== undefined) checkSpline(magnitudeTerm, `${at}.magnitudeTerm`, expect)
  expect(fluxOffsetNJy === undefined || Number.isFinite(fluxOffsetNJy), `${at}.fluxOffsetNJy`, 'a number')
  if (faintTerm === undefined) return
  expect(isRecordOfNumbers(faintTerm, 'coefficient', 'atMag'), `${at}.faintTerm`, 'the numbers coefficient, atMag')
  expect(faintTerm.of === 'bp' || faintTerm.of === 'rp', `${at}.faintTerm.of`, 'bp or rp')
}
