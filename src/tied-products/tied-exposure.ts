import type { NamedBytes } from '../formats/bytes.js'
import { isFilesName, type ExposureName } from '../exposure/exposure-name.js'
import { allZpName, exposureProductNames } from '../products/names.js'
import type { ResultDocument } from '../products/result-document.js'
import { resultJson, type SolutionFacts, type SolvedResult } from '../products/result-json.js'
import { allZpCsv } from '../products/zero.js'

/**
 * The JSON and, after a list, the `allZP_` of an exposure whose CCDs were tied. The exposure's zeropoint is the mean of
 * its CCDs'; of what its own solution said beside it (gradient, scatter, stars held out) a tie says nothing for one
 * exposure alone.
 *
 * @param document the exposure's result as it was calibrated
 */
export function tiedExposureFiles(
  name: ExposureName,
  document: ResultDocument,
  ccds: readonly SolvedResult[],
): NamedBytes[] {
  const solution = tiedSolution(ccds)
  const { failed, missing } = document
  const json = resultJson(document.exposure, ccds, document.provenance, {
    solution,
    ...(failed ? { failed } : {}),
    ...(missing ? { missing } : {}),
  })
  const files = [{ name: exposureProductNames(name).json, text: json }]
  if (!isFilesName(name)) {
    const count = (key: 'matched' | 'used') => ccds.reduce((total, { cuts }) => total + cuts[key], 0)
    const text = allZpCsv(document.exposure.expnum!, name, {
      ...{ matched: count('matched'), used: count('used') },
      ...{ zeropoint: solution.zeropoint, zeropointErr: solution.zeropointErr },
      ...{ system: ccds[0]!.system, catalog: ccds[0]!.catalog, scope: 'exposure' },
    })
    files.push({ name: allZpName(name), text })
  }
  return files.map(({ name: file, text }) => ({ name: file, bytes: new TextEncoder().encode(text) }))
}

function tiedSolution(ccds: readonly SolvedResult[]): SolutionFacts {
  const known = ccds.filter(({ zeropoint }) => zeropoint !== null)
  const mean = (of: (ccd: SolvedResult) => number) => known.reduce((sum, ccd) => sum + of(ccd), 0) / known.length
  const isKnown = known.length > 0
  return {
    outcome: isKnown ? 'solved' : 'none',
    suspect: false,
    reason: isKnown ? null : 'no CCD has a tied zeropoint',
    zeropoint: isKnown ? mean(({ zeropoint }) => zeropoint!) : null,
    // Errors of an exposure's CCDs against the network are largely one and the same.
    zeropointErr: isKnown ? Math.sqrt(mean(({ zeropointErr }) => zeropointErr! ** 2)) : null,
    gradient: null,
    ccdScatter: null,
    nPresent: ccds.length,
    nFitted: known.length,
    nOutliers: 0,
    reserved: null,
    concerns: [],
  }
}
