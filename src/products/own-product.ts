import { BLOCK_BYTES, CARD_BYTES } from '../formats/fits/card.js'
import { CALIBRATED_COLUMNS } from './calibrated-catalogue.js'
import { isOurText } from './own-text.js'
import { PROGRAM_KEYWORD } from './zeropoint-cards.js'

/** The ends of a file: enough of it to tell who wrote it. */
export interface FileEnds {
  readonly head: Uint8Array
  readonly tail: Uint8Array
}

/** Beginning of the name that products give as their maker's. */
export const CREATOR = 'bliss-calib'
/** The keyword of the mark in FITS headers. */
export const CREATOR_KEYWORD = 'CREATOR'
/** The element of a page that names its maker. */
export const PAGE_MARK = `<meta name="generator" content="${CREATOR}">`
/** The text chunk of a PNG that names its maker: keyword, NUL, text (PNG, 11.3.4.3). */
export const PNG_MARK = `Software\0${CREATOR}`

/** The corners of a CCD as the job lists them: exposure, letter of the band, CCD, four positions of five decimals. */
const CORNER_LINE = /^ *\d+ {3}\w {3}[ \d]\d(?: {2} *-?\d+\.\d{5} +-?\d+\.\d{5}){4}$/

/**
 * First lines of the products whose bytes may not change, because pipelines read them by position: the calibrated
 * catalogue (also of a CCD, without ID), `Zero_`, `allZP_`, the tables of the original's matches and merges, the
 * failures of a batch, the star lists.
 */
const FIRST_LINES: readonly (string | RegExp)[] = [
  CALIBRATED_COLUMNS.join(','),
  CALIBRATED_COLUMNS.slice(1).join(','),
  /^FILENAME,Nall,Nclipped,ZP,ZPrms,magType(?:,system,catalog,relation,systematicErr,outcome(?:,tieErr,anchor.*)?)?$/,
  /^EXPNUM,REQNUM,ATTNUM,NumStarsAll,NumStarsClipped,sigclipZP,stdsigclipzp(?:,system,catalog,scope)?$/,
  'MATCHID,RA,DEC,WAVG_MAG_PSF',
  'OBJECT_NUMBER,RA,DEC,MAG,MAGERR,ZEROPOINT,MAGTYPE,BAND',
  /^MATCHID,MATCHID_1,RA_1,DEC_1,WAVG_MAG_PSF_1,OBJECT_NUMBER_2,/,
  'FILENAME,EXPNUM,CCDNUM,NewZP,NewZPrms,NewZPFlag',
  /,NewZP,NewZPrms,NewZPFlag1,DiffZP,NewZPFlag2,Percent1,NewZPFlag3,NewZPFlag,DiffZP1$/,
  'list,directory,expnum,ccd,exit_code,reason',
  CORNER_LINE,
  '# ASSOC format for Sextractor input.',
  /^Photometric zeropoints were determined with bliss-calib /,
  '@software{bliss-calib,',
]

/** Our JSON begins with its schema and the exposure, or the tie; our SVG is a figure with the style of the report. */
const JSON_RESULT = /^\{\s*"schema": ?\d+,\s*"(?:exposure": ?\{|tie": ?")/
/** The truth of a simulation, and the plan of a grid, stand for the trees of files that they are written with. */
const TRUTH = /^\{\s*"convention": "mag = -2\.5 log10\(FLUX_PSF\) \+ zeropoint, in the observed band;/
const GRID_PLAN = /^\{"schema":\d+,"version":"[^"]*","catalogHash":/
const SVG_FIGURE = /^<svg [^>]*class="figure"[^>]*>[\s\S]{0,500}?<style>\.figure\{/

/** Whether a file is of this program: by the mark that it carries, or by a first line that is a product's. */
export function isOwnProduct({ head, tail }: FileEnds): boolean {
  const text = latin1(head)
  if (text.startsWith('SIMPLE')) return isOwnFits(text)
  if (text.startsWith('PAR1')) return latin1(tail).includes(`${CREATOR} version `)
  if (text.startsWith('\x89PNG')) return text.slice(0, 200).includes(PNG_MARK)
  if (/^<!doctype html>/i.test(text)) return text.includes(PAGE_MARK)
  if (text.startsWith('<svg')) return SVG_FIGURE.test(text)
  if (text.startsWith('{')) return [JSON_RESULT, TRUTH, GRID_PLAN].some((own) => own.test(text))
  const [line] = text.split('\n', 1) as [string]
  return FIRST_LINES.some((own) => (typeof own === 'string' ? line === own : own.test(line))) || isOurText(text)
}

/** By a card of the first two headers; the original's calibrated catalogue, which has none, by its columns. */
function isOwnFits(text: string): boolean {
  const columns: string[] = []
  for (const card of firstCards(text)) {
    const keyword = card.slice(0, 8).trimEnd()
    if ((keyword === CREATOR_KEYWORD || keyword === PROGRAM_KEYWORD) && card.includes(`'${CREATOR}`)) return true
    if (/^TTYPE\d+$/.test(keyword)) columns[Number(keyword.slice(5)) - 1] = /'([^']*)'/.exec(card)?.[1]?.trim() ?? ''
  }
  return columns.join() === CALIBRATED_COLUMNS.join()
}

/** Cards of the primary header, and of the one after it if no data lie between. */
function* firstCards(text: string): Generator<string> {
  let at = 0
  for (let hdu = 0; hdu < 2; hdu++) {
    let hasData = false
    for (; at + CARD_BYTES <= text.length; at += CARD_BYTES) {
      const card = text.slice(at, at + CARD_BYTES)
      if (card.startsWith('END     ')) break
      if (card.startsWith('NAXIS   =')) hasData = Number.parseInt(card.slice(10)) !== 0
      yield card
    }
    if (hasData) return
    at = Math.ceil((at + CARD_BYTES) / BLOCK_BYTES) * BLOCK_BYTES
  }
}

const latin1 = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
