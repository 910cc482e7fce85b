import { DataError, InputError } from '../errors.js'
import { cameraOf, type CalibratedCcd, type CalibratedExposure } from './calibrated-exposure.js'

interface AppliedFlat {
  readonly fileName: string
  readonly sha256: string
}

/**
 * Refuses exposures of one camera whose fluxes are not corrected by one star flat, or all by none: what is inside a CCD
 * counts as the same in all of a camera's exposures.
 *
 * @throws DataError `mixed-star-flats` naming a file of each; InputError `bad-result` if a result names a star flat but
 *   not which file it was
 */
export function refuseMixedStarFlats(exposures: readonly CalibratedExposure[]): void {
  const firsts = new Map<string, CalibratedCcd>()
  for (const exposure of exposures)
    for (const ccd of exposure.ccds) {
      const first = firsts.get(cameraOf(exposure)) ?? ccd
      firsts.set(cameraOf(exposure), first)
      const [own, expected] = [appliedFlat(ccd), appliedFlat(first)]
      if (own?.sha256 === expected?.sha256) continue
      throw new DataError(
        'mixed-star-flats',
        'some exposures are corrected by a star flat, others by another or by none',
        {
          file: ccd.file,
          found: inWords(own),
          expected: `${inWords(expected)}, as ${first.file}`,
        },
      )
    }
}

/**
 * Refuses exposures that are corrected by a star flat: one that is made from them would lack what that took off.
 *
 * @throws DataError `corrected-by-star-flat` naming a file
 */
export function refuseCorrected(exposures: readonly CalibratedExposure[]): void {
  for (const { file, flat } of exposures.flatMap(({ ccds }) =>
    ccds.map((ccd) => ({ file: ccd.file, flat: appliedFlat(ccd) })),
  ))
    if (flat !== undefined)
      throw new DataError('corrected-by-star-flat', 'no star flat comes from exposures that one has corrected', {
        file,
        found: inWords(flat),
        expected: 'exposures that were calibrated without --starflat',
      })
}

/** What `--starflat` was when the CCD was calibrated; undefined if it was not given. */
function appliedFlat({ file, provenance: { options, inputs } }: CalibratedCcd): AppliedFlat | undefined {
  const fileName = options['starflat']
  if (fileName === undefined) return undefined
  const sha256 = inputs[String(fileName)]
  if (typeof sha256 === 'string') return { fileName: String(fileName), sha256 }
  throw new InputError('bad-result', 'the result names a star flat that is none of its inputs: calibrate it again', {
    file,
    found: `provenance.options.starflat ${String(fileName)}`,
    expected: 'its SHA-256 in provenance.inputs',
  })
}

const inWords = (flat: AppliedFlat | undefined): string =>
  flat === undefined ? 'no star flat' : `star flat ${flat.fileName} (SHA-256 ${flat.sha256.slice(0, 12)})`
