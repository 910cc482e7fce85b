// Validation within one tile: fitted to the stars of half of the sky cells, judged on the other half.

/** Side of a cell [deg]: a CCD's shorter side. */
const CELL_DEG = 0.15

const cell = (value) => Math.floor(value / CELL_DEG)

/** Ways to halve the tile: a chequerboard of cells, and its cells east and west, north and south. */
export function halvesOf(stars) {
  const middle = (name) => (Math.min(...stars.map((s) => s[name])) + Math.max(...stars.map((s) => s[name]))) / 2
  const [ra, dec] = [cell(middle('ra')), cell(middle('dec'))]
  const ways = {
    chequer: (s) => Math.abs(cell(s.ra) + cell(s.dec)) % 2 === 0,
    'east-west': (s) => cell(s.ra) > ra,
    'north-south': (s) => cell(s.dec) > dec,
  }
  return Object.entries(ways).flatMap(([name, isFirst]) => {
    const [first, second] = [stars.filter(isFirst), stars.filter((s) => !isFirst(s))]
    return [
      { name: `${name} 1`, fitted: first, judged: second },
      { name: `${name} 2`, fitted: second, judged: first },
    ]
  })
}
