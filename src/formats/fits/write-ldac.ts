import type { Table } from '../../table/columns.js'
import { CARD_BYTES } from './card.js'
import { cardText, type FitsCardInput } from './card-text.js'
import { FIELD_HEADER_CARD, LDAC_IMHEAD, LDAC_OBJECTS } from './ldac.js'
import { writeFitsTables } from './write-table.js'

/**
 * A FITS_LDAC catalogue as SExtractor writes it: the image's header as cards in LDAC_IMHEAD, the detections in
 * LDAC_OBJECTS. `imageCards` are those of the whole image header, SIMPLE first; END is added.
 */
export function writeFitsLdac({
  imageCards,
  objects,
  primaryCards,
}: {
  readonly imageCards: readonly FitsCardInput[]
  readonly objects: Table
  readonly primaryCards?: readonly FitsCardInput[]
}): Uint8Array {
  const text = imageCards.map(cardText).join('') + 'END'
  const cards = text.match(new RegExp(`.{1,${CARD_BYTES}}`, 'g'))!
  const imageHeader: Table = {
    rowCount: 1,
    columns: [{ name: FIELD_HEADER_CARD, type: 'string', values: cards, width: cards.length }],
  }
  return writeFitsTables(
    [
      { table: imageHeader, extname: LDAC_IMHEAD, stringLengths: { [FIELD_HEADER_CARD]: CARD_BYTES } },
      { table: objects, extname: LDAC_OBJECTS },
    ],
    primaryCards,
  )
}
