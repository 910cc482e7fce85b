import { exposureKey, type ExposureId, type ProductKind } from './names.js'

/** A product file by its name; `exposure` is null if the name does not say. */
export interface NamedProduct {
  readonly path: string
  readonly kind: ProductKind
  readonly exposure: ExposureId | null
  readonly ccd: number | null
}

/** The files of one exposure on one side. */
export interface ExposureFiles {
  /** null for a file that was renamed. */
  readonly id: ExposureId | null
  /** The CCD's own file, else that of the whole exposure; CCD null is the whole exposure. */
  readonly zero: ReadonlyMap<number | null, string>
  readonly catalogues: ReadonlyMap<number | null, string>
  readonly allZp: string | null
  readonly matches: ReadonlyMap<number, string>
  readonly results: ReadonlyMap<number, string>
  readonly list: string | null
}

interface FilesUnderWay {
  id: ExposureId | null
  zero: Map<number | null, string>
  catalogues: Map<number | null, string>
  allZp: string | null
  matches: Map<number, string>
  results: Map<number, string>
  list: string | null
}

/** Kinds that a comparison is about; the others only help it. */
const COMPARED: ReadonlySet<ProductKind> = new Set(['zero', 'all-zp', 'catalogue'])

/**
 * Sorts products by exposure. Of a CSV and a FITS file, or a plain and a packed one, the first in the order of
 * `preference` serves.
 */
export function filesByExposure(products: readonly NamedProduct[]): Map<string, ExposureFiles> {
  const exposures = new Map<string, FilesUnderWay>()
  const compared = new Set<string>()
  for (const { path, kind, exposure, ccd } of [...products].sort(
    (a, b) => preference(a.path) - preference(b.path) || (a.path < b.path ? -1 : 1),
  )) {
    const key = exposure === null ? '' : exposureKey(exposure)
    if (COMPARED.has(kind)) compared.add(key)
    const files = exposures.get(key) ?? {
      id: exposure,
      zero: new Map(),
      catalogues: new Map(),
      allZp: null,
      matches: new Map(),
      results: new Map(),
      list: null,
    }
    exposures.set(key, files)
    const keepFirst = <K>(map: Map<K, string>, at: K) => void (map.has(at) || map.set(at, path))
    switch (kind) {
      case 'zero':
        keepFirst(files.zero, ccd)
        break
      case 'catalogue':
        keepFirst(files.catalogues, ccd)
        break
      case 'matches':
        if (ccd !== null) keepFirst(files.matches, ccd)
        break
      case 'result':
        if (ccd !== null) keepFirst(files.results, ccd)
        break
      case 'all-zp':
        files.allZp ??= path
        break
      case 'list':
        files.list ??= path
        break
    }
  }
  for (const key of exposures.keys()) if (!compared.has(key)) exposures.delete(key)
  return exposures
}

/**
 * CSV before FITS: the original's FITS table has 16-bit numbers. Combined catalogues without a CCD before the
 * original's `00`.
 */
function preference(path: string): number {
  const plain = path.replace(/\.gz$/, '')
  return 4 * Number(plain.endsWith('.fits')) + 2 * Number(/_0+_r[^/]*$/.test(plain)) + Number(path !== plain)
}

/** Exposures to compare, and those of one side. */
export interface ExposurePairs {
  readonly both: readonly { readonly id: ExposureId | null; readonly old: ExposureFiles; readonly new: ExposureFiles }[]
  readonly unpaired: readonly (ExposureId & { readonly in: 'old' | 'new' })[]
}

/** Exposures of two directories, ascending. */
export function pairExposures(
  old: ReadonlyMap<string, ExposureFiles>,
  after: ReadonlyMap<string, ExposureFiles>,
): ExposurePairs {
  const both = [...old].flatMap(([key, files]) =>
    after.has(key) ? [{ id: files.id!, old: files, new: after.get(key)! }] : [],
  )
  const only = (side: 'old' | 'new', here: typeof old, there: typeof old) =>
    [...here].flatMap(([key, { id }]) => (there.has(key) ? [] : [{ ...id!, in: side }]))
  const byNumber = (a: ExposureId, b: ExposureId) => a.expnum - b.expnum || (exposureKey(a) < exposureKey(b) ? -1 : 1)
  return {
    both: both.sort((a, b) => byNumber(a.id, b.id)),
    unpaired: [...only('old', old, after), ...only('new', after, old)].sort(byNumber),
  }
}
