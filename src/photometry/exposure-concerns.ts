import type { Concern } from './concern.js'
import type { ExposureSolution } from './exposure-solution.js'

/** What a person should know of an exposure as a whole. */
export function exposureConcerns({ outcome, suspect, reason }: Omit<ExposureSolution, 'reserved' | 'concerns'>): Concern[] {
  if (reason === null) return []
  if (suspect) return [{ tag: 'suspect-exposure', severity: 'stop', sentence: reason }]
  return [outcome === 'none' ? { tag: 'no-zeropoint', severity: 'stop', sentence: reason } : { tag: 'too-few-ccds', severity: 'look', sentence: reason }]
}
