import { FILTER_SYSTEMS } from '../camera/filter-names.js'
import type { JsonShape } from '../formats/json-shape.js'

/** What the CCD's own stars say, in the JSON of a result. */
export const DIAGNOSTICS_SHAPE: JsonShape = {
  type: 'object',
  description:
    "what the CCD's own stars say beside the zeropoint; null where they cannot; nothing here " + 'changes a number',
  required: [
    'expectedScatter',
    'crossCheck',
    'bands',
    'passbands',
    'ownBand',
    'magnitudeTrend',
    'amplifiers',
    'brightEnd',
    'peakCeiling',
    'crowdedShare',
    'rotation',
    'fwhmArcsec',
    'expectation',
    'otherFluxes',
  ],
  properties: {
    expectedScatter: {
      $ref: '#/definitions/magnitude',
      description: 'scatter that the relation leads to expect of the used stars',
    },
    crossCheck: {
      type: ['object', 'null'],
      description: "Tukey MM-estimate beside the mixture's",
      required: ['zeropoint', 'zeropointErr', 'differenceSigma', 'agrees'],
      properties: {
        zeropoint: { type: 'number' },
        zeropointErr: { type: 'number' },
        differenceSigma: { type: 'number', minimum: 0, description: 'in combined errors' },
        agrees: { type: 'boolean', description: 'within 3' },
      },
    },
    bands: {
      type: ['object', 'null'],
      description:
        "how well the stars' colours follow the relation of each band: log likelihood against the " +
        'best, residual slope with BP - RP',
      additionalProperties: {
        type: 'object',
        required: ['logLikelihood', 'colourSlope', 'colourSlopeErr'],
        properties: {
          logLikelihood: { type: 'number', maximum: 0 },
          colourSlope: { type: 'number' },
          colourSlopeErr: { type: 'number' },
        },
      },
    },
    passbands: {
      type: 'object',
      description:
        "by passband of SDSS, PS1 or Johnson-Cousins that may go by the band's letter: residual " +
        'slope that its light would show, and what the zeropoint would come out too high by',
      additionalProperties: {
        type: 'object',
        required: ['colourSlope', 'offset', 'spread'],
        properties: { colourSlope: { type: 'number' }, offset: { type: 'number' }, spread: { type: 'number' } },
      },
    },
    ownBand: { type: 'boolean', description: "the camera is known to have the band on DES's system" },
    filterSystem: {
      enum: FILTER_SYSTEMS,
      description: "whose filter it is, if only the camera's description tells it",
    },
    ccdScatterMag: {
      type: 'number',
      description: "by how much the camera's CCDs differ, if its description says so [mag]",
    },
    magnitudeTrend: { $ref: '#/definitions/trend', description: 'residual per magnitude' },
    amplifiers: {
      $ref: '#/definitions/trend',
      description: 'zeropoint of the amplifier of high x minus that of low x [mag]',
    },
    brightEnd: {
      $ref: '#/definitions/measured',
      description:
        'stars at the bright end, their median residual deficitMag, and how many standard errors ' + 'they are off',
    },
    peakCeiling: {
      $ref: '#/definitions/measured',
      description: 'stars within 3 % of the highest peak, and the chance of as many',
    },
    crowdedShare: {
      type: ['number', 'null'],
      minimum: 0,
      maximum: 1,
      description: "share of the matched stars with another's light or claim",
    },
    rotation: {
      $ref: '#/definitions/measured',
      description:
        'turn and stretch of the positions against the catalogue, what they move the edge by, and ' +
        'the scatter per axis about them',
    },
    positionEpoch: {
      type: 'object',
      description: "epoch of the catalogue's positions by the motions of its stars to the date of the image",
      required: ['epochYr', 'errYr', 'stars'],
      properties: {
        epochYr: { type: 'number' },
        errYr: { type: 'number', minimum: 0 },
        stars: { type: 'integer', minimum: 10 },
      },
    },
    fwhmArcsec: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      description: 'median FWHM of the matched detections',
    },
    expectation: {
      type: ['object', 'null'],
      description: 'what the camera gives in this band, exposure time and airmass on a usual night; hints only',
      required: [
        'zeropoint',
        'unit',
        'unitFrom',
        'transparency',
        'unitThatFits',
        'bandThatFits',
        'exposureTimeSec',
        'airmass',
        'depth5Sigma',
        'expectedDepth5Sigma',
      ],
      properties: {
        camera: { type: 'string', description: "title of the camera's description" },
        zeropoint: { type: 'number' },
        unit: { enum: ['counts', 'electrons', 'counts per second', 'electrons per second'] },
        unitFrom: { enum: ['header', 'camera', 'gain', 'zeropoint'] },
        transparency: { type: 'number', minimum: 0 },
        unitThatFits: { enum: ['counts', 'electrons', 'counts per second', 'electrons per second', null] },
        bandThatFits: { type: ['string', 'null'] },
        exposureTimeSec: { type: 'number' },
        airmass: { type: ['number', 'null'] },
        depth5Sigma: { $ref: '#/definitions/magnitude' },
        expectedDepth5Sigma: { $ref: '#/definitions/magnitude' },
      },
    },
    otherFluxes: {
      type: 'object',
      description:
        "zeropoints of the other fluxes that the products calibrate with the chosen one's: their " +
        "own, and minus the chosen one's from star to star",
      additionalProperties: {
        type: 'object',
        required: ['zeropoint', 'zeropointErr', 'difference', 'differenceErr'],
        properties: {
          zeropoint: { type: 'number' },
          zeropointErr: { type: 'number' },
          difference: { type: 'number' },
          differenceErr: { type: 'number' },
        },
      },
    },
  },
}

/** A slope over the stars, and whether it is there. */
export const TREND_SHAPE: JsonShape = {
  type: ['object', 'null'],
  required: ['slope', 'err', 'evidence'],
  properties: {
    slope: { type: 'number' },
    err: { type: 'number' },
    evidence: {
      type: 'number',
      description: 'half of (chi-squared gained - log n): above 0 the trend is more probable than none',
    },
  },
}
