// One release: every band fitted, judged on each tile, on tiles left out, on halves of a tile and on other skies.
import { dustTerm, DUST_COLOURS } from './dust.mjs'
import { FAINT_AT_MAG, fit, PIVOT, SCATTER_COLOURS } from './fit.mjs'
import { halvesOf } from './halves.mjs'
import { RELEASES } from './releases.mjs'
import { BANDS, EXCESS_LIMITS, LOCUS, SELECTION, starsOf, tileRows } from './rows.mjs'
import { judged, line, mmag } from './tables.mjs'

/** The relations of a release's description, and the tables as lines of text. */
export function fittedRelease(directory, release) {
  const { tiles, otherSkies } = RELEASES[release]
  const rows = new Map([...tiles, ...otherSkies].map((tile) => [tile, tileRows(directory, tile)]))
  const fitted = BANDS.map((band) => [band, fittedBand(rows, release, band)])
  return {
    relations: Object.fromEntries(fitted.map(([band, { relation }]) => [band, relation])),
    lines: [`\n${release}`, ...fitted.flatMap(([, { lines }]) => lines)],
  }
}

function fittedBand(rows, release, band) {
  const { tiles, otherSkies, forms } = RELEASES[release]
  const stars = new Map([...rows].map(([tile, all]) => [tile, starsOf(all, band)]))
  const groups = tiles.map((tile) => stars.get(tile))
  const form = forms[band]
  const found = fit(groups, form)
  const numbers = [found.k.map((v) => v.toFixed(4)), found.scatter.map((s) => (1000 * s).toFixed(1))].map((list) =>
    list.join(' '),
  )
  const lines = [`${band}  degree ${form.degree}: k ${numbers[0]}; scatter ${numbers[1]}`]
  const show = (label, some, fit_) => {
    const result = judged(some, fit_)
    lines.push(line(label, result))
    return result
  }
  const own = tiles.map((tile) => show(`${tile}`, stars.get(tile), found))
  const away = leftOut(tiles, stars).map(({ name, judged: some, fitted }) => show(name, some, fit(fitted, form, found)))
  const others = otherSkies.map((tile) => show(`${tile} through PS1`, stars.get(tile), found))
  const everyStar = tiles.map((tile) => starsOf(rows.get(tile), band, { kentCuts: false }))
  const uncut = fit(everyStar, form, found)
  for (const [t, tile] of tiles.entries()) {
    show(`${tile} all stars`, everyStar[t], found)
    show(`${tile}, fit to all`, stars.get(tile), uncut)
  }
  const systematicErrMag = statedErr(release, band, { own, away, others })
  const shift = mmag(judged(groups.flat(), found).level - judged(groups.flat(), uncut).level)
  const stated = (1000 * systematicErrMag).toFixed(0)
  lines.push(`  stated systematic error ${stated} mmag; with neither cut the level moves by ${shift}`)
  return { relation: relationOf(release, band, found, systematicErrMag, groups.flat().length), lines }
}

/** With several tiles each is left out in turn; a single one is halved. */
function leftOut(tiles, stars) {
  if (tiles.length === 1)
    return halvesOf(stars.get(tiles[0])).map(({ fitted, ...half }) => ({ ...half, fitted: [fitted] }))
  const othersOf = (tile) => tiles.filter((other) => other !== tile).map((other) => stars.get(other))
  return tiles.map((tile) => ({ name: `${tile}, fit to others`, judged: stars.get(tile), fitted: othersOf(tile) }))
}

/**
 * Twice the largest level found on stars that the fit did not see, as far as it goes beyond its own error, with the
 * truth's own error in
 * quadrature; no less than the level of any bin on the fit's own tiles, nor than the release's least.
 */
function statedErr(release, band, { own, away, others }) {
  const { truthErrMag, leastSystematicErrMag } = RELEASES[release]
  const beyond = ({ level, err }) => Math.sqrt(Math.max(0, level ** 2 - err ** 2))
  const differences = Math.max(...[...away, ...others].map(beyond))
  const bins = own.flatMap(({ bins: { G, colour } }) => [...G, ...colour]).filter((bin) => bin !== null)
  const widest = Math.max(...bins.map(beyond))
  const stated = Math.max(leastSystematicErrMag[band], widest, Math.hypot(2 * differences, truthErrMag[band]))
  return Math.ceil(1000 * stated - 1e-6) / 1000
}

function relationOf(release, band, { form, k, scatter }, systematicErrMag, count) {
  const rounded = k.map((v) => Number(v.toFixed(5)))
  const second = form.second ? rounded[form.degree + 1] : undefined
  return {
    fittedTo: { release, magnitudeState: 'as published' },
    colour: 'bp-rp',
    curve: 'polynomial',
    pivot: PIVOT,
    coefficients: rounded.slice(0, form.degree + 1),
    ...(second === undefined ? {} : { secondColour: { coefficient: second, slope: LOCUS.slope, shift: LOCUS.shift } }),
    ...(form.faint ? { faintTerm: { of: form.faint, coefficient: rounded.at(-1), atMag: FAINT_AT_MAG } } : {}),
    colourRange: SELECTION.colour,
    scatter: { colour: SCATTER_COLOURS, sigmaMag: scatter.map((s) => Number(s.toFixed(4))) },
    systematicErrMag,
    systematicPerEbv: { bpRp: DUST_COLOURS, magPerEbv: dustTerm(band, second) },
    grade: band === 'Y' ? 'lower' : 'full',
    magRange: SELECTION.g,
    excessLimits: EXCESS_LIMITS,
    locus: LOCUS,
    source: RELEASES[release].source(count),
  }
}
