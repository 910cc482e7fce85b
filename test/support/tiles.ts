import type { Corners } from './tile-exposure.js'

/**
 * Three corners of the tile's triangle, and the middle of its longest side, a little outside so that the four are
 * convex.
 */
export const TILES = {
  147267: {
    release: 'gaia_dr3',
    epochYr: 2016,
    truth: 'des',
    file: 'truth_des_y6',
    corners: [
      [44.4, -26.18],
      [44.99, -26.165],
      [45.575, -26.175],
      [45.005, -27.09],
    ],
  },
  147175: {
    release: 'gaia_dr3',
    epochYr: 2016,
    truth: 'des',
    file: 'truth_des_y6_comcam',
    corners: [
      [52.84, -27.86],
      [53.42, -27.8],
      [53.995, -27.785],
      [53.49, -28.7],
    ],
  },
  229670: {
    release: 'gaia_dr3',
    epochYr: 2016,
    truth: 'ps1_as_des',
    file: 'truth_sdss',
    corners: [
      [179.3, 18.33],
      [179.6, 18.295],
      [180, 18.285],
      [179.99, 18.94],
    ],
  },
  189584: {
    release: 'gaia_dr2',
    epochYr: 2015.5,
    truth: 'ps1_as_des',
    file: 'gaia_dr2_x_ps1',
    corners: [
      [320.64, 0],
      [320.98, 0.01],
      [321.318, 0],
      [321.18, -0.75],
    ],
  },
} as const satisfies Record<number, { truth: 'des' | 'ps1_as_des'; corners: Corners } & Record<string, unknown>>
export type Tile = keyof typeof TILES
