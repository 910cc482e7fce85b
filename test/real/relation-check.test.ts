import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { BandRelation } from '../../src/catalog/description.js'
import { checkRelation, type RelationCheck } from '../../src/relation-fit/check-relation.js'
import type { PairedStars } from '../../src/relation-fit/sample.js'
import { describeCatalogue, shared } from '../simulate/describe-catalogue.js'
import { BANDS, type Band } from '../support/tile-exposure.js'
import { tileStars } from '../support/tile-stars.js'
import type { Tile } from '../support/tiles.js'

// The relations of the package beside real stars with magnitudes in the bands of DES, which stay outside this
// repository.
const absent = !existsSync(shared('real/tiles'))
const [DR3, DR2] = [describeCatalogue('gaia_dr3'), describeCatalogue('gaia_dr2')]

/** Levels of the tiles that the relations were fitted to, and of thirds of their stars [mmag]. */
const LEVEL = { g: 6, r: 3, i: 3, z: 5, Y: 6 }
const BIN = 8
/** Scatter in units of that about the best polynomial of the same stars. */
const WORST_RATIO = 1.1

/** What a relation misses of what it has to show on a tile; nothing if it is right. */
function missed({ band, judgement, best }: RelationCheck): string[] {
  const { level, byMagnitude, byColour, scatterMag, stars } = judgement
  const [off, err] = [1000 * level.offsetMag!, 1000 * level.offsetErrMag!]
  const bins = [...byMagnitude, ...byColour].filter(
    ({ offsetMag, offsetErrMag }) => 1000 * (Math.abs(offsetMag!) - 2 * offsetErrMag!) > BIN,
  )
  return [
    ...(Math.abs(off) > LEVEL[band as Band] + 2 * err ? [`level ${off.toFixed(1)}`] : []),
    ...bins.map(({ of, offsetMag }) => `${of} ${(1000 * offsetMag!).toFixed(1)}`),
    ...(scatterMag > WORST_RATIO * best!.scatterMag ? [`scatter ${(1000 * scatterMag).toFixed(1)} of ${stars}`] : []),
  ]
}

const checkedOn = (tile: Tile, band: Band, relation: BandRelation, change = (paired: PairedStars) => paired) => {
  const { paired, truth } = tileStars([tile], DR3, 'des-ab', band)
  return checkRelation(change(paired), truth, relation)
}

/** ESA's correction of DR2's G (Maiz Apellaniz & Weiler 2018), which relations to published magnitudes are not of. */
const corrected = ({ stars, ...paired }: PairedStars): PairedStars => ({
  ...paired,
  stars: { ...stars, mag: stars.mag.map((g) => g - 0.0032 * (Math.min(g, 16) - 6)) },
})

describe.skipIf(absent)('relations to DES on real stars (real)', () => {
  test.each(([147267, 147175] as const).flatMap((tile) => BANDS.map((band) => [tile, band] as const)))(
    '%d %s: level, thirds and the scatter of the best polynomial',
    (tile, band) => {
      const check = checkedOn(tile, band, DR3.relations[band]!)
      if (process.env['SHOW_FIGURES']) {
        const { level, medianMag, scatterMag, stars } = check.judgement
        const values = [level.offsetMag!, level.offsetErrMag!, medianMag, scatterMag, check.best!.scatterMag]
        console.log(`check ${tile} ${band} ${stars} ${values.map((value) => (1000 * value).toFixed(1)).join(' ')}`)
      }
      expect(missed(check)).toEqual([])
      expect(check.reasons).toEqual([])
    },
  )

  test.each(BANDS)('%s: another release, another sign, another state of the magnitudes is seen', (band) => {
    const relation = DR3.relations[band]!
    const { coefficients, secondColour, faintTerm } = relation
    const turned = coefficients.map((k, n) => (n === 1 ? -k : k))
    const wrong: Record<string, ReturnType<typeof checkedOn>> = {
      release: checkedOn(147267, band, { ...DR2.relations[band]!, fittedTo: relation.fittedTo }),
      slope: checkedOn(147267, band, { ...relation, coefficients: turned }),
      ...(secondColour && {
        second: checkedOn(147267, band, { ...relation, secondColour: opposite(secondColour) }),
      }),
      ...(faintTerm && { faint: checkedOn(147267, band, { ...relation, faintTerm: opposite(faintTerm) }) }),
    }
    for (const [what, check] of Object.entries(wrong)) expect(missed(check), what).not.toEqual([])
    // The second colour takes G out of z and Y, whose magnitudes are RP's with a colour.
    const state = checkedOn(147267, band, relation, corrected)
    if (band !== 'z' && band !== 'Y') expect(missed(state)).not.toEqual([])
    else {
      const own = checkedOn(147267, band, relation)
      expect(Math.abs(state.judgement.level.offsetMag! - own.judgement.level.offsetMag!)).toBeLessThan(0.001)
    }
  })
})

const opposite = <T extends { readonly coefficient: number }>(term: T): T => ({
  ...term,
  coefficient: -term.coefficient,
})
