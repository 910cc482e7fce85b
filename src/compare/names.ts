/** Which product a file is: `catalogue` is a calibrated one, `D*_ZP.csv` or `.fits`. */
export type ProductKind = 'zero' | 'all-zp' | 'catalogue' | 'matches' | 'result' | 'list'

/** What a product's name says. */
interface ProductName {
  readonly kind: ProductKind
  readonly exposure: ExposureId
  /** null for a product of the whole exposure: no CCD in the name, or the original's `00`. */
  readonly ccd: number | null
}

/** An exposure and its processing, as the parts of a product's name. */
export interface ExposureId {
  readonly expnum: number
  readonly reqnum: string
  readonly attnum: string
}

/** The same of a compared pair: null if the files do not say. */
export interface KnownExposure {
  readonly expnum: number | null
  readonly reqnum: string | null
  readonly attnum: string | null
}

export const UNKNOWN_EXPOSURE: KnownExposure = { expnum: null, reqnum: null, attnum: null }

const COMPRESSED = /\.gz$/
const PATTERNS: readonly (readonly [ProductKind, RegExp])[] = [
  ['zero', /^Zero_D(?<e>\d+)_(?<c>\d+)_r(?<r>.+)p(?<a>\d+)\.csv$/],
  ['all-zp', /^allZP_D(?<e>\d+)_r(?<r>.+)p(?<a>\d+)\.csv$/],
  ['catalogue', /^D(?<e>\d+)_(?:(?<c>\d+)_)?r(?<r>.+)p(?<a>\d+)_ZP\.(?:csv|fits)$/],
  ['matches', /^matches_D(?<e>\d+)_(?<c>\d+)_r(?<r>.+)p(?<a>\d+)\.parquet$/],
  ['result', /^zeropoint_D(?<e>\d+)_(?:(?<c>\d+)_)?r(?<r>.+)p(?<a>\d+)\.json$/],
  ['list', /^D(?<e>\d+)_r(?<r>.+)p(?<a>\d+)_red_catlist\.csv$/],
]

/** Reads a file name, with or without `.gz`; undefined for names of no product. */
export function parseProductName(fileName: string): ProductName | undefined {
  const plain = fileName.replace(COMPRESSED, '')
  for (const [kind, pattern] of PATTERNS) {
    const parts = pattern.exec(plain)?.groups
    if (parts === undefined) continue
    const exposure = { expnum: Number(parts['e']), reqnum: parts['r']!, attnum: parts['a']! }
    return { kind, exposure, ccd: Number(parts['c'] ?? 0) || null }
  }
  return undefined
}

/** Band and CCD of a FILENAME such as `D00668439_i_28_r4p5_fullcat.fits`; undefined if it is not built like that. */
export function parseCatalogueFileName(fileName: string): { readonly band: string; readonly ccd: number } | undefined {
  const parts = /^D\d+_([^_]+)_(\d+)_/.exec(fileName)
  return parts ? { band: parts[1]!, ccd: Number(parts[2]) } : undefined
}

/** The same text for the same exposure however the numbers are padded. */
export function exposureKey({ expnum, reqnum, attnum }: KnownExposure): string {
  if (expnum === null || reqnum === null) return 'the two files'
  return `${expnum} r${/^\d+$/.test(reqnum) ? Number(reqnum) : reqnum}p${Number(attnum)}`
}
