import type { Column } from '../table/columns.js'
import type { CatalogDescription } from './description.js'

/** One statement of an input on its release. */
export interface ReleaseEvidence {
  /** Name of the description; null for a release that none describes. */
  readonly release: string | null
  /** The column that says so, or `the comments`, `the layout` and the like. */
  readonly by: string
  readonly found: string | number
  /** The layout alone, not the content. */
  readonly isLayout?: true
}

/** What tells the rows of one release from those of others. */
export type ReleaseMarks = Pick<CatalogDescription, 'name' | 'epochYr' | 'identity'>

/** Half a day of Julian years: `ref_epoch` is a float32 in some files. */
const EPOCH_TOLERANCE_YR = 0.002

/** Columns of designations such as `Gaia DR3 5853498713190525696`: the archive's name, then VizieR's. */
const DESIGNATION_COLUMNS = ['designation', 'dr3name', 'edr3name', 'dr2name']

/** Epoch of positions in the headers of astroquery (ECSV) and in VizieR's descriptions of columns. */
const EPOCH_OF_POSITIONS = /(?:CoosysEpoch:\s*['"]?|\bEp=)J?(\d{4}(?:\.\d+)?)/gi

/** VizieR's table of Gaia DR1, which no description is of: its magnitudes are another system. */
const TABLE_OF_DR1 = 'I/337'

/** Texts for a missing value. */
const MISSING = new Set(['', 'null', 'nan', '--', 'none', 'n/a'])

/** The columns of a file that say of which release a row is. */
export function releaseColumns(names: readonly string[]): { refEpoch?: string; designation?: string } {
  const find = (wanted: string) => names.find((name) => name.toLowerCase() === wanted)
  const refEpoch = find('ref_epoch')
  const designation = DESIGNATION_COLUMNS.map(find).find((name) => name !== undefined)
  return { ...(refEpoch === undefined ? {} : { refEpoch }), ...(designation === undefined ? {} : { designation }) }
}

/**
 * Gathers what one input says of its release: the epochs of its rows, their designations, columns that only one release
 * has (Gaia archive, data models of DR2 and DR3), and names of tables in its comments. EDR3 counts as DR3, whose
 * astrometry and photometry are the same.
 */
export class ReleaseWitness {
  /** What helps to answer if nothing is told. */
  hint: string | undefined
  private readonly told = new Map<string, ReleaseEvidence>()

  constructor(private readonly marks: readonly ReleaseMarks[]) {}

  get evidence(): ReleaseEvidence[] {
    return [...this.told.values()]
  }

  /** @param isVizier whether the names are VizieR's */
  columns(names: readonly string[], isVizier = false): void {
    if (isVizier) this.hint = "VizieR's I/345 is gaia_dr2, its I/350 and I/355 are gaia_dr3"
    const present = new Map(names.map((name) => [name.toLowerCase(), name]))
    for (const { name: release, identity } of this.marks) {
      const only = identity?.onlyColumns.find((column) => present.has(column.toLowerCase()))
      if (only !== undefined)
        this.say({ release, by: present.get(only.toLowerCase())!, found: `a column of ${release} alone` })
    }
  }

  /** Comments of a file, or the name of its table; nothing is taken from comments that speak of several releases. */
  comments(text: string): void {
    const named = this.marks.flatMap(({ name: release, identity }) => {
      const table = identity?.tables.find((candidate) => tablePattern(candidate).test(text))
      return table === undefined ? [] : [{ release, by: 'the comments', found: table }]
    })
    const epochs = [...text.matchAll(EPOCH_OF_POSITIONS)].flatMap(([, year]) => {
      const marked = this.ofEpoch(Number(year))
      return marked === undefined ? [] : [{ release: marked.name, by: 'the comments', found: `epoch ${year}` }]
    })
    const others = tablePattern(TABLE_OF_DR1).test(text)
      ? [{ release: null, by: 'the comments', found: TABLE_OF_DR1 }]
      : []
    const all = [...named, ...epochs, ...others]
    if (new Set(all.map(({ release }) => release)).size === 1) this.say(all[0]!)
  }

  /** The original's pixel files: it reads Gaia DR2 alone, and its files have no column that could say so. */
  originalLayout(): void {
    const marked = this.marks.find(({ identity }) => identity?.isOriginals === true)
    if (marked !== undefined)
      this.say({
        release: marked.name,
        by: 'the layout',
        found: "a pixel file of the original's store",
        isLayout: true,
      })
  }

  /** Values of `ref_epoch`, in Julian years, numbers or text. */
  epochs(column: Column): void {
    let last: unknown
    for (const value of column.values) {
      if (value === last) continue
      last = value
      const epochYr = typeof value === 'string' ? yearOf(value) : Number(value)
      if (epochYr === undefined || Number.isNaN(epochYr) || value === column.nullValue) continue
      this.say({
        release: this.ofEpoch(epochYr)?.name ?? null,
        by: column.name,
        found: typeof value === 'string' ? value : epochYr,
      })
    }
  }

  /** Values of a column of designations. */
  designations(column: Column): void {
    if (column.type !== 'string') return
    let last: string | undefined
    for (const text of column.values) {
      if (last !== undefined && text.startsWith(last)) continue
      const release = /^\s*Gaia\s+(E?DR\d+)\b\s*/i.exec(text)
      if (release === null) continue
      last = release[0]
      const label = `Gaia ${release[1]!.toUpperCase()}`
      const marked = this.marks.find(({ identity }) => identity?.designations.includes(label))
      this.say({ release: marked?.name ?? null, by: column.name, found: label })
    }
  }

  private ofEpoch(yr: number): ReleaseMarks | undefined {
    return this.marks.find(({ epochYr }) => Math.abs(epochYr - yr) < EPOCH_TOLERANCE_YR)
  }

  private say(evidence: ReleaseEvidence): void {
    const key = `${evidence.release} ${evidence.by}`
    if (!this.told.has(key)) this.told.set(key, evidence)
  }
}

/** A Julian year as text, `2016.0` or `J2016.0`; undefined for a missing value, -1 for what is none. */
function yearOf(text: string): number | undefined {
  if (MISSING.has(text.trim().toLowerCase())) return undefined
  return Number(/^\s*J?\s*(\d{4}(?:\.\d*)?)\s*$/i.exec(text)?.[1] ?? -1)
}

/** A name of a table on its own, `I/355` also written `I_355`. */
function tablePattern(name: string): RegExp {
  return new RegExp(`(?<![\\w./])${name.replaceAll('.', '\\.').replaceAll('/', '[/_]')}(?!\\d)`, 'i')
}
