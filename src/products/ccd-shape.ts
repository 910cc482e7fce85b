import { PHOTOMETRIC_SYSTEMS } from '../camera/photometric-systems.js'
import type { JsonShape } from '../formats/json-shape.js'

const TERM_SHAPE: JsonShape = {
  type: 'object',
  description:
    'm = -2.5 log10(flux) + zeropoint + k (c - c0), if the filter only resembles the band of the system: the ' +
    'zeropoint holds at the colour c0',
  required: ['k', 'kErr', 'color', 'c0', 'covariance', 'from', 'prior'],
  properties: {
    k: { type: 'number', description: 'mag per mag' },
    kErr: { type: 'number', minimum: 0 },
    color: { type: 'string', description: 'two bands of the catalogue, as bp-rp' },
    c0: { type: 'number', description: 'mag' },
    covariance: { type: 'number', description: 'of k and zeropoint' },
    from: { enum: ['stars', 'camera', 'unknown'], description: "the fit's stars, or the prior of too few stars" },
    prior: {
      type: 'object',
      required: ['k', 'kErr', 'from'],
      properties: {
        k: { type: 'number' },
        kErr: { type: 'number', minimum: 0 },
        from: { enum: ['camera', 'unknown'], description: "the camera's description; or unknown" },
        unusedColor: { type: 'string', description: "of the camera's own term, which the catalogue does not have" },
      },
    },
  },
}

/** One CCD, in the JSON of a result. */
export const CCD_SHAPE: JsonShape = {
  type: 'object',
  required: [
    'ccd',
    'outcome',
    'reason',
    'verdict',
    'zeropoint',
    'zeropointErr',
    'systematicErr',
    'ownFraction',
    'scatter',
    'flag',
    'system',
    'catalog',
    'relation',
    'cuts',
    'lost',
    'sigmaClip',
    'astrometry',
    'concerns',
    'minusOriginal',
    'diagnostics',
  ],
  properties: {
    ccd: { type: 'integer', minimum: 0 },
    outcome: { enum: ['fitted', 'borrowed', 'none'] },
    reason: { type: ['string', 'null'], description: 'why there is no own zeropoint' },
    verdict: { type: 'string', description: '`good`, or what is off, in plain words' },
    zeropoint: { $ref: '#/definitions/magnitude' },
    zeropointErr: { $ref: '#/definitions/error' },
    systematicErr: { $ref: '#/definitions/error' },
    ownFraction: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      description: "share of the CCD's own stars in its zeropoint",
    },
    scatter: { $ref: '#/definitions/error' },
    flag: {
      type: 'integer',
      description: '0 own, 1 borrowed or more than half shrunk, -1000 outlier, -9999 exposure suspect, -2000 ' + 'none',
    },
    system: { enum: [...PHOTOMETRIC_SYSTEMS] },
    magnitudes: { enum: ['AB', 'Vega', null], description: 'what the magnitudes of the system are' },
    colourTerm: TERM_SHAPE,
    catalog: { type: 'string' },
    relation: { type: 'string' },
    cuts: {
      type: 'object',
      required: ['detections', 'selected', 'matched', 'used'],
      properties: {
        detections: { $ref: '#/definitions/count' },
        selected: { $ref: '#/definitions/count' },
        matched: { $ref: '#/definitions/count' },
        used: { $ref: '#/definitions/count' },
      },
    },
    lost: {
      type: 'object',
      additionalProperties: { $ref: '#/definitions/count' },
      description: 'how many each cut took',
    },
    sigmaClip: {
      type: 'object',
      description: "the original's selection and three-pass clip on the catalogue's own magnitude",
      required: ['zeropoint', 'zeropointErr', 'nAll', 'nClipped'],
      properties: {
        zeropoint: { $ref: '#/definitions/magnitude' },
        zeropointErr: { $ref: '#/definitions/error' },
        nAll: { $ref: '#/definitions/count' },
        nClipped: { $ref: '#/definitions/count' },
      },
    },
    own: {
      type: 'object',
      description: "what the CCD gave by itself, before the exposure's solution; only where that was made",
      required: [
        'outcome',
        'reason',
        'verdict',
        'zeropoint',
        'zeropointErr',
        'systematicErr',
        'ownFraction',
        'flag',
        'concerns',
      ],
      properties: {
        outcome: { enum: ['fitted', 'none'] },
        reason: { type: ['string', 'null'] },
        verdict: { type: 'string' },
        zeropoint: { $ref: '#/definitions/magnitude' },
        zeropointErr: { $ref: '#/definitions/error' },
        systematicErr: { $ref: '#/definitions/error' },
        ownFraction: { type: 'number', minimum: 0, maximum: 1 },
        flag: { type: 'integer' },
        concerns: { $ref: '#/definitions/concerns' },
        colourTerm: TERM_SHAPE,
      },
    },
    tie: {
      type: 'object',
      description: 'of several exposures that were tied together; only in the products of `bliss-calib tie`',
      required: ['name', 'outcome', 'tieErr', 'anchor', 'nStars', 'before'],
      properties: {
        name: { type: 'string', description: 'of tie_{name}.json' },
        outcome: {
          enum: ['tied', 'anchored', 'none'],
          description: 'by stars that other exposures have too, or by reference stars and its exposure only',
        },
        tieErr: { $ref: '#/definitions/error', description: 'error against the mean of the exposures' },
        anchor: {
          type: 'string',
          description: 'what sets the common level: catalogues, with + between, `held` templates, or none',
        },
        nStars: { $ref: '#/definitions/count' },
        before: { $ref: '#/definitions/magnitude', description: 'zeropoint of the calibration' },
        amplifiers: {
          type: 'object',
          description:
            "zeropoints of its two amplifiers, if the tie has found two [mag]; the CCD's is their mean by area",
          required: ['column', 'a', 'b', 'err'],
          properties: {
            column: { type: 'number', description: 'last column of A, the amplifier of low x [pixel]' },
            a: { type: 'number' },
            b: { type: 'number' },
            err: { type: 'number', minimum: 0, description: 'of their difference' },
          },
        },
      },
    },
    astrometry: {
      type: 'object',
      description:
        "where the detections lie against the catalogue's stars: detection minus star, east and " +
        'north; null where the pairs show no offset beyond chance',
      required: ['raOffsetArcsec', 'decOffsetArcsec', 'scatterArcsec', 'stars', 'applied'],
      properties: {
        raOffsetArcsec: { type: ['number', 'null'], description: 'arcsec on the sky, cos(dec) included' },
        decOffsetArcsec: { type: ['number', 'null'], description: 'arcsec' },
        scatterArcsec: {
          type: ['number', 'null'],
          minimum: 0,
          description: 'robust scatter about the offset, per axis, arcsec',
        },
        stars: { $ref: '#/definitions/count' },
        applied: { type: 'boolean', description: 'whether the detections were moved by it before the match' },
        rotationDeg: {
          type: 'number',
          description: 'turn of the detections about the centre, from north over east, taken out as well',
        },
        orientation: {
          type: 'object',
          description: 'how the image would have to be mirrored in east and turned for the stars to fit',
          required: ['mirrored', 'turnedDeg'],
          properties: { mirrored: { type: 'boolean' }, turnedDeg: { type: 'integer', minimum: 0, maximum: 270 } },
        },
      },
    },
    concerns: { $ref: '#/definitions/concerns' },
    minusOriginal: {
      $ref: '#/definitions/magnitude',
      description: 'zeropoint minus sigmaClip.zeropoint: method and photometric system',
    },
    diagnostics: { $ref: '#/definitions/diagnostics' },
    fluxes: {
      type: 'object',
      description:
        'every flux with an error, by its column: FLUX_PSF, FLUX_APER_3; with --cal, and of files if ' +
        'diagnostics.expectation holds no depth5Sigma: nothing is expected of the camera, the exposure time is ' +
        'not known, or fewer than ten detections are of 5 to 15 sigma',
      additionalProperties: { $ref: '#/definitions/flux' },
    },
    references: {
      type: 'array',
      description: 'with several --catalog: what each contributes, in their order',
      items: { $ref: '#/definitions/reference' },
    },
  },
}

