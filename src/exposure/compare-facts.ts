import { DataError, type InputError } from '../errors.js'
import { isSound, type CatalogueListRow } from './catalogue-list.js'
import type { Comparison, SiblingFacts } from './comparison.js'
import { degBetween, disagreement } from './disagreements.js'
import { FIELD_DEG, ROW_COMPARISONS, SHARED_FACTS } from './facts-agree.js'

/**
 * The rows of a list, with a fault for each row that contradicts itself or the other rows.
 *
 * @param expnum of the list's name
 */
export function comparedRows(rows: readonly CatalogueListRow[], expnum: number, listFile: string): CatalogueListRow[] {
  const sound = rows.filter(isSound)
  return rows.map((row) => {
    const fault = row.fault ?? faultOf(row, expnum, listFile, sound)
    return fault === undefined ? row : { ...row, fault }
  })
}

function faultOf(
  row: CatalogueListRow,
  expnum: number,
  listFile: string,
  sound: readonly CatalogueListRow[],
): InputError | undefined {
  const { centre, ccd, line } = row
  if (row.expnum !== expnum) {
    const place = { file: listFile, line, column: 'EXPNUM', found: row.expnum, expected: `${expnum}` }
    return disagreement('wrong-exposure', 'the catalogue list holds another exposure', place)
  }
  for (const { differs } of ROW_COMPARISONS) {
    const found = differs({ row, listFile })
    if (found !== undefined) return found
  }
  const far = sound.filter((other) => degBetween(centre, other.centre) > FIELD_DEG)
  if (2 * far.length < sound.length) return undefined
  return disagreement('field-disagrees', `CCD ${ccd} is in another field than most CCDs of the list`, {
    ...{ file: listFile, line, column: 'RA_CENT, DEC_CENT' },
    found: `(${centre.raDeg}, ${centre.decDeg})`,
    expected: `at most ${FIELD_DEG} deg from the others`,
  })
}

/** Makes the comparisons: throws the first refusal, returns the others as sentences. */
export function compareFacts<T>(comparisons: readonly Comparison<T>[], facts: T): string[] {
  return comparisons.flatMap(({ follows, differs }) => {
    const found = differs(facts)
    if (found === undefined) return []
    if (follows === 'refusal') throw found
    return [found.message]
  })
}

/**
 * The CCDs that are not of the same exposure as most of the others: for each shared fact those that agree with at most
 * half of the CCDs that have the fact. If two disagree, both are named, because nothing says which is right.
 */
export function strangeSiblings(ccds: readonly SiblingFacts[]): Map<number, DataError> {
  const strange = new Map<number, DataError>()
  for (const { fact, shown, agree } of SHARED_FACTS) {
    const telling = ccds.filter((ccd) => shown(ccd) !== undefined)
    for (const one of telling) {
      const others = telling.filter((other) => !agree(one, other))
      if (2 * others.length < telling.length || strange.has(one.ccd)) continue
      const theirs = [...new Set(others.map(shown))].join(', ')
      strange.set(
        one.ccd,
        new DataError(
          'sibling-disagrees',
          `CCD ${one.ccd} is not of one exposure with the other CCDs: the ${fact} is another`,
          {
            found: `${shown(one)} of CCD ${one.ccd} and ${theirs} of ${ccdsOf(others)}`,
            expected: 'one; calibrate them apart, or correct the one that is wrong',
          },
        ),
      )
    }
  }
  return strange
}

const ccdsOf = (ccds: readonly SiblingFacts[]): string =>
  `${ccds.length === 1 ? 'CCD' : 'CCDs'} ${ccds.map(({ ccd }) => ccd).join(', ')}`
