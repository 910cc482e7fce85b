/**
 * Where `--legacy` departs from the original on purpose: the original destroys something there, or stops half way. One
 * test each.
 */
export const DIFFERENCES = [
  {
    tag: 'exact-ids',
    sentence:
      'Gaia identifiers are printed in full; the original rounds them to 53 bits, so that neighbours above 2^62 merge.',
  },
  {
    tag: 'wide-integers',
    sentence:
      'EXPNUM, NUMBER and IMAFLAGS_ISO have 32 bits in the FITS table; the ' +
      'original wraps them at 16 (668439 becomes 13079).',
  },
  {
    tag: 'exact-decimals',
    sentence:
      'Decimal text is read to the nearest double; pandas may miss it by one ' +
      'unit of the last place (at most 5.7e-14 deg).',
  },
  {
    tag: 'intended-clip',
    sentence:
      'The clip is the intended one of astropy 0.4; with astropy 1.0 or later ' +
      'the original gives every CCD ZP -999 and exit 0.',
  },
  {
    tag: 'other-mag-types',
    sentence: 'A magType other than mag_psf works; the original stops because it does not read FLUX_PSF for its cut.',
  },
  {
    tag: 'vector-fluxes',
    sentence: 'mag_aper_8 also takes element 8 of a FLUX_APER vector; the original knows only a column of that name.',
  },
  {
    tag: 'foreign-files',
    sentence:
      'Only files of the list are read and only files of the run are written; the original deletes every ' +
      '*Obj.csv of the directory and reads whatever *Obj.csv it then finds.',
  },
  {
    tag: 'stale-files',
    sentence: 'A *_match.csv or *_Obj.csv of an earlier run is never used, nor one of a run at the same time.',
  },
  {
    tag: 'whole-set',
    sentence:
      'Where the original stops half way (a file or column of any CCD of the list is ' +
      'missing) there are exit code 1, a message and no files.',
  },
  {
    tag: 'nan-position',
    sentence:
      'A selected star without a position is exit code 1, a message and no files; the ' +
      'original writes Zero, Merged and Obj first and then stops.',
  },
  {
    tag: 'missing-pixel',
    sentence:
      'A CCD that the catalogue does not cover is exit code 1 and a message that names it; the original ' +
      'stops with a Python traceback, also for want of a pixel beside the CCD.',
  },
  {
    tag: 'padded-list',
    sentence:
      'A list whose name pads the attempt number (p05) is found, and the ' +
      'outputs carry its text; the original looks for p5 only.',
  },
  { tag: 'verbose', sentence: '--verbose writes no plot; the original stops in the plot with exit code 1.' },
] as const satisfies readonly { readonly tag: string; readonly sentence: string }[]

export type DifferenceTag = (typeof DIFFERENCES)[number]['tag']
