// Relations to photometric systems beside DES's: fitted to SDSS and PS1 magnitudes of the same stars, taken from DPAC's
// documentation for Johnson-Cousins, and none for Gaia's own.
import { readFileSync } from 'node:fs'
import { dustTerm, DUST_COLOURS, dustTermOf } from './dust.mjs'
import { FAINT_AT_MAG, fit, PIVOT, residualsOf, SCATTER_COLOURS } from './fit.mjs'
import { EXCESS_LIMITS, LOCUS, SELECTION, starsOf, tileRows } from './rows.mjs'
import { judged, line } from './tables.mjs'

/** Parts of the sky that are left out in turn: stripes of cells of 0.15 deg. */
const PARTS = 5
const partOf = ({ ra, dec }) => (((Math.floor(ra / 0.15) + 2 * Math.floor(dec / 0.15)) % PARTS) + PARTS) % PARTS

const STARS = '13 < G < 19.5, BP < 20, excess and locus cuts'
const FIT = "own fit (scripts/fit-relations.mjs) with the weights of a zeropoint's fit to"
const RA180 = 'one sky tile (RA 179.7 Dec 18.6)'

/**
 * SDSS: a cubic, in g of stars up to BP - RP 2, beyond which dwarfs leave giants by 0.4 mag. One tile of some 90 stars:
 * what other skies show of it is not known, hence the least errors.
 */
const SDSS = {
  tiles: [229670],
  bands: { g: { degree: 3, colour: [0.5, 2] }, r: { degree: 3 }, i: { degree: 3 }, z: { degree: 3 } },
  leastErrMag: { g: 0.02, r: 0.015, i: 0.015, z: 0.015 },
  source: (count) => `${FIT} ${count} stars with SDSS DR16 standard magnitudes in ${RA180}, ${STARS}`,
}

const QUINTIC = { degree: 5 }
const WITH_FAINT_TERM = { degree: 5, second: true, faint: 'rp' }

/**
 * PS1 is up to 27 mmag from linear between 13 and 18 mag, which is part of its system. With the second colour and the
 * faint term, as in the relations to DES, the levels of two tiles
 * differ by 6 mmag in z and 1 in Y, without them by 16 and 25
 */
const ps1 = (tiles, where, blue = QUINTIC) => ({
  tiles,
  bands: { g: blue, r: blue, i: WITH_FAINT_TERM, z: WITH_FAINT_TERM, Y: WITH_FAINT_TERM },
  leastErrMag: { g: 0.012, r: 0.012, i: 0.012, z: 0.012, Y: 0.015 },
  source: (count) => `${FIT} ${count} stars with PS1 mean PSF magnitudes in ${where}, ${STARS}`,
})

const FITTED = {
  gaia_dr3: { sdss: SDSS, 'ps1-ab': ps1([147267, 229670], 'two sky tiles (RA 45 Dec -26.5, RA 179.7 Dec 18.6)') },
  gaia_dr2: { 'ps1-ab': ps1([189584], 'one sky tile (RA 320.9 Dec -0.4)', { degree: 5, faint: 'bp' }) },
}

/**
 * G - m of Gaia DR3 (DPAC, Gaia DR3 documentation 5.5.1) as coefficients of BP - RP, with its stated sigma. Within BP -
 * RP 0.5 to 2 they agree with Lupton's relations from SDSS magnitudes to the errors here (V +6 to -3, R +17 to -25, I
 * -15 to +3 mmag by colour); beyond, dwarfs leave them. A_m per E(B-V): CCM, R_V 3.1.
 */
const DPAC = {
  V: { minus: [-0.02704, 0.01424, -0.2156, 0.01426], sigma: 0.0302, errMag: 0.015, perEbv: 3.1 },
  R: { minus: [-0.02275, 0.3961, -0.1243, -0.01396, 0.003775], sigma: 0.0317, errMag: 0.025, perEbv: 2.5 },
  I: { minus: [0.01753, 0.76, -0.0991], sigma: 0.0377, errMag: 0.02, perEbv: 1.8 },
}
const JOHNSON_COLOURS = [0.5, 2]

const NO_U = 'u lies blueward of what BP constrains; XP (gaia_dr3_gspc), SkyMapper and SDSS give it with its error'
const REFUSED = {
  sdss: { u: NO_U },
  'ps1-ab': { u: 'PS1 has no u' },
  'johnson-cousins-vega': {
    U: NO_U,
    B: 'no relation from BP and RP to B is published with DR3: dwarfs and giants differ; gaia_dr3_gspc has B',
  },
}

/** The `systems` of a release's description, and the tables as lines of text. */
export function fittedSystems(directory, release) {
  const lines = []
  const fitted = Object.entries(FITTED[release]).map(([system, config]) => {
    const rows = config.tiles.map((tile) => tileRows(directory, tile))
    const relations = Object.entries(config.bands).map(([band, form]) => {
      lines.push(`\n${release} to ${system} ${band}`)
      return [band, fittedBand(rows, release, system, band, form, config, lines)]
    })
    return [system, { relations: Object.fromEntries(relations), refused: REFUSED[system] }]
  })
  const johnson = { relations: johnsonRelations(release), refused: REFUSED['johnson-cousins-vega'] }
  const systems = {
    ...Object.fromEntries(fitted),
    ...(release === 'gaia_dr3' ? { 'johnson-cousins-vega': johnson } : {}),
    'gaia-vega': { relations: ownRelations(release), refused: {} },
  }
  return { systems, lines }
}

