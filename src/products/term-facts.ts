import type { FittedTerm } from '../photometry/system/colour-term.js'

/** A colour term as headers tell it: magnitudes hold at COLREF, a star of colour c adds COLTERM (c - COLREF). */
export function termFacts(term: FittedTerm | undefined) {
  if (term === undefined) return []
  const { color, c0, k, kErr } = term
  const number = (value: number) => Number(value.toFixed(6))
  return [
    { keyword: 'COLINDEX', value: color.toUpperCase(), doc: 'colour of the term' },
    { keyword: 'COLREF', value: number(c0), kind: 'real', doc: '[mag] colour at which magnitudes hold' },
    { keyword: 'COLTERM', value: number(k), kind: 'real', doc: '[mag/mag] add COLTERM (colour - COLREF)' },
    { keyword: 'COLTERR', value: number(kErr), kind: 'real', doc: '[mag/mag] its error' },
  ] as const
}
