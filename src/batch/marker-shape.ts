import type { JsonShape } from '../formats/json-shape.js'

const TEXT: JsonShape = { type: 'string' }
const WHOLE: JsonShape = { type: 'integer' }
const COUNT: JsonShape = { type: 'integer', minimum: 0 }
const REAL: JsonShape = { type: ['number', 'null'] }
const CCD: JsonShape = { type: ['integer', 'null'] }
const OUTCOMES = ['fitted', 'borrowed', 'none', 'failed', 'absent']

const mark = (type: 'object' | readonly ['object', 'null']): JsonShape => ({
  type,
  required: ['sha256', 'stamp'],
  properties: { sha256: TEXT, stamp: { type: ['string', 'null'] } },
})

/** An object all of whose keys have to be there. */
const whole = (properties: Readonly<Record<string, JsonShape>>, type: JsonShape['type'] = 'object'): JsonShape => ({
  type: type!,
  required: Object.keys(properties),
  properties,
})

const NUMBERS = whole(
  {
    zeropoint: REAL,
    zeropointErr: REAL,
    systematicErr: REAL,
    ownFraction: REAL,
    scatter: REAL,
    flag: WHOLE,
    system: TEXT,
    catalog: TEXT,
    relation: TEXT,
    cuts: whole({ detections: COUNT, selected: COUNT, matched: COUNT, used: COUNT }),
    sigmaClip: whole({ zeropoint: REAL, zeropointErr: REAL, nAll: COUNT, nClipped: COUNT }),
    concerns: { type: 'array', items: TEXT },
  },
  ['object', 'null'],
)

const SOLUTION = whole(
  {
    outcome: TEXT,
    suspect: { type: 'boolean' },
    reason: { type: ['string', 'null'] },
    zeropoint: REAL,
    zeropointErr: REAL,
    ccdScatter: REAL,
    nOutliers: COUNT,
    gradient: { type: ['object', 'null'], additionalProperties: { type: 'number' } },
  },
  ['object', 'null'],
)

const KEPT: JsonShape = whole({
  key: whole({
    version: TEXT,
    catalogHash: TEXT,
    ccd: TEXT,
    options: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  }),
  inputs: { type: 'object', additionalProperties: mark(['object', 'null']) },
  outputs: { type: 'object', additionalProperties: mark('object') },
  record: whole({
    list: TEXT,
    expnum: WHOLE,
    reqnum: TEXT,
    attnum: TEXT,
    raDeg: REAL,
    decDeg: REAL,
    solution: SOLUTION,
    ccds: {
      type: 'array',
      items: whole({
        ccd: WHOLE,
        band: TEXT,
        raDeg: REAL,
        decDeg: REAL,
        outcome: { enum: OUTCOMES },
        verdict: TEXT,
        result: NUMBERS,
      }),
    },
    failures: {
      type: 'array',
      items: whole({ ccd: CCD, exitCode: { enum: [0, 1, 2, 3, 4, 70, 130, 143] }, sentence: TEXT }),
    },
  }),
})

const MEASURED: JsonShape = {
  type: 'object',
  required: ['catalogue'],
  properties: { catalogue: TEXT, psf: TEXT, hdu: { type: ['integer', 'string'] } },
}

/** What a done-marker has to look like; what is not like it counts as not done. */
export const MARKER_SHAPE: JsonShape = {
  ...KEPT,
  properties: {
    ...KEPT.properties,
    measured: { type: 'object', additionalProperties: { type: 'array', items: MEASURED } },
  },
}
