import type { PageCodecs } from '../../formats/parquet/index.js'
import { gather } from '../../math/select.js'
import type { CatalogDescription } from '../description.js'
import { gatherIntegers } from '../gather.js'
import { ReleaseWitness } from '../release-evidence.js'
import { chooseColumns } from '../rows/column-plan.js'
import type { PositionList } from '../rows/form-stars.js'
import type { StarChunk } from '../rows/star-chunk.js'
import type { StarColumn } from '../stars.js'
import type { BuildInput } from './build-input.js'
import { readStars } from './read-input.js'

const JOINED: readonly StarColumn[] = ['raDeg', 'decDeg', 'pmRaCosDecMasYr', 'pmDecMasYr']

/**
 * Positions and proper motions by id, from files of `gaia_source` as the archive has them: for tables of Gaia that have
 * ids alone. All of them are held in memory, 40 bytes a star.
 *
 * @throws InputError if a file is damaged or unfit
 */
export async function readPositionList(
  inputs: readonly BuildInput[],
  description: CatalogDescription,
  codecs: PageCodecs,
): Promise<PositionList> {
  const choice = chooseColumns(['default'], description)
  const setup = { description, marks: [], choice, precision: 'exact' } as const
  const pieces: StarChunk[] = []
  for (const input of inputs) {
    const notes = {
      keptOut: new Map<string, number>(),
      placeholders: new Map<string, number>(),
      taken: new Set<string>(),
      witness: new ReleaseWitness([]),
      done: 0,
    }
    for await (const piece of readStars(input, setup, codecs, notes)) pieces.push(piece)
  }
  const rows = pieces.reduce((total, { rowCount }) => total + rowCount, 0)
  const ids = new BigInt64Array(rows)
  let at = 0
  for (const { sourceId, rowCount } of pieces) {
    ids.set(sourceId, at)
    at += rowCount
  }
  const order = Uint32Array.from({ length: rows }, (_, row) => row).sort((a, b) => (ids[a]! < ids[b]! ? -1 : 1))
  const columns = JOINED.filter((star) => pieces.some(({ values }) => values.has(star))).map((star) => {
    const whole = new Float64Array(rows).fill(NaN)
    let from = 0
    for (const { values, rowCount } of pieces) {
      const part = values.get(star)
      if (part !== undefined) whole.set(part, from)
      from += rowCount
    }
    return [star, gather(whole, order)] as const
  })
  return { ids: gatherIntegers(ids, order), columns: new Map(columns), file: inputs.map(({ name }) => name).join(', ') }
}
