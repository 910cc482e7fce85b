import { ownBand, type BandRelation, type CatalogDescription } from '../catalog/description.js'
import type { RelationSystem } from '../camera/photometric-systems.js'
import { CommandError } from '../errors.js'

/**
 * What is asked of the form of a relation; what is not said is as the description's own relation of the band has it.
 */
export interface FormOptions {
  readonly base?: string
  readonly colour?: string
  readonly colourRange?: readonly [number, number]
  readonly magRange?: readonly [number, number]
  readonly terms?: readonly FurtherTerm[]
}

/** Terms beside the polynomial: Gaia's second colour; a lack of flux in BP or RP. */
export const FURTHER_TERMS = ['second-colour', 'faint-bp', 'faint-rp', 'none'] as const
export type FurtherTerm = (typeof FURTHER_TERMS)[number]

/** How far a star lies off the locus of Kent (2018), and how far it may. */
const LOCUS = { slope: 0.45, shift: 0.2 } as const
/** Where the faint term has its coefficient: the middle of the magnitudes in which it begins to matter. */
const FAINT_AT_MAG = 18
/** Before a fit; a single coefficient would be a constant, which reads no colour. */
export const NO_CURVE: readonly number[] = [0, 0]
const START_SCATTER = { colour: [0], sigmaMag: [0.015] }

/** The relations of a description to a system. */
export const relationsTo = (description: CatalogDescription, system: RelationSystem) =>
  (system === 'des-ab' ? description.relations : description.systems?.[system]?.relations) ?? {}

/**
 * The form of a relation that is to be fitted: bands, terms, limits and cuts, every coefficient 0.
 *
 * @param band of the system
 * @throws CommandError `no-form` if neither the options nor the description say by which colour
 */
export function templateOf(
  description: CatalogDescription,
  system: RelationSystem,
  band: string,
  options: FormOptions = {},
): BandRelation {
  const { release, magnitudeState, bands } = description
  const existing = relationsTo(description, system)[band] as BandRelation | undefined
  const colour = options.colour ?? existing?.colour
  const names = Object.keys(bands).join(', ')
  const expected = `--colour, two of the bands ${names} with a minus between`
  if (colour === undefined)
    throw new CommandError(
      'no-form',
      `${description.name} has no relation to band ${band} whose colour could be taken`,
      {
        expected,
      },
    )
  const base = options.base ?? existing?.base ?? ownBand(bands)
  if (bands[base] === undefined)
    throw new CommandError('no-form', 'the base is no band of the catalogue', {
      option: '--base',
      found: base,
      expected: names,
    })
  const ofColour = colour.split('-')
  if (ofColour.length !== 2 || ofColour.some((name) => bands[name] === undefined))
    throw new CommandError('no-form', 'the catalogue has no such colour', {
      option: '--colour',
      found: colour,
      expected,
    })
  const further = furtherTerms(options.terms, existing, bands)
  const isOwnColour = colour === existing?.colour
  const colourRange = options.colourRange ?? (isOwnColour ? existing.colourRange : undefined) ?? EVERY
  const middle = colourRange === EVERY ? 0 : Number(((colourRange[0] + colourRange[1]) / 2).toFixed(1))
  return {
    fittedTo: { release, magnitudeState },
    ...{ base, bands, colour, curve: 'polynomial' as const },
    pivot: isOwnColour && existing.curve === 'polynomial' ? existing.pivot : middle,
    coefficients: NO_CURVE,
    ...further,
    colourRange,
    ...(isOwnColour && existing.sharpRange && { sharpRange: true }),
    scatter: isOwnColour ? existing.scatter : START_SCATTER,
    systematicErrMag: existing?.systematicErrMag ?? 0.01,
    ...dustTerm(existing, colour, further.secondColour !== undefined),
    grade: existing?.grade ?? 'full',
    magRange: options.magRange ?? (base === existing?.base ? existing.magRange : undefined) ?? EVERY,
    ...(existing?.excessLimits && { excessLimits: existing.excessLimits }),
    ...(existing?.locus && { locus: existing.locus }),
    source: '',
  }
}

/** What dust does goes by the colours that a relation reads, so that it is the same for one of the same colours. */
function dustTerm(
  existing: BandRelation | undefined,
  colour: string,
  hasSecond: boolean,
): Pick<BandRelation, 'systematicPerEbv'> {
  const isSame = existing?.colour === colour && (existing.secondColour !== undefined) === hasSecond
  return isSame && existing.systematicPerEbv ? { systematicPerEbv: existing.systematicPerEbv } : {}
}

/** No limit: the stars will say how far they reach. */
export const EVERY: readonly [number, number] = [-Infinity, Infinity]

function furtherTerms(
  asked: readonly FurtherTerm[] | undefined,
  existing: BandRelation | undefined,
  bands: BandRelation['bands'],
): Pick<BandRelation, 'secondColour' | 'faintTerm'> {
  const { secondColour, faintTerm } = existing ?? {}
  if (asked === undefined) {
    return {
      ...(secondColour && { secondColour: { ...secondColour, coefficient: 0 } }),
      ...(faintTerm && { faintTerm: { ...faintTerm, coefficient: 0 } }),
    }
  }
  const ofGaia = ['G', 'bp', 'rp'].every((name) => bands[name] !== undefined)
  if (!ofGaia && asked.some((term) => term !== 'none'))
    throw new CommandError('no-form', 'only a catalogue with the bands G, bp and rp has terms of them', {
      option: '--terms',
      found: asked.join(','),
    })
  const of = asked.includes('faint-bp') ? 'bp' : asked.includes('faint-rp') ? 'rp' : undefined
  return {
    ...(asked.includes('second-colour') && { secondColour: { coefficient: 0, ...LOCUS } }),
    ...(of && { faintTerm: { of, coefficient: 0, atMag: FAINT_AT_MAG } }),
  }
}
