import { CAMERA_SOURCES } from '../camera/recognise.js'
import type { JsonShape } from '../formats/json-shape.js'
import { CCD_SHAPE, FLUX_SHAPE, REFERENCE_SHAPE } from './ccd-shape.js'
import { CONCERNS_SHAPE } from './concerns-shape.js'
import { DIAGNOSTICS_SHAPE, TREND_SHAPE } from './diagnostics-shape.js'
import { TARGET_SHAPE } from './target-shape.js'

/**
 * The JSON Schema of a result, published as `bliss-calib/schema/result.json`. Results that are read are checked by it.
 */
export const RESULT_SHAPE: JsonShape = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://bliss-calib/schema/result.json',
  title: 'Result of bliss-calib',
  description:
    'On stdout with --json; without `run` in zeropoint_*.json. Magnitudes follow m = -2.5 log10(flux) ' +
    "+ zeropoint, flux in the image's unit. A missing value is null.",
  type: 'object',
  required: ['schema', 'exposure', 'ccds', 'provenance'],
  properties: {
    schema: {
      const: 2,
      description: 'from 2 on fields and tags are only added: readers leave alone what they do not know',
    },
    exposure: {
      type: 'object',
      required: ['expnum', 'band', 'reqnum', 'attnum', 'epochYr', 'epochFrom', 'camera', 'cameraFrom', 'filter'],
      properties: {
        expnum: { type: ['integer', 'null'], description: 'of the catalogue list; null if files were given' },
        band: { type: 'string' },
        reqnum: { type: ['string', 'null'] },
        attnum: { type: ['string', 'null'], description: 'as in the name of the catalogue list, padding kept' },
        epochYr: { type: ['number', 'null'], description: 'Julian year that the stars were moved to' },
        epochFrom: { enum: ['MJD-OBS', 'DATE-OBS', 'NITE', 'option', 'catalog', null] },
        camera: { type: 'string', description: "name of the camera's description; generic: it is not described" },
        cameraFrom: { enum: CAMERA_SOURCES, description: 'where that is known from' },
        filter: { type: ['string', 'null'], description: 'FILTER, else BAND of the image header' },
        name: { type: 'string', description: 'if files were given: what they have in common, or --name' },
        stems: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'if files were given: CCD -> how the names of its products begin',
        },
        origin: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'if files were given: band, corners, ccd, flux ... -> where the value is from',
        },
        corners: {
          type: 'object',
          additionalProperties: {
            type: 'object',
            required: ['raDeg', 'decDeg'],
            properties: {
              raDeg: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
              decDeg: { type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 },
            },
          },
          description: 'CCD -> its corners on the sky; absent if a catalogue list is of a camera whose layout is known',
        },
      },
    },
    ccds: { type: 'array', items: { $ref: '#/definitions/ccd' } },
    provenance: {
      type: 'object',
      required: ['version', 'inputs', 'catalogHash', 'options'],
      properties: {
        version: { type: 'string' },
        inputs: {
          type: 'object',
          additionalProperties: { type: 'string', pattern: '^[0-9a-f]{64}$' },
          description: 'file name -> SHA-256',
        },
        catalogHash: { type: 'string', pattern: '^[0-9a-f]{64}$', description: "SHA-256 of the catalogue's manifest" },
        options: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
      },
    },
    failed: {
      type: 'array',
      description: 'after a run of several CCDs: those without a result, and why; absent if there is none',
      items: {
        type: 'object',
        required: ['ccd', 'reason'],
        properties: { ccd: { type: 'integer', minimum: 0 }, reason: { type: 'string' } },
      },
    },
    missing: {
      type: 'array',
      description:
        'CCDs of the list that have no SExtractor catalogue or, in a merge, no products; absent if ' + 'there is none',
      items: { type: 'integer', minimum: 0 },
    },
    solution: {
      type: 'object',
      description: "the exposure's solution, after a run of several CCDs",
      required: [
        'outcome',
        'suspect',
        'reason',
        'zeropoint',
        'zeropointErr',
        'gradient',
        'ccdScatter',
        'nPresent',
        'nFitted',
        'nOutliers',
        'reserved',
        'concerns',
      ],
      properties: {
        outcome: { enum: ['solved', 'too-few', 'none'] },
        suspect: { type: 'boolean', description: 'the CCDs contradict one another' },
        reason: { type: ['string', 'null'] },
        zeropoint: { $ref: '#/definitions/magnitude' },
        zeropointErr: { $ref: '#/definitions/error' },
        gradient: {
          type: ['object', 'null'],
          additionalProperties: { type: 'number' },
          description: 'mag per degree, east and north',
        },
        ccdScatter: { $ref: '#/definitions/error' },
        nPresent: { $ref: '#/definitions/count' },
        nFitted: { $ref: '#/definitions/count' },
        nOutliers: { $ref: '#/definitions/count' },
        reserved: {
          type: ['object', 'null'],
          additionalProperties: { type: 'number' },
          description: 'stars held out of the fit: residuals in mmag',
        },
        concerns: { $ref: '#/definitions/concerns' },
      },
    },
    targets: {
      type: 'array',
      description: 'what is at the places of --target; absent without it',
      items: TARGET_SHAPE,
    },
    run: {
      type: 'object',
      required: ['starsRead', 'bytesRead', 'requests', 'ms'],
      properties: {
        starsRead: { type: 'integer', minimum: 0 },
        bytesRead: { type: 'integer', minimum: 0 },
        requests: { type: 'integer', minimum: 0 },
        ms: { type: 'object', additionalProperties: { type: 'number' } },
      },
    },
  },
  definitions: {
    concerns: CONCERNS_SHAPE,
    measured: { type: ['object', 'null'], additionalProperties: { type: ['number', 'null'] } },
    trend: TREND_SHAPE,
    diagnostics: DIAGNOSTICS_SHAPE,
    count: { type: 'integer', minimum: 0 },
    // A flux of 10^38 counts, the largest of single precision, is 95 mag.
    magnitude: { type: ['number', 'null'], minimum: -100, maximum: 100, description: 'mag' },
    error: { type: ['number', 'null'], minimum: 0, maximum: 100, description: 'mag' },
    ccd: CCD_SHAPE,
    reference: REFERENCE_SHAPE,
    flux: FLUX_SHAPE,
  },
}
