import { readFile } from 'node:fs/promises'
import { memorySource } from '../../formats/bytes.js'
import { readFitsHeaders } from '../../formats/fits/index.js'
import { isBlissError } from '../../errors.js'
import { markedAsOurs } from '../disk/own-files.js'

/** What psfex found. */
export interface PsfFacts {
  /** Stars that the model was made from, and those that were offered. */
  readonly starsAccepted: number
  readonly starsLoaded: number
  /** Mean over the image, of a Moffat profile fitted to the model. */
  readonly fwhmPixels: number
  /** (A - B) / (A + B), mean over the image. */
  readonly ellipticity: number
  /** Step of the model's samples in pixels of the image. */
  readonly samplingPixels: number
  readonly chi2: number
}

/** A model that psfex wrote, with what its report says; or what is wrong with it. */
export type PsfModel = { readonly bytes: Uint8Array; readonly facts: PsfFacts } | { readonly fault: string }

/** Columns of psfex's report, each by its name. */
const COLUMNS = {
  starsAccepted: 'NStars_Accepted_Total',
  starsLoaded: 'NStars_Loaded_Total',
  fwhmPixels: 'FWHM_Mean',
  ellipticity: 'Ellipticity_Mean',
  samplingPixels: 'Sampling_Mean',
  chi2: 'Chi2_Mean',
} as const

/** Reads the model and the report (VOTable) that psfex has just written, and looks whether they are whole. */
export async function psfModel(modelPath: string, reportPath: string): Promise<PsfModel> {
  const [bytes, report] = await Promise.all([
    readFile(modelPath).catch(() => undefined),
    readFile(reportPath, 'utf8').catch(() => ''),
  ])
  if (bytes === undefined || bytes.length === 0) return { fault: 'no model of the PSF' }
  try {
    const hdus = await readFitsHeaders(memorySource('the model', bytes))
    if (!hdus.some(({ name }) => name === 'PSF_DATA')) return { fault: 'a model without PSF_DATA' }
    if (hdus.some(({ missingBytes }) => missingBytes > 0)) return { fault: 'a model that is cut short' }
  } catch (error) {
    if (!isBlissError(error)) throw error
    return { fault: `a model that cannot be read: ${error.message}` }
  }
  const row = fieldsRow(report)
  const entries = Object.entries(COLUMNS).map(([key, name]) => [key, row.get(name)] as const)
  const lacking = entries.find(([, value]) => value === undefined)
  if (lacking !== undefined) return { fault: `a report without ${COLUMNS[lacking[0] as keyof typeof COLUMNS]}` }
  const facts = Object.fromEntries(entries) as Record<keyof typeof COLUMNS, number>
  return { bytes: markedAsOurs(bytes), facts }
}

/** Numbers of the only row of the table PSF_Fields, by their columns. */
function fieldsRow(report: string): Map<string, number> {
  const table = /<TABLE ID="PSF_Fields"[\s\S]*?<\/TABLE>/.exec(report)?.[0] ?? ''
  const names = [...table.matchAll(/<FIELD name="([^"]+)"/g)].map(([, name]) => name!)
  const cells = [...table.matchAll(/<TD>([^<]*)<\/TD>/g)].map(([, text]) => text!)
  const values = names.map((name, k) => [name, Number(cells[k])] as const)
  return new Map(values.filter(([, value]) => Number.isFinite(value)))
}
