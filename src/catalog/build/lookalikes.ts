import { InputError } from '../../errors.js'

/** Tables that look like a described catalogue but are not. */
const LOOKALIKES: readonly { readonly columns: readonly string[]; readonly sentence: string }[] = [
  {
    // LSST's converter makes AB fluxes with DR2's constants 25.7934, 25.3806, 25.1161, of DR3 too (G -7.6 mmag,
    // BP +26.6, RP +12.1).
    columns: ['coord_ra', 'coord_dec', 'phot_g_mean_flux'],
    sentence:
      "this is a shard of LSST's reference catalogues, whose Gaia fluxes were made with DR2's AB constants (25.7934, " +
      '25.3806, 25.1161), for DR3 too: take gaia_source of the archive',
  },
]

/** Throws InputError for a table that would pass for a catalogue, and has other numbers. */
export function refuseLookalike(names: readonly string[], file: string): void {
  const present = new Set(names.map((name) => name.toLowerCase()))
  const found = LOOKALIKES.find(({ columns }) => columns.every((column) => present.has(column)))
  if (found === undefined) return
  throw new InputError('other-constants', found.sentence, { file, found: found.columns.join(', ') })
}
