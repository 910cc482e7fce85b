import type { SourceColumns } from '../../exposure/sources.js'

const F32_0_8 = Math.fround(0.8)
const F32_0_01 = Math.fround(0.01)

/**
 * The original's cuts: FLUX_PSF > 1000 whatever flux is chosen (the chosen one if there is no PSF flux), FLAGS <= 3,
 * CLASS_STAR > 0.8, SPREAD_MODEL < 0.01 as float32 comparisons; a column that is absent cuts nothing.
 */
export function selectAsOriginal({
  raDeg,
  decDeg,
  flux,
  fluxPsf = flux,
  flags,
  classStar,
  spreadModel,
}: SourceColumns): Uint8Array {
  return new Uint8Array(flux.length).map((_, i) =>
    Number(
      Number.isFinite(raDeg[i]!) &&
        Number.isFinite(decDeg[i]!) &&
        fluxPsf[i]! > 1000 &&
        flags[i]! <= 3 &&
        (!classStar || classStar[i]! > F32_0_8) &&
        (!spreadModel || spreadModel[i]! < F32_0_01),
    ),
  )
}
