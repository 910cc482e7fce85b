import { FILTER_SYSTEMS } from '../camera/filter-names.js'
import { PHOTOMETRIC_SYSTEMS } from '../camera/photometric-systems.js'
import { CAMERA_SOURCES } from '../camera/recognise.js'
import type { JsonShape } from '../formats/json-shape.js'
import { TARGET_SHAPE } from './target-shape.js'

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
        from: { enum: ['camera', 'unknown'], description: "the camera's description, or nobody knows" },
        unusedColor: { type: 'string', description: "of the camera's own term, which the catalogue does not have" },
      },
    },
  },
}

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
        zeropointErr: { $ref: '#/definitions/magnitude' },
        gradient: {
          type: ['object', 'null'],
          additionalProperties: { type: 'number' },
          description: 'mag per degree, east and north',
        },
        ccdScatter: { $ref: '#/definitions/magnitude' },
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
    concerns: {
      type: 'array',
      description: 'what is off; the verdict holds the sentences of all that is more than a hint',
      items: {
        type: 'object',
        required: ['tag', 'severity', 'sentence'],
        properties: {
          tag: {
            type: 'string',
            description: 'further tags may be added',
            examples: [
              'no-zeropoint',
              'borrowed',
              'shrunk',
              'outlier',
              'suspect-exposure',
              'too-few-stars',
              'too-few-ccds',
              'large-error',
              'wrong-band',
              'passband',
              'units',
              'gain',
              'saturation',
              'crowding',
              'outliers',
              'scatter',
              'astrometry',
              'clouds',
              'transparency',
              'depth',
              'cross-check',
              'amplifiers',
              'linearity',
              'colour',
              'fluxes',
              'classification',
              'catalogues',
              'not-tied',
            ],
          },
          severity: {
            enum: ['stop', 'look', 'hint'],
            description:
              'stop: do not use the number before the cause is known; look: it stands, with what the ' +
              'sentence says; hint: not in the verdict',
          },
          sentence: { type: 'string' },
        },
      },
    },
    measured: { type: ['object', 'null'], additionalProperties: { type: ['number', 'null'] } },
    trend: {
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
    },
    diagnostics: {
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
    },
    count: { type: 'integer', minimum: 0 },
    magnitude: { type: ['number', 'null'], description: 'mag' },
    ccd: {
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
        zeropointErr: { $ref: '#/definitions/magnitude' },
        systematicErr: { $ref: '#/definitions/magnitude' },
        ownFraction: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          description: "share of the CCD's own stars in its zeropoint",
        },
        scatter: { $ref: '#/definitions/magnitude' },
        flag: {
          type: 'integer',
          description:
            '0 own, 1 borrowed or more than half shrunk, -1000 outlier, -9999 exposure suspect, -2000 ' + 'none',
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
            zeropointErr: { $ref: '#/definitions/magnitude' },
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
            zeropointErr: { $ref: '#/definitions/magnitude' },
            systematicErr: { $ref: '#/definitions/magnitude' },
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
            tieErr: { $ref: '#/definitions/magnitude', description: 'error against the mean of the exposures' },
            anchor: {
              type: 'string',
              description: 'what sets the common level: catalogues, with + between, `held` templates, or none',
            },
            nStars: { $ref: '#/definitions/count' },
            before: { $ref: '#/definitions/magnitude', description: 'zeropoint of the calibration' },
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
    },
    reference: {
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
        zeropointAloneErr: { $ref: '#/definitions/magnitude' },
      },
    },
    flux: {
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
        zeropointErr: { $ref: '#/definitions/magnitude', description: 'statistical' },
        apertureCorrection: {
          $ref: '#/definitions/magnitude',
          description: 'calibrated flux minus this one, from star to star; 0 of the calibrated flux itself',
        },
        apertureCorrectionErr: { $ref: '#/definitions/magnitude' },
        apertureCorrectionScatter: {
          $ref: '#/definitions/magnitude',
          description: 'from star to star, beyond the noise',
        },
        nStars: { $ref: '#/definitions/count' },
        reason: { type: ['string', 'null'], description: 'why it has no zeropoint' },
        flux5Sigma: { type: ['number', 'null'], description: 'flux that is five times its own error' },
        depth5Sigma: { $ref: '#/definitions/magnitude', description: 'its magnitude, of a point source' },
      },
    },
  },
}
