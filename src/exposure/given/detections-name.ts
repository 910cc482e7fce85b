/**
 * Whether a name is that of FITS or of a catalogue as SExtractor users call it, packed or not: what a directory is
 * searched for.
 */
export const isDetectionsName = (name: string): boolean =>
  /\.(fits?|fts|cat|ldac)(\.(fz|gz))?$/i.test(name) || /\.fz$/i.test(name)
