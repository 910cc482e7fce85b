import { basename, dirname, join } from 'node:path'
import { isOwnBand, type ColourTerm } from '../../camera/colour-terms.js'
import { parseCameraDescription, type CameraDescription } from '../../camera/description.js'
import { CommandError, InputError, type ExitCode } from '../../errors.js'
import { parseJson } from '../../formats/json-shape.js'
import { readableJson } from '../../formats/readable-json.js'
import { writeFilesWhole } from '../../node/disk/files.js'
import { refuseForeignFiles, refuseStanding } from '../../node/disk/own-files.js'
import { unreadableFile } from '../../node/disk/reason.js'
import { readWholeText } from '../../node/disk/regular-file.js'
import { refuseUnwritable } from '../../node/exposure/standing-products.js'
import { packagedCameraText } from '../../node/input/camera-files.js'
import { findResults } from '../../node/input/find-results.js'
import { filterExposures, type FilterExposures } from '../../node/relation/filter-stars.js'
import { pageAssets } from '../../node/report/page-assets.js'
import { descriptionOfFile, packagedDescriptions } from '../../node/store/catalog-files.js'
import { linearColours, typicalColour } from '../../photometry/system/colour-term.js'
import { colourTermText } from '../../relation-fit/colour-term-text.js'
import { fitColourTerm, type ColourTermFit } from '../../relation-fit/colour-term.js'
import { colourTermPage } from '../../report/colour-term-page.js'
import type { Values } from '../options/option.js'
import { wordsOf } from '../relation/read.js'
import { lineOf, type Io } from '../terminal/io.js'
import type { FIT_OPTIONS } from './options.js'

interface FittedFilter {
  readonly filter: FilterExposures
  readonly fit: ColourTermFit
  readonly term: ColourTerm
}

/** `camera fit`: fits the colour terms of a camera to calibrated exposures; writes a description and a page. */
export async function cameraFit(command: Values<typeof FIT_OPTIONS>, io: Io): Promise<ExitCode> {
  const { products, camera: file, to, force, report, outdir, json, quiet, band, filter, description: own } = command
  if (report) await refuseUnwritable(outdir)
  if (to !== undefined) await refuseStanding(to, force)
  const packaged = await packagedDescriptions()
  const filters = await filterExposures(await findResults(products), {
    descriptions: own === undefined ? packaged : [await descriptionOfFile(own), ...packaged],
    ...(band === undefined ? {} : { bands: wordsOf(band) }),
    ...(filter === undefined ? {} : { filter }),
  })
  const { text, camera, shown } = await describedCamera(file, filters[0]!.camera)
  const page = `camera_${camera.name}.html`
  if (report) await refuseForeignFiles(outdir, [page])
  const fitted = filters.map((one): FittedFilter => {
    const { system, band: of, color } = one
    if (isOwnBand(camera.bands, system, of))
      throw new CommandError('own-band', `bands.${system} of the camera says that ${of} is the system's own`, {
        file: shown,
        expected: `a description without it, if the filter differs; or --band with other bands`,
      })
    const before = camera.colourTerms?.[system]?.[of]
    const c0 = before?.color === color ? before.c0 : typicalColour(color)
    const fit = fitColourTerm(one.stars, linearColours(color), c0)
    return { filter: one, fit, term: termOf(one, fit) }
  })
  if (to !== undefined) {
    const whole = readableJson(withTerms(text, camera, fitted))
    parseCameraDescription(JSON.parse(whole), to)
    await writeFilesWhole(dirname(to), [{ name: basename(to), bytes: new TextEncoder().encode(whole) }])
  }
  if (report) {
    const bytes = new TextEncoder().encode(colourTermPage(camera.title, fitted, pageAssets()))
    await writeFilesWhole(outdir, [{ name: page, bytes }])
  }
  if (json) io.out(`${JSON.stringify({ camera: camera.name, fits: fitted.map(fitJson) }, null, 2)}\n`)
  else if (!quiet) {
    for (const { filter: one, fit } of fitted) io.out(colourTermText(one, fit))
    if (to !== undefined) io.out(lineOf(to))
    if (report) io.out(lineOf(join(outdir, page)))
  }
  return 0
}

/** The camera's description as text and as read: the user's, else that of the package by the products' name. */
async function describedCamera(file: string | undefined, name: string) {
  const shown = file ?? `cameras/${name}.json`
  const text =
    file === undefined
      ? await packagedCameraText(name)
      : await readWholeText(file, 'smallTextBytes').catch((cause: unknown) => {
          throw unreadableFile(file, cause)
        })
  if (text === undefined)
    throw new InputError('no-camera', 'the products are of a camera that the package does not describe', {
      found: name,
      expected: '--camera, its description',
    })
  const camera = parseCameraDescription(parsed(text, shown), shown)
  if (file !== undefined && camera.name !== name)
    throw new InputError('other-camera', 'the products are of another camera than the description', {
      file,
      found: name,
      expected: camera.name,
    })
  return { text, camera, shown }
}

function parsed(text: string, file: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new InputError('bad-camera', "the camera's description is no JSON", { file, found }, { cause })
  }
}

function termOf({ catalog, filter, color }: FilterExposures, fit: ColourTermFit): ColourTerm {
  const rounded = (value: number) => Number(value.toFixed(5))
  return {
    k: rounded(fit.k),
    kErr: rounded(fit.kErr),
    color,
    c0: fit.c0,
    source:
      `fitted by bliss-calib camera fit to ${fit.stars} stars in ${fit.exposures} exposures ` +
      `calibrated with ${catalog}` +
      (filter === null ? '' : `, filter ${filter}`),
  }
}

/** The description as it was written, with the new terms among those of before. */
function withTerms(text: string, camera: CameraDescription, fitted: readonly FittedFilter[]): unknown {
  const terms: Record<string, Record<string, ColourTerm>> = Object.fromEntries(
    Object.entries(camera.colourTerms ?? {}).map(([system, ofSystem]) => [system, { ...ofSystem }]),
  )
  for (const { filter, term } of fitted) (terms[filter.system] ??= {})[filter.band] = term
  const { source, ...rest } = JSON.parse(text) as Record<string, unknown>
  return { ...rest, colourTerms: terms, source }
}

const fitJson = ({ filter: { stars: _stars, ...filter }, fit, term }: FittedFilter) => {
  const { rows: _rows, residualMag: _residual, ...numbers } = fit
  return { ...filter, term, ...numbers }
}
