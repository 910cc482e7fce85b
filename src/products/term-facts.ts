import type { FittedTerm } from '../photometry/system/colour-term.js'

const number = (value: number) => Number(value.toFixed(6))

/** The colour at which magnitudes hold. It stays the same if the CCDs of the exposure are solved together. */
export function colourFacts(term: FittedTerm | undefined) {
  if (term === undefined) return []
  return [
    { keyword: 'COLINDEX', value: term.color.toUpperCase(), doc: 'colour of the term' },
    { keyword: 'COLREF', value: number(term.c0), kind: 'real', doc: '[mag] colour at which magnitudes hold' },
  ] as const
}

/** A colour term as headers tell it: magnitudes hold at COLREF, a star of colour c adds COLTERM (c - COLREF). */
export function termFacts(term: FittedTerm | undefined) {
  if (term === undefined) return []
  return [
    ...colourFacts(term),
    { keyword: 'COLTERM', value: number(term.k), kind: 'real', doc: '[mag/mag] add COLTERM (colour - COLREF)' },
    { keyword: 'COLTERR', value: number(term.kErr), kind: 'real', doc: '[mag/mag] its error' },
  ] as const
}
