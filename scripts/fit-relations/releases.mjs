// How each release is fitted: which tiles, which terms in which band, and what its description says about itself.
//
// Degree of the polynomial in BP - RP: the lowest within one (paired) standard error of the best in ten-fold cross-
// validation; in g of DR3 one more, because the fourth leaves 13 % more scatter than the best polynomial on one tile.
// The fifth is narrower on either tile that it was not fitted to (28 and 22 mmag, not 33 and 24) and on the third sky
// (28, not 29); the sixth is wider there (32).
// `second`, the second colour: in i, z, Y it takes the difference between two tiles from 11 mmag to 4 in z; in g it
// makes it worse.
// `faint`: with it the levels of bins of G stay within 5 mmag, without it they run from +8 to -20 (z of DR3) and from
// +11 to -23 (g of DR2);
// the same flux of RP, 2 % at RP = 18, explains i, z and Y on every tile of both releases.

const FIT = "own fit (scripts/fit-relations.mjs) with the weights of a zeropoint's fit to"
const STARS = "13 < G < 19.5, BP < 20, 0.5 < BP-RP < 3, Kent's excess and locus cuts"
const DUST = 'dust term for dwarfs, CCM, R_V 3.1'

export const RELEASES = {
  gaia_dr3: {
    tiles: [147267, 147175],
    otherSkies: [229670],
    forms: {
      g: { degree: 5 },
      r: { degree: 4 },
      i: { degree: 3, second: true, faint: 'rp' },
      z: { degree: 3, second: true, faint: 'rp' },
      Y: { degree: 2, second: true, faint: 'rp' },
    },
    truthErrMag: { g: 0, r: 0, i: 0, z: 0, Y: 0 },
    // Three skies are few.
    leastSystematicErrMag: { g: 0.008, r: 0.008, i: 0.008, z: 0.008, Y: 0.01 },
    source: (count) =>
      `${FIT} ${count} stars with DES Y6 and published Gaia DR3 magnitudes in two sky tiles ` +
      `(RA 45 Dec -26.5, RA 53.4 Dec -28.3), ${STARS}; the level is relative to ` +
      `DES Y6 and its error what the tiles and a third one ` +
      `(RA 179.7 Dec 18.6, PS1 magnitudes carried to DES) show of one another; ${DUST}`,
  },
  gaia_dr2: {
    tiles: [189584],
    otherSkies: [],
    forms: {
      g: { degree: 4, faint: 'bp' },
      r: { degree: 5, faint: 'bp' },
      i: { degree: 3, second: true, faint: 'rp' },
      z: { degree: 3, second: true, faint: 'rp' },
      Y: { degree: 3, second: true, faint: 'rp' },
    },
    // PS1 through the spline against DES Y6 on another tile.
    truthErrMag: { g: 0.003, r: 0.002, i: 0.003, z: 0.002, Y: 0.003 },
    // One tile: what DR2's BP does over the sky it cannot show.
    leastSystematicErrMag: { g: 0.012, r: 0.012, i: 0.012, z: 0.015, Y: 0.015 },
    source: (count) =>
      `${FIT} ${count} stars with published Gaia DR2 magnitudes, and PS1's carried to DES by a published spline ` +
      `(the_monster of LSST, good to 3 mmag), in one sky tile (RA 320.9 Dec ` +
      `-0.4), ${STARS}; the level is relative to DES Y6 ` +
      `and its error has room for what one tile cannot show, DR2's BP differing over the sky; ${DUST}`,
  },
}
