import type { JsonShape } from '../formats/json-shape.js'
import { CONCERN_TAGS } from '../photometry/concern.js'

/** What a person should know of a CCD or an exposure, in the JSON of a result. */
export const CONCERNS_SHAPE: JsonShape = {
  type: 'array',
  description: 'what is off; the verdict holds the sentences of all that is more than a hint',
  items: {
    type: 'object',
    required: ['tag', 'severity', 'sentence'],
    properties: {
      tag: {
        type: 'string',
        description: 'further tags may be added',
        examples: [...CONCERN_TAGS],
      },
      severity: {
        enum: ['stop', 'look', 'hint'],
        description:
          'stop: do not use the number before the cause is known; look: usable, with what the ' +
          'sentence says; hint: not in the verdict',
      },
      sentence: { type: 'string' },
    },
  },
}
