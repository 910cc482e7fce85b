import type { JsonShape } from '../formats/json-shape.js'

const MAGNITUDE: JsonShape = { type: ['number', 'null'], description: 'mag' }
const COUNT: JsonShape = { type: 'integer', minimum: 0 }
const TEXT: JsonShape = { type: 'string' }
const REASON: JsonShape = { type: ['string', 'null'] }

/** An object all of whose keys are required. */
const whole = (properties: Readonly<Record<string, JsonShape>>, description?: string): JsonShape => ({
  type: 'object',
  ...(description === undefined ? {} : { description }),
  required: Object.keys(properties),
  properties,
})

const listOf = (items: JsonShape, description: string): JsonShape => ({ type: 'array', description, items })

const PLACE = whole({ exposure: TEXT, ccd: { type: 'integer' } })

/**
 * The JSON Schema of `tie_{name}.json`, published as `bliss-calib/schema/tie.json`. Ties that are read are checked by
 * it.
 */
export const TIE_SHAPE: JsonShape = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://bliss-calib/schema/tie.json',
  title: 'Tie of several exposures by bliss-calib',
  ...whole(
    {
      schema: { const: 1, description: 'fields and tags are only added: readers leave alone what they do not know' },
      tie: { type: 'string', description: 'its name' },
      verdict: {
        enum: ['GO', 'LOOK', 'STOP'],
        description: 'GO: use it. LOOK: it holds, with what the concerns say. STOP: the search is not tied',
      },
      concerns: listOf(
        whole({
          tag: {
            type: 'string',
            description: 'further tags may be added',
            examples: [
              'left-out',
              'search-left-out',
              'unlike-template',
              'untied-ccds',
              'doubtful-stars',
              'moved',
              'no-common-stars',
              'no-references',
              'catalogue-left-out',
              'no-places',
              'no-pairs',
              'stray-ccd',
              'dropped-rows',
              'sampled-errors',
              'large-error',
            ],
          },
          sentence: TEXT,
        }),
        'everything that is left out, and everything that limits what is left',
      ),
      band: TEXT,
      system: { type: 'string', description: 'photometric system of the search' },
      magsType: { type: 'string', description: 'flux: mag_psf is FLUX_PSF' },
      holdTemplates: { type: 'boolean', description: 'templates keep their zeropoints' },
      anchor: { type: 'string', description: 'what sets the common level: catalogues with + between, held, none' },
      levelErr: { ...MAGNITUDE, description: 'one sigma of the level that all zeropoints have in common [mag]' },
      pivotColour: { type: ['number', 'null'], description: 'colour at which the zeropoints hold [mag]' },
      colour: { type: ['string', 'null'], description: 'which colour that is: catalogue, relation, its index' },
      ccdScatter: { ...MAGNITUDE, description: 'scatter of CCDs about their exposure, as the tie found it [mag]' },
      patternRms: { ...MAGNITUDE, description: 'rms of the pattern inside CCDs, as the tie found it [mag]' },
      exposures: listOf(
        whole({
          exposure: TEXT,
          role: { enum: ['search', 'template'] },
          leftOut: { type: 'boolean' },
          reason: { ...REASON, description: 'why it is left out' },
          camera: TEXT,
          filter: REASON,
          epochYr: { type: ['number', 'null'] },
          version: { ...TEXT, description: 'of bliss-calib, that calibrated it' },
          catalog: TEXT,
          ccds: { ...COUNT, description: 'with products' },
          tied: { ...COUNT, description: 'CCDs with stars that other exposures have too' },
          moved: { ...MAGNITUDE, description: 'median of the tied zeropoints minus the earlier ones [mag]' },
          colourTerm: { type: ['number', 'null'], description: 'left of it against the others [mag per mag]' },
          colourTermErr: { type: ['number', 'null'] },
        }),
        'by their names',
      ),
      ccds: listOf(
        whole({
          ...PLACE.properties,
          outcome: { enum: ['tied', 'anchored', 'none'] },
          zeropoint: MAGNITUDE,
          zeropointErr: { ...MAGNITUDE, description: 'against the mean of the exposures [mag]' },
          before: { ...MAGNITUDE, description: 'zeropoint of the calibration [mag]' },
          beforeErr: MAGNITUDE,
          nStars: { ...COUNT, description: 'that the zeropoint stands on' },
          reason: REASON,
          amplifiers: {
            type: ['object', 'null'],
            description: 'zeropoints of its two amplifiers, if they have one each; zeropoint is their mean by area',
            required: ['column', 'a', 'b', 'err'],
            properties: {
              column: { type: 'number', description: 'last column of a, the amplifier of low x [pixel]' },
              a: { type: 'number' },
              b: { type: 'number' },
              err: { type: 'number', minimum: 0, description: 'of their difference [mag]' },
            },
          },
        }),
        'of the exposures that can be compared',
      ),
      pairs: listOf(
        whole({
          a: PLACE,
          b: PLACE,
          ratioMag: { type: 'number', description: 'zeropoint of a minus that of b [mag]' },
          ratioErr: { type: 'number', minimum: 0 },
          nCommon: { ...COUNT, description: 'stars of both' },
        }),
        'CCDs with stars in common, one of which at least is of a search exposure: a is of the search',
      ),
      catalogs: listOf(
        whole({
          catalog: TEXT,
          catalogHash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
          relation: TEXT,
          systematicErr: { ...MAGNITUDE, description: 'one sigma of its level, as its relation states it [mag]' },
          leftOut: { type: 'boolean' },
          level: { ...MAGNITUDE, description: 'what its magnitudes have too much [mag]' },
          levelErr: MAGNITUDE,
        }),
        'each on its way to the system',
      ),
      stars: whole({
        count: COUNT,
        tied: { ...COUNT, description: 'with a joint magnitude' },
        doubtful: { ...COUNT, description: 'left out: another star within an arcsecond, or twice in an exposure' },
      }),
      provenance: whole({
        version: TEXT,
        inputs: {
          type: 'object',
          additionalProperties: { type: 'string', pattern: '^[0-9a-f]{64}$' },
          description: 'file name of a result that was read -> SHA-256',
        },
      }),
    },
    'Zeropoints follow m = -2.5 log10(flux) + zeropoint. A missing value is null.',
  ),
}