/** What one of several catalogues gave to a CCD's zeropoint. */
export const REFERENCE_SHAPE: JsonShape = {
  type: 'object',
  required: [
    'catalog',
    'relation',
    'systematicErrMag',
    'offsetMag',
    'offsetErrMag',
    'scatterFactor',
    'sharedStars',
    'group',
    'stars',
    'share',
    'zeropointAlone',
    'zeropointAloneErr',
  ],
  properties: {
    catalog: { type: 'string' },
    relation: { type: 'string', description: 'to the photometric system' },
    systematicErrMag: { type: 'number', description: 'one sigma of its level, as its relation states it' },
    offsetMag: { type: 'number', description: 'its magnitudes minus the level that all have in common' },
    offsetErrMag: { type: 'number', minimum: 0, description: 'against the mean of the catalogues' },
    scatterFactor: { type: 'number', minimum: 0, description: 'scatter of its stars in units of what is stated' },
    sharedStars: {
      type: 'integer',
      minimum: 0,
      description: 'stars of the exposure shared with another catalogue',
    },
    group: { type: 'integer', description: 'catalogues of two groups share no star' },
    stars: { type: 'integer', minimum: 0, description: 'used stars of this CCD that it has' },
    share: { type: 'number', minimum: 0, maximum: 1, description: 'its part of the weight' },
    zeropointAlone: { $ref: '#/definitions/magnitude', description: 'by its magnitudes alone, as published' },
    zeropointAloneErr: { $ref: '#/definitions/error' },
  },
}

/** A flux of a CCD: its zeropoint and depth. */
export const FLUX_SHAPE: JsonShape = {
  type: 'object',
  required: [
    'zeropoint',
    'zeropointErr',
    'apertureCorrection',
    'apertureCorrectionErr',
    'apertureCorrectionScatter',
    'nStars',
    'reason',
    'flux5Sigma',
    'depth5Sigma',
  ],
  properties: {
    zeropoint: { $ref: '#/definitions/magnitude', description: 'of this flux' },
    zeropointErr: { $ref: '#/definitions/error', description: 'statistical' },
    apertureCorrection: {
      $ref: '#/definitions/magnitude',
      description: 'calibrated flux minus this one, from star to star; 0 of the calibrated flux itself',
    },
    apertureCorrectionErr: { $ref: '#/definitions/error' },
    apertureCorrectionScatter: {
      $ref: '#/definitions/magnitude',
      description: 'from star to star, beyond the noise',
    },
    nStars: { $ref: '#/definitions/count' },
    reason: { type: ['string', 'null'], description: 'why it has no zeropoint' },
    flux5Sigma: { type: ['number', 'null'], description: 'flux that is five times its own error' },
    depth5Sigma: { $ref: '#/definitions/magnitude', description: 'its magnitude, of a point source' },
  },
}
