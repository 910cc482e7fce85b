import { isRecord } from '../formats/json-shape.js'
import { isPositive, isText, type Expect } from './field-checks.js'

/** What images of a simulated camera hold: as its headers write it, and its detectors' limits. */
export interface SimulationDescription {
  /** INSTRUME and TELESCOP. */
  readonly instrument: string
  readonly telescope: string
  /** FILTER of each band. */
  readonly filters: Readonly<Record<string, string>>
  readonly readNoiseElectrons: number
  readonly saturationElectrons: number
}

/** Refuses a wrong `simulation`. */
export function checkSimulation(simulation: SimulationDescription, expect: Expect): void {
  expect(isRecord(simulation), 'simulation', 'an object')
  for (const key of ['instrument', 'telescope'] as const) expect(isText(simulation[key]), `simulation.${key}`, 'text')
  const { filters } = simulation
  const areTexts = isRecord(filters) && Object.values(filters).every(isText)
  expect(areTexts, 'simulation.filters', 'an object of texts by band')
  for (const key of ['readNoiseElectrons', 'saturationElectrons'] as const)
    expect(isPositive(simulation[key]), `simulation.${key}`, 'a positive number')
}