function fittedBand(rows, release, system, band, form, { tiles, leastErrMag, source }, lines) {
  const { colour = SELECTION.colour, ...terms } = form
  const groups = rows.map((all) => starsOf(all, band, { system, colour }))
  const found = fit(groups, terms)
  tiles.forEach((tile, t) => lines.push(line(`${tile}`, judged(groups[t], found))))
  const parts = Array.from({ length: PARTS }, (_, part) => part)
  const unseen = parts.flatMap((part) => {
    const others = groups.map((stars) => stars.filter((star) => partOf(star) !== part))
    const fold = fit(others, terms, found)
    return residualsOf(
      groups.flat().filter((star) => partOf(star) === part),
      fold,
    )
  })
  lines.push(`  stars left out in turn ${tableOf(unseen)}`)
  const skies =
    tiles.length === 1
      ? []
      : tiles.map((_, t) =>
          judged(
            groups[t],
            fit(
              groups.filter((_, k) => k !== t),
              terms,
            ),
          ),
        )
  skies.forEach((sky, t) => lines.push(line(`${tiles[t]}, fit to other`, sky)))
  const beyond = ({ level, err }) => Math.sqrt(Math.max(0, level ** 2 - err ** 2))
  const bins = groups.flatMap((stars) => Object.values(judged(stars, found).bins).flat()).filter((bin) => bin !== null)
  const stated = Math.max(leastErrMag[band], ...bins.map(beyond), ...skies.map(beyond))
  const k = found.k.map((v) => Number(v.toFixed(5)))
  const second = terms.second ? k[terms.degree + 1] : undefined
  const least = scatterToDes(release, band)
  return {
    ...relationTo(release, k.slice(0, terms.degree + 1), PIVOT, colour),
    ...(second === undefined ? {} : { secondColour: { coefficient: second, slope: LOCUS.slope, shift: LOCUS.shift } }),
    ...(terms.faint ? { faintTerm: { of: terms.faint, coefficient: k.at(-1), atMag: FAINT_AT_MAG } } : {}),
    ...(colour === SELECTION.colour ? {} : { sharpRange: true }),
    scatter: {
      colour: SCATTER_COLOURS,
      sigmaMag: found.scatter.map((s, j) => Number(Math.max(s, least[j]).toFixed(4))),
    },
    systematicErrMag: Math.ceil(1000 * stated - 1e-6) / 1000,
    systematicPerEbv: { bpRp: DUST_COLOURS, magPerEbv: dustTerm(band, second) },
    source: source(groups.flat().length),
  }
}

/** Errors of SDSS and PS1 hide what stars scatter by about a relation: no less than about that to DES's like band. */
function scatterToDes(release, band) {
  const path = new URL(`../../catalogs/${release}.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')).relations[band].scatter.sigmaMag
}

function tableOf(residuals) {
  const values = residuals.map(({ r }) => 1000 * r).sort((a, b) => a - b)
  const middle = (list) => list[list.length >> 1]
  const centre = middle(values)
  const scatter = 1.4826 * middle(values.map((v) => Math.abs(v - centre)).sort((a, b) => a - b))
  return `median ${centre.toFixed(1)} scatter ${scatter.toFixed(0)} n ${values.length}`
}

const relationTo = (release, coefficients, pivot, colourRange) => ({
  fittedTo: { release, magnitudeState: 'as published' },
  colour: 'bp-rp',
  curve: 'polynomial',
  pivot,
  coefficients,
  colourRange,
  grade: 'lower',
  magRange: SELECTION.g,
  excessLimits: EXCESS_LIMITS,
  locus: LOCUS,
})

function johnsonRelations(release) {
  return Object.fromEntries(
    Object.entries(DPAC).map(([band, { minus, sigma, errMag, perEbv }]) => [
      band,
      {
        ...relationTo(
          release,
          minus.map((k) => 0 - k),
          0,
          JOHNSON_COLOURS,
        ),
        sharpRange: true,
        scatter: { colour: [1], sigmaMag: [sigma] },
        systematicErrMag: errMag,
        systematicPerEbv: {
          bpRp: DUST_COLOURS,
          magPerEbv: dustTermOf(
            (x) => minus.reduce((sum, k, n) => sum - (n === 0 ? 0 : n * k * x ** (n - 1)), 0),
            perEbv,
          ),
        },
        source:
          'DPAC, Gaia DR3 documentation 5.5.1 (G minus the band, its stated sigma as scatter); the error is how far ' +
          "Lupton's relations from SDSS magnitudes lie from it by colour on 87 stars; dust term for dwarfs, CCM, R_V 3.1",
      },
    ]),
  )
}

/** Gaia's own bands, as published. */
function ownRelations(release) {
  const of = (base) => ({
    ...relationTo(release, [0], 0, [0.3, 2.5]),
    base,
    scatter: { colour: [1], sigmaMag: [0.008] },
    systematicErrMag: release === 'gaia_dr2' ? 0.01 : 0.005,
    grade: 'full',
    source:
      "the catalogue's own magnitude; its uniformity: Riello et al. 2021 (DR3), Evans et al. 2018 (DR2); stars repeat to 8 mmag",
  })
  return { G: of('G'), bp: of('bp'), rp: of('rp') }
}
