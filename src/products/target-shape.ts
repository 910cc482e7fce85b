import type { JsonShape } from '../formats/json-shape.js'
import { PHOTOMETRIC_SYSTEMS } from '../camera/photometric-systems.js'
import { TARGET_STATUSES } from '../photometry/targets/target-result.js'

const magnitude: JsonShape = { type: ['number', 'null'], description: 'mag' }

const detection: JsonShape = {
  type: 'object',
  required: [
    'number',
    'raDeg',
    'decDeg',
    'separationArcsec',
    'flux',
    'fluxErr',
    'flags',
    'imageFlags',
    'mag',
    'magErr',
  ],
  properties: {
    number: { type: 'number', description: 'NUMBER of the detection' },
    raDeg: { type: 'number' },
    decDeg: { type: 'number' },
    separationArcsec: { type: 'number', minimum: 0 },
    flux: { type: ['number', 'null'] },
    fluxErr: { type: ['number', 'null'] },
    flags: { type: ['number', 'null'] },
    imageFlags: { type: ['number', 'null'] },
    mag: magnitude,
    magErr: { type: ['number', 'null'], description: "mag, from the flux's error alone" },
  },
}

/** What the JSON says of a target on one CCD. */
export const TARGET_SHAPE: JsonShape = {
  type: 'object',
  required: ['name', 'raDeg', 'decDeg', 'ccd', 'status', 'sentence', 'detections', 'limit3Sigma', 'flux', 'mjd'],
  properties: {
    name: { type: 'string' },
    raDeg: { type: 'number' },
    decDeg: { type: 'number' },
    ccd: { type: 'integer', minimum: 0 },
    status: { type: 'string', examples: [...TARGET_STATUSES] },
    sentence: { type: 'string' },
    radiusArcsec: { type: 'number', minimum: 0 },
    edgeArcsec: { type: 'number', description: "to the CCD's nearest edge, negative outside" },
    centreArcsec: { type: 'number', minimum: 0 },
    isOnInHours: { type: 'boolean', description: 'the right ascension would be on the CCD if it was in hours' },
    detections: { type: 'array', items: detection, description: 'within the radius, the nearest first' },
    noise: {
      type: ['object', 'null'],
      required: ['sigma', 'detections', 'withinArcsec', 'faintestSn'],
      properties: {
        sigma: { type: 'number', description: "noise of the flux, in the image's unit" },
        detections: { type: 'integer', minimum: 0 },
        withinArcsec: { type: 'number', minimum: 0 },
        faintestSn: { type: 'number', description: 'signal to noise that nine in ten detections exceed' },
      },
    },
    limit3Sigma: magnitude,
    flux: { type: 'string', description: 'mag_psf and the like' },
    zeropoint: magnitude,
    zeropointErr: magnitude,
    systematicErr: magnitude,
    system: { enum: [...PHOTOMETRIC_SYSTEMS] },
    magnitudes: { enum: ['AB', 'Vega', null] },
    colourTerm: {
      type: 'object',
      description: 'a source of colour c adds k (c - c0) to the magnitudes, which hold at c0',
      required: ['k', 'kErr', 'color', 'c0'],
      properties: {
        k: { type: 'number' },
        kErr: { type: 'number' },
        color: { type: 'string' },
        c0: { type: 'number' },
      },
    },
    colour: {
      type: ['object', 'null'],
      description: 'BP - RP of the stars that the zeropoint rests on: the middle, and two thirds of them',
      additionalProperties: { type: 'number' },
    },
    mjd: { type: ['number', 'null'] },
    mjdOf: { enum: ['middle', 'beginning', null] },
    exposureTimeSec: { type: ['number', 'null'] },
  },
}
