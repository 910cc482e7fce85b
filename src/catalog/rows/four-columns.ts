import { InputError } from '../../errors.js'
import type { ColumnPlan } from './column-plan.js'
import type { StarColumn } from '../stars.js'

/** What the columns of such a file are, in order. */
const LAYOUT = ['sourceId', 'raDeg', 'decDeg', 'mag'] as const
type Quantity = (typeof LAYOUT)[number]

const G_NAMES = 'mag|magnitude|phot_g_mean_mag|wavg_mag_psf'

/**
 * What a name must be to be taken for the quantity; anything else names another one. A small g is another survey's
 * band.
 */
const NAMES: Readonly<Record<Quantity, RegExp>> = {
  sourceId: /^(?:source|star|object|obj|match|gaia)$|(?:id|index|idx|number|num|no|name|row)$/i,
  raDeg: /^(?:ra|ra_?icrs|ra_?deg|ra_?mean|alpha(?:win)?(?:_j2000)?|right[ _]?ascension)$/i,
  decDeg: /^(?:dec|decl|dec?_?icrs|dec?_?deg|dec_?mean|delta(?:win)?(?:_j2000)?|declination)$/i,
  mag: new RegExp(`^(?:G|G_?mag|[Gg]aia_?[Gg](?:_?mag)?|Mag|${G_NAMES}|${G_NAMES.toUpperCase()})$`),
}
const EXPECTED: Readonly<Record<Quantity, string>> = {
  sourceId: 'source_id',
  raDeg: 'ra',
  decDeg: 'dec',
  mag: 'phot_g_mean_mag, Gmag, G or mag',
}

/** A name that says nothing: `col4`, `V4`, `4`, none at all. V alone is a magnitude, and F606 a filter. */
const SAYS_NOTHING = /^(?:(?:col|column|field|var|unnamed)?[ _:]*\d*|[cfv][ _:]*\d)$/i

/** Quantities of catalogues that are no position and no G, in any name. */
const OTHER_QUANTITY = /parallax|plx|pm|bp|rp|err|flux|colou?r|teff|ruwe|radial|epoch|flag/i

/**
 * The plan of a list of four columns: id, right ascension, declination and G, the layout of the original's files. A
 * list that names the four in another order goes by its names; a name of anything else is refused, because a parallax
 * or another survey's magnitude would pass as G.
 *
 * @param isOriginals a pixel file of the original, whose header may say what it likes but not another quantity
 * @throws InputError naming the column
 */
export function planFourColumns(names: readonly string[], file: string, isOriginals: boolean): ColumnPlan {
  const meanings = names.map((name, i) =>
    isOriginals && names.indexOf(name) !== names.lastIndexOf(name) ? undefined : meaningOf(name, i),
  )
  const byName = new Map(
    meanings.flatMap((meaning, i) =>
      meaning === undefined || meaning === 'other' ? [] : [[meaning, names[i]!] as const],
    ),
  )
  if (byName.size === LAYOUT.length) return plan(byName)
  for (const [i, quantity] of LAYOUT.entries()) {
    const meaning = meanings[i]
    if (meaning === undefined || meaning === quantity) continue
    if (meaning === 'other' && isOriginals && !OTHER_QUANTITY.test(names[i]!)) continue
    const sentence =
      'a list of four columns holds id, right ascension, declination and ' +
      "Gaia's G, and this column is called something else; another catalogue is named by --kind"
    throw new InputError('other-quantity', sentence, { file, line: 1, column: names[i]!, expected: EXPECTED[quantity] })
  }
  return plan(new Map(LAYOUT.map((quantity, i) => [quantity, distinctName(names, i)])))
}

/** Columns that go by position may share a name. */
export function distinctName(names: readonly string[], i: number): string {
  return names.indexOf(names[i]!) === i ? names[i]! : `${names[i]!} ${i + 1}`
}

/** Undefined for a name that says nothing. An id may be called what it likes, as long as it is none of the others. */
function meaningOf(name: string, at: number): Quantity | 'other' | undefined {
  if (SAYS_NOTHING.test(name)) return undefined
  const known = (['raDeg', 'decDeg', 'mag'] as const).find((quantity) => NAMES[quantity].test(name))
  if (known !== undefined) return known
  return at === 0 || NAMES.sourceId.test(name) ? 'sourceId' : 'other'
}

const plan = (stars: ReadonlyMap<StarColumn, string>): ColumnPlan => ({
  stars,
  errors: new Map(),
  refEpoch: undefined,
  designation: undefined,
  further: new Map(),
})
