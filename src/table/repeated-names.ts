import { InputError, type Place } from '../errors.js'

/**
 * Refuses a table in which a column that is used is not the only one of its name: the first of several is never taken
 * in silence. (Of FITS tables the reader says so itself.)
 *
 * @param present names of all columns, in their order
 * @param used names of those that are read
 * @param ignoresCase whether columns that differ in the case of letters alone count as of one name
 * @throws InputError `repeated-column`
 */
export function refuseRepeatedNames(
  present: readonly string[],
  used: Iterable<string>,
  place: Place,
  ignoresCase = false,
): void {
  const folded = (name: string) => (ignoresCase ? name.toLowerCase() : name)
  const numbers = new Map<string, number[]>()
  present.forEach((name, k) => numbers.set(folded(name), [...(numbers.get(folded(name)) ?? []), k + 1]))
  if (numbers.size === present.length) return
  for (const name of used) {
    const alike = numbers.get(folded(name)) ?? []
    if (alike.length < 2) continue
    const isOne = alike.every((number) => present[number - 1] === name)
    const sentence = isOne ? 'several columns have one name' : 'several columns differ in case only'
    throw new InputError('repeated-column', `${sentence}, and nothing tells which is meant`, {
      ...place,
      column: name,
      found: alike.map((number) => `${present[number - 1]} (column ${number})`).join(', '),
      expected: 'one of them; give the others another name',
    })
  }
}
