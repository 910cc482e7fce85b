import { join } from 'node:path'
import { DataError, type ExitCode } from '../../errors.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles } from '../../node/disk/own-files.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { findResults } from '../../node/input/find-results.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { validatedExposures } from '../../node/validate/validated-exposures.js'
import { validationPage } from '../../report/validation-page.js'
import { validationText } from '../../validate/text.js'
import { validate } from '../../validate/validate.js'
import { chooseCatalog } from '../calibrate/choose-catalog.js'
import { lineOf, type Io } from '../terminal/io.js'

/** The options of `validate`, as parsed. */
export interface ValidateOptions {
  readonly products: readonly string[]
  readonly against: string
  readonly report: boolean
  readonly outdir: string
  readonly json: boolean
  readonly quiet: boolean
}

/** `bliss-calib validate`. Exit code 4 if an exposure and the catalogue do not agree. */
export async function validateProducts(options: ValidateOptions, io: Io): Promise<ExitCode> {
  const { report, outdir, quiet } = options
  if (report) await refuseUnwritable(outdir)
  const note = (text: string) => (quiet ? undefined : io.err(text))
  const against = await chooseCatalog({ catalog: [options.against] }, io.env, note)
  const exposures = await validatedExposures(await findResults(options.products), against)
  const judged = exposures.map((exposure) => {
    const validation = validate(exposure.stars, exposure.ccds, exposure.systematicErrMag)
    if (validation === undefined)
      throw new DataError('too-few-stars', `${exposure.exposure}: too few of its stars are in the other catalogue`, {
        file: against.location,
        found: `${exposure.stars.mag.length} in both`,
        expected: 'ten that agree',
      })
    return { exposure, validation, page: `validation_${exposure.stem}_${against.name}.html` }
  })
  if (report) {
    await refuseForeignFiles(
      outdir,
      judged.map(({ page }) => page),
    )
    const pages = judged.map(({ exposure, validation, page }) => ({
      name: page,
      bytes: new TextEncoder().encode(
        validationPage({ ...exposure, against: against.name }, validation, exposure.stars, pageAssets()),
      ),
    }))
    await writeFilesWhole(outdir, pages)
  }
  const results = judged.map(({ exposure, validation }) => ({
    exposure: exposure.exposure,
    band: exposure.band,
    system: exposure.system,
    calibratedWith: exposure.calibratedWith,
    against: against.name,
    agrees: validation.reasons.length === 0,
    ...validation,
  }))
  if (options.json) io.out(`${JSON.stringify({ validations: results }, null, 2)}\n`)
  else if (!quiet)
    for (const { exposure, validation, page } of judged) {
      io.out(validationText({ ...exposure, against: against.name }, validation))
      if (report) io.out(lineOf(join(outdir, page)))
    }
  return results.every(({ agrees }) => agrees) ? 0 : 4
}
