/** The systems with filters u, g, r, i, z and Y. */
const HAS_BANDS = [
  'unnamed',
  'des',
  'sdss',
  'ps1',
  'hsc',
  'ztf',
  'megacam',
  'lsst',
  'skymapper',
  'bass',
  'mosaic',
] as const

/**
 * Whose passband a filter is. `unnamed`: a bare letter, the camera must tell. `sdss` to `mosaic`: u to Y through
 * other glass and detectors, which differ from DES's by a colour term. The rest have bands of their own.
 */
export const FILTER_SYSTEMS = [...HAS_BANDS, 'johnson-cousins', 'gunn', 'near-infrared', 'narrow', 'wide'] as const
export type FilterSystem = (typeof FILTER_SYSTEMS)[number]

/** A filter whose name is known. */
export interface NamedFilter {
  /** u, g, r, i, z or Y; for filters of another kind their own short name: `V`, `Rc`, `N964`, `clear`. */
  readonly band: string
  readonly system: FilterSystem
}

/** A way to write filters. */
interface Spelling {
  readonly system: FilterSystem
  /** Of the whole name; its group is the band. */
  readonly pattern: RegExp
  /** The band if its letter does not say it. */
  readonly bandOf: (letter: string) => string
}

const spelled = (system: FilterSystem, pattern: RegExp, bandOf: Spelling['bandOf'] = (letter) => letter): Spelling => ({
  system,
  pattern: new RegExp(`^(?:${pattern.source})$`, pattern.flags),
  bandOf,
})

/** A survey's word beside the letter, whose case means nothing then: `SDSS-I`, `sdss_i`, `i_SDSS`, `Sloan i'`. */
const surveyed = (word: string, system: FilterSystem): Spelling[] => [
  spelled(system, new RegExp(`(?:${word})[ _.:-]*([ugrizy])(?:'|p)?`, 'i')),
  spelled(system, new RegExp(`([ugrizy])'?[ _.:-]*(?:${word})`, 'i')),
]

/** Johnson's, Cousins's and Bessell's bands, `Rc` for `RC` and `R_c`. */
const capital = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1).replace('_', '').toLowerCase()}`
const JOHNSON = 'Johnson|Bess(?:ell?)?|Cousins|Kron|Landolt|Harris|(?:Nearly-)?Mould|JC|KC'

/**
 * The general table. The first that matches counts; a bare letter is judged by its case (I is Cousins's, i is not).
 * Sources: FILTER of the archives' headers, as their data handbooks list them (CFHT MegaCam, Subaru HSC,
 * LCO, KPNO Mosaic and 90Prime, Gemini GMOS, Liverpool IO:O, ESO OmegaCAM, ZTF, PS1, Rubin).
 */
const SPELLINGS: readonly Spelling[] = [
  spelled('unnamed', /([ugrizyY])/),
  // LCO: gp, rp, ip are Sloan's; zs is PS1's z. RP is Gaia's, and no name of a CCD's filter.
  spelled('sdss', /([ugriz])(?:'|′|\u2019|[pP]| prime)/),
  spelled('sdss', /(?!RP)([UGRIZ])P/),
  spelled('ps1', /(z)s/i),
  // GMOS: i_G0302.
  spelled('sdss', /([ugrizY])_G0\d{3}/),
  spelled('sdss', /([ugriz])'?_SDSS \d+_\d+/),
  ...surveyed('SDSS|Sloan', 'sdss'),
  ...surveyed('PS-?1|Pan-?STARRS-?1?', 'ps1'),
  spelled('ps1', /([grizy])_?p1/i),
  spelled('ps1', /([grizy])\.00000/),
  // HSC-R2 and HSC-I2 replaced the first r and i in 2016.
  spelled('hsc', /HSC[ _-]?([grizy])2?/i),
  ...surveyed('ZTF', 'ztf'),
  spelled('ztf', /z([gri])/),
  spelled('megacam', /([ugriz])\.?MP9\d{3}/),
  ...surveyed('LSST(?:Cam|ComCam)?|ComCam', 'lsst'),
  spelled('lsst', /([ugrizy])_\d{1,2}/),
  ...surveyed('SkyMapper', 'skymapper'),
  ...surveyed('DES', 'des'),
  // `i DECam SDSS c0003 7835.0 1470.0`: band, number, centre and width [Angstrom].
  spelled('des', /(u|g|r|i|z|Y)(?: DECam)(?: SDSS)?(?: c\d{4})?(?: [\d.]+){0,2}/),
  spelled('wide', /(VR)(?: DECam)(?: c\d{4})?(?: [\d.]+){0,2}/),
  spelled('narrow', /(N\d{3})(?: DECam)(?: c\d{4})?(?: [\d.]+){0,2}/),
  spelled('bass', /bok([gr])/i),
  // DECam's glass before other detectors: `zd DECam k1038` of Mosaic-3.
  spelled('mosaic', /([ugrizy])d(?: DECam k\d{4})?/i),
  spelled('johnson-cousins', /([UBVRI])/),
  spelled('johnson-cousins', /([RI]_?[cCjJ])/, capital),
  spelled('johnson-cousins', new RegExp(`(?:${JOHNSON})(?:[ _-]Cousins)?[ _.:-]*([UBVRI][cj]?)`, 'i'), capital),
  spelled('johnson-cousins', new RegExp(`([UBVRI])[ _.:-]*(?:${JOHNSON})(?: k\\d{4})?`, 'i'), capital),
  spelled('gunn', /Gunn[ _.:-]*([ugrizv])/i, (letter) => `Gunn ${letter}`),
  spelled('gunn', /([ugrizv])[ _.:-]*Gunn/i, (letter) => `Gunn ${letter}`),
  spelled('near-infrared', /([JHK]|Ks|K_s|Kshort)/),
  spelled('narrow', /((?:HSC-)?(?:NB?|IB)[ _-]?\d{3,4})/i),
  spelled('narrow', /(H-?(?:alpha|beta|a|b)|\[?[ONS] ?I{1,3}\]?|[OS][23]|CaHK)(?:\.MP9\d{3})?/i),
  spelled('wide', /(VR|V\+R|gri|w|wp1|white)(?:\.MP9\d{3})?/i),
  spelled('wide', /([CLco])/),
  spelled('wide', /clear|lum(?:inance)?|open|empty|air|unfiltered|no ?filter|none/i, () => 'clear'),
  spelled('wide', /(red|green|blue)/i),
]

const BANDED: readonly FilterSystem[] = HAS_BANDS

/** Bands that relations are known for in some camera. */
const BANDS = ['u', 'g', 'r', 'i', 'z', 'Y']

/** The filter of a name as people and headers write it, the whole of it; undefined if the name is not known. */
export function namedFilter(name: string): NamedFilter | undefined {
  const whole = name.trim().replace(/\s+/g, ' ')
  for (const { pattern, bandOf, system } of SPELLINGS) {
    const found = pattern.exec(whole)
    if (found === null) continue
    const band = bandOf(found[1] ?? whole)
    return { band: BANDED.includes(system) ? bandOfLetter(band) : band, system }
  }
  return undefined
}

const bandOfLetter = (letter: string): string =>
  BANDS.find((band) => band.toLowerCase() === letter.toLowerCase()) ?? letter

/** The band that a filter's name means (`SDSS i` is i, `V` is V); undefined if the name is not known. */
export const bandOfFilter = (name: string): string | undefined => namedFilter(name)?.band

/** Whether the filter is u, g, r, i, z or Y of some camera; the others have no relation. */
export const hasCommonBand = ({ system }: NamedFilter): boolean => BANDED.includes(system)
