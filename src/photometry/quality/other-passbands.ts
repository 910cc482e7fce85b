import { interpolated } from '../system/colour-relation.js'
import type { FilterSystem } from '../../camera/filter-names.js'

/** A passband that people call by the letter of one of DES's. */
export interface OtherPassband {
  readonly name: string
  readonly system: FilterSystem
  /** Its magnitude minus DES's of main-sequence stars at `BP_RP` [mag]; Johnson-Cousins's on Vega, the others on AB. */
  readonly minusDes: readonly number[]
}

const BP_RP = [0.5, 0.8, 1.1, 1.5, 2, 2.5, 3] as const

/**
 * By DES's band. SDSS: the relations of DES DR2 with SDSS DR13 (community.lsst.org/t/9867), solved for SDSS along the
 * colours of DR3's stars in DES's bands. PS1: medians of 479 stars with PS1 and DES Y6 magnitudes and of the relations
 * of legacypipe, obs_decam and Tucker, which lie within 20 mmag of each other. Johnson-Cousins: Lupton (2005, on
 * sdss.org) from those SDSS magnitudes.
 */
const OTHERS: Readonly<Record<string, readonly OtherPassband[]>> = {
  g: [
    { name: 'SDSS g', system: 'sdss', minusDes: [0.008, 0.025, 0.049, 0.086, 0.125, 0.152, 0.177] },
    { name: 'PS1 g', system: 'ps1', minusDes: [-0.018, -0.024, -0.04, -0.062, -0.08, -0.085, -0.088] },
    { name: 'Johnson B', system: 'johnson-cousins', minusDes: [0.302, 0.372, 0.494, 0.659, 0.786, 0.817, 0.866] },
    { name: 'Johnson V', system: 'johnson-cousins', minusDes: [-0.119, -0.201, -0.356, -0.558, -0.681, -0.66, -0.681] },
  ],
  r: [
    { name: 'SDSS r', system: 'sdss', minusDes: [0.015, 0.03, 0.045, 0.074, 0.129, 0.197, 0.249] },
    { name: 'PS1 r', system: 'ps1', minusDes: [0.01, 0.025, 0.045, 0.08, 0.12, 0.17, 0.21] },
    { name: 'Johnson V', system: 'johnson-cousins', minusDes: [0.102, 0.188, 0.334, 0.536, 0.71, 0.782, 0.867] },
    { name: 'Cousins R', system: 'johnson-cousins', minusDes: [-0.121, -0.137, -0.179, -0.227, -0.223, -0.157, -0.12] },
  ],
  i: [
    { name: 'SDSS i', system: 'sdss', minusDes: [-0.023, -0.007, 0.009, 0.039, 0.099, 0.172, 0.227] },
    { name: 'PS1 i', system: 'ps1', minusDes: [0, 0.008, 0.025, 0.058, 0.108, 0.168, 0.21] },
    { name: 'Cousins R', system: 'johnson-cousins', minusDes: [-0.105, -0.024, 0.03, 0.169, 0.534, 1.045, 1.416] },
    { name: 'Cousins I', system: 'johnson-cousins', minusDes: [-0.418, -0.426, -0.433, -0.448, -0.476, -0.51, -0.536] },
  ],
  z: [
    { name: 'SDSS z', system: 'sdss', minusDes: [-0.024, -0.019, -0.013, -0.003, 0.017, 0.042, 0.06] },
    { name: 'PS1 z', system: 'ps1', minusDes: [0.005, 0.012, 0.034, 0.06, 0.093, 0.138, 0.17] },
    { name: 'Cousins I', system: 'johnson-cousins', minusDes: [-0.439, -0.385, -0.326, -0.243, -0.131, -0.003, 0.16] },
  ],
  Y: [{ name: 'PS1 y', system: 'ps1', minusDes: [-0.054, -0.051, -0.032, -0.019, -0.014, 0.001, 0.005] }],
}

/** The other passbands that may go by the letter of a DES band. */
export const otherPassbandsOf = (band: string): readonly OtherPassband[] => OTHERS[band] ?? []

/** DES's magnitude minus the other's at a colour [mag]: what a zeropoint on DES's comes out too high by. */
export const desMinus = ({ minusDes }: OtherPassband, bpRp: number): number => -interpolated(bpRp, BP_RP, minusDes)
