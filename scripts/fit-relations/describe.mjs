// Puts fitted relations into a release's description in catalogs/.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Rykoff et al. (2023): DES Y6's calibration stars are uniform to 2 mmag, and on the AB scale to 1 %. */
const LEVEL = {
  relativeTo: 'DES Y6',
  absoluteErrMag: 0.01,
  source: 'Rykoff et al. 2023: absolute calibration of the DES Y6 calibration stars, about 1 %',
}

/** From `level`, or from `relations` if it has none, to what follows the relations. */
const PART = /^ {2}(?:"level": \{[^]*?\n {2}\},\n {2})?"relations": \{[^]*?\n {2}\},\n/m

/** The rest of the file stays as it is. */
export function writeDescription(release, relations) {
  const path = fileURLToPath(new URL(`../../catalogs/${release}.json`, import.meta.url))
  const text = readFileSync(path, 'utf8')
  if (!PART.test(text)) throw new Error(`${path}: no relations to replace`)
  const part = compact(JSON.stringify({ level: LEVEL, relations }, null, 2))
  writeFileSync(path, text.replace(PART, `${part.slice('{\n'.length, -'\n}'.length)},\n`))
  return path
}

const SYSTEMS = /^ {2}"systems": \{[^]*?\n {2}\},\n/m
const REFUSED = /^ {2}"refused": \{/m

/** Puts the relations to other systems before what is refused; the rest of the file stays as it is. */
export function writeSystems(release, systems) {
  const path = fileURLToPath(new URL(`../../catalogs/${release}.json`, import.meta.url))
  const text = readFileSync(path, 'utf8').replace(SYSTEMS, '')
  const part = compact(JSON.stringify({ systems }, null, 2)).slice('{\n'.length, -'\n}'.length)
  writeFileSync(
    path,
    text.replace(REFUSED, (refused) => `${part},\n${refused}`),
  )
  return path
}

/** Lists and small objects that fit a line of 120 characters on one line each. */
function compact(json) {
  const small = 'fittedTo|secondColour|faintTerm|locus|excessLimits'
  const onOneLine = (open, close) => (whole, before, inner) => {
    const line = `${before}${open}${inner
      .trim()
      .split(/,\s*\n\s*/)
      .join(', ')}${close}`
    return line.length <= 120 ? line : whole
  }
  return json
    .replace(/^(.*)\[\n([^[\]{}]*?)\s*\]/gm, onOneLine('[', ']'))
    .replace(new RegExp(`^(\\s*"(?:${small})": )\\{\\n([^{}]*?)\\s*\\}`, 'gm'), onOneLine('{ ', ' }'))
}
