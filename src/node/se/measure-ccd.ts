import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { memorySource } from '../../formats/bytes.js'
import { LDAC_OBJECTS, readFitsTable } from '../../formats/fits/index.js'
import { REGION_COLUMNS, regionText } from '../../products/regions.js'
import { sha256OfFile } from '../disk/file-marks.js'
import { writeFilesWhole } from '../disk/files.js'
import { measureImage } from '../programs/measure-image.js'
import type { ModelledPsf } from '../programs/model-psf.js'
import type { ReferenceNear } from '../programs/solve-astrometry.js'
import type { ProgramControl } from '../processes/run-program.js'
import type { CcdImage } from './find-images.js'
import { digestsOf, isDone, keyOf, readStages, sha256, writeStages, type StageRecord } from './stage-marker.js'

/** How the CCDs of a job are measured. */
export interface MeasureControl extends ProgramControl {
  readonly directory: string
  /** What, beside the image, decides the products: versions and settings. */
  readonly deciding: unknown
  /** Measure what is done, too. */
  readonly redo: boolean
  readonly keep: boolean
  readonly segmentation: boolean
  readonly mayLackPsf: boolean
  /** Further columns of the catalogues. */
  readonly columns?: 'desdm'
  /** Solve the astrometry by SCAMP, against the stars of a catalogue that has this hash. */
  readonly astrometry?: { readonly catalogHash: string; readonly reference: ReferenceNear }
  /** Flags of the job that have no effect, for the record. */
  readonly idleFlags: readonly string[]
}

/** Whether a CCD was measured now, or had been before. */
export interface CcdMeasured {
  readonly wasDone: boolean
  readonly notes: readonly string[]
}

/** Name of the marker of a CCD's stages: no pattern that looks for products finds it. */
export const ccdMarker = (stem: string): string => `${stem}_se.json`

/** What the marker keeps of a PSF, so that a run that was killed goes on from it. */
type PsfRecord = Omit<ModelledPsf, 'bytes'>

/**
 * The stages detect, psf and measure of one CCD: its catalogue, its PSF and its regions. A stage whose inputs, options
 * and programs are unchanged, and whose files are as it left them, is left alone.
 *
 * @throws as `measureImage`
 */
export async function measureCcd({ path, stem }: CcdImage, control: MeasureControl): Promise<CcdMeasured> {
  const { directory, deciding, redo, keep, segmentation, mayLackPsf, astrometry, idleFlags, env, signal } = control
  const image = await sha256OfFile(path)
  const { columns } = control
  const further = columns === undefined ? {} : { columns }
  const solved = astrometry ? { astrometry: astrometry.catalogHash } : {}
  const psfKey = keyOf({ stage: 'psf', image, deciding, ...solved })
  const key = keyOf({ stage: 'measure', image, deciding, segmentation, mayLackPsf, ...further, ...solved })
  const marker = ccdMarker(stem)
  let stages = redo ? {} : await readStages(directory, marker)
  if (await isDone(directory, stages['measure'], key)) return { wasDone: true, notes: [] }
  const write = (next: Record<string, StageRecord>) => writeStages(directory, marker, (stages = { ...stages, ...next }))
  const psf = await modelOf(directory, `${stem}.psf`, stages['psf'], psfKey)
  const result = await measureImage({
    ...{ image: path, workdir: directory, stem, keep, segmentation, mayLackPsf, ...further, env, signal },
    // What the marker names was of an earlier run, whatever has become of it.
    ...{ replace: redo || Object.keys(stages).length > 0, wayOut: '-O to replace it, or the file elsewhere' },
    ...(psf === undefined ? {} : { psf }),
    ...(astrometry ? { reference: astrometry.reference } : {}),
    async onPsf({ bytes, ...model }) {
      const name = `${stem}.psf`
      await writeFilesWhole(directory, [{ name, bytes }])
      await write({ psf: { key: psfKey, files: { [name]: sha256(bytes) }, result: model satisfies PsfRecord } })
    },
  })
  const names = [`${stem}_fullcat.fits`, ...(result.psf ? [`${stem}.psf`, await writeRegions(directory, stem)] : [])]
  if (segmentation) names.push(`${stem}_segmap.fits`)
  if (astrometry) names.push(`${stem}.head`)
  const { fwhmArcsec, fwhmPixels, objects, notes, model, pixelFacts } = result
  const found = result.astrometry ? { astrometry: result.astrometry } : {}
  const told = {
    objects,
    fwhmArcsec,
    fwhmPixels,
    ...(model ? { psf: model } : {}),
    ...found,
    pixelFacts,
    notes,
    idleFlags,
  }
  await write({ measure: { key, files: (await digestsOf(directory, names))!, result: told } })
  return { wasDone: false, notes }
}

/** The model that an earlier run has left, if it is the one of this image. */
async function modelOf(
  directory: string,
  name: string,
  record: StageRecord | undefined,
  key: string,
): Promise<ModelledPsf | undefined> {
  if (record === undefined || !(await isDone(directory, record, key))) return undefined
  return { bytes: await readFile(join(directory, name)), ...(record.result as PsfRecord) }
}

async function writeRegions(directory: string, stem: string): Promise<string> {
  const file = `${stem}_fullcat.fits`
  const source = memorySource(file, await readFile(join(directory, file)))
  const wanted = [...REGION_COLUMNS, 'IMAFLAGS_ISO']
  const text = regionText(await readFitsTable(source, { hdu: LDAC_OBJECTS, wanted }), file)
  const name = `${stem}_regions.reg`
  await writeFilesWhole(directory, [{ name, bytes: new TextEncoder().encode(text) }])
  return name
}
