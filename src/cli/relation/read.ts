import { CommandError } from '../../errors.js'
import { parseDecimal } from '../../formats/decimal.js'
import { pairedCatalogs, type PairedCatalogs } from '../../node/relation/paired-catalogs.js'
import { namedCatalog } from '../calibrate/choose-catalog.js'
import type { Values } from '../options/option.js'
import type { Io } from '../terminal/io.js'
import type { CHECK_OPTIONS } from './options.js'

type Catalogs = Pick<
  Values<typeof CHECK_OPTIONS>,
  'reference' | 'truth' | 'kind' | 'truthKind' | 'system' | 'band' | 'quiet'
>

/** Both catalogues as the options name them. */
export function readCatalogs(options: Catalogs, io: Io): Promise<PairedCatalogs> {
  const { reference, truth, kind, truthKind, system, band, quiet } = options
  const bands = band === undefined ? undefined : wordsOf(band)
  if (bands?.length === 0) throw new CommandError('bad-option', '--band names no band', { option: '--band' })
  return pairedCatalogs({
    ...{ reference, truth, system },
    ...(kind === undefined ? {} : { kind }),
    ...(truthKind === undefined ? {} : { truthKind }),
    ...(bands === undefined ? {} : { bands }),
    locate: (named) => namedCatalog(named, io.env, quiet ? undefined : (text) => io.err(text)),
  })
}

/** Words with commas between. */
export const wordsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ),
]

/** `LOW,HIGH`: two numbers, the lower first. */
export function rangeOf(text: string | undefined, option: string): readonly [number, number] | undefined {
  if (text === undefined) return undefined
  const [low, high, ...more] = text.split(',').map((word) => parseDecimal(word.trim()))
  if (low !== undefined && high !== undefined && more.length === 0 && low < high) return [low, high]
  throw new CommandError('bad-option', `${option} must be two numbers, the lower first`, {
    option,
    found: text,
    expected: 'LOW,HIGH, as 0.5,3',
  })
}
