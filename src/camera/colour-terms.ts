import { RELATION_SYSTEMS } from './photometric-systems.js'

/**
 * How far a camera's filter is from a band of a photometric system, as a straight line in a colour of the stars:
 * m = -2.5 log10(flux) + zeropoint + k (c - c0), m in the system, the zeropoint that of stars of colour c0.
 */
export interface ColourTerm {
  /** [mag per mag] */
  readonly k: number
  /** One sigma of it: a calibration takes k for known within this, and its own stars say the rest. */
  readonly kErr: number
  /** Two bands of the reference catalogue's description, the bluer first: `bp-rp`, `g-r`. */
  readonly color: string
  /** Colour at which the zeropoint holds [mag]. */
  readonly c0: number
  /** The exposures, paper or code that it comes from. */
  readonly source?: string
}

/** The colour terms of a camera: photometric system (`ps1-ab`) -> band of the camera -> term. */
export type ColourTerms = Readonly<Record<string, Readonly<Record<string, ColourTerm>>>>

const NUMBERS = ['k', 'kErr', 'c0'] as const
const FIELDS: readonly string[] = [...NUMBERS, 'color', 'source']

type Expect = (condition: boolean, field: string, expected: string) => void

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Checks the colour terms of a parsed description. */
export function checkColourTerms(
  terms: ColourTerms,
  bands: Readonly<Record<string, readonly string[]>>,
  expect: Expect,
): void {
  expect(isObject(terms), 'colourTerms', 'an object of colour terms by system and band')
  for (const [system, ofSystem] of Object.entries(terms)) {
    expect(
      (RELATION_SYSTEMS as readonly string[]).includes(system),
      `colourTerms.${system}`,
      `one of ${RELATION_SYSTEMS.join(', ')}`,
    )
    expect(isObject(ofSystem), `colourTerms.${system}`, 'an object of colour terms by band')
    for (const [band, term] of Object.entries(ofSystem)) {
      const at = `colourTerms.${system}.${band}`
      expect(isObject(term), at, `an object with ${FIELDS.slice(0, -1).join(', ')}`)
      for (const key of Object.keys(term))
        expect(FIELDS.includes(key), `${at}.${key}`, `no other field than ${FIELDS.join(', ')}`)
      for (const key of NUMBERS) expect(Number.isFinite(term[key]), `${at}.${key}`, 'a number')
      expect(term.kErr > 0, `${at}.kErr`, 'a positive number')
      expect(/^\w+-\w+$/.test(`${term.color}`), `${at}.color`, 'two bands with a minus between, as bp-rp')
      expect(term.source === undefined || typeof term.source === 'string', `${at}.source`, 'text')
      expect(
        !isOwnBand(bands, system, band),
        at,
        `no colour term, as bands.${system} says that ${band} is the system's own`,
      )
    }
  }
}

/**
 * Whether a description claims that a band of the camera is the system's own, so that there is no colour term: `bands`
 * names the system (`des-ab`). What it lists under `sdss` is made after SDSS's filters: no other camera has those.
 */
export const isOwnBand = (bands: Readonly<Record<string, readonly string[]>>, system: string, band: string): boolean =>
  system !== 'sdss' && (bands[system]?.includes(band) ?? false)
