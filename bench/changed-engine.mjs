// The calibration with one constant of src/photometry changed, and simulated CCDs for it: for the benches that say what
// a constant decides.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** The calibration as one module, with the text of one file changed. */
export async function engine(file, change) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { calibrateCcd } from './src/in-memory.ts'
        export { simulateExposure } from './src/simulate/index.ts'
        export { parseDescription } from './src/catalog/description.ts'
        export { seededRandom } from './src/math/random.ts'
        export { memoryCatalog } from './test/support/memory-catalog.ts'
        export { parseCameraDescription } from './src/camera/description.ts'`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    plugins: [
      {
        name: 'change',
        setup({ onLoad }) {
          onLoad({ filter: /src\/photometry\/.*\.ts$/ }, ({ path }) => {
            const text = readFileSync(path, 'utf8')
            return { contents: path.endsWith(file) ? change(text) : text, loader: 'ts' }
          })
        },
      },
    ],
  })
  const dir = mkdtempSync(join(tmpdir(), 'bliss-engine-'))
  try {
    writeFileSync(join(dir, 'engine.mjs'), outputFiles[0].contents)
    return await import(join(dir, 'engine.mjs'))
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** The calibration as it is. */
export const unchanged = () => engine('', (contents) => contents)

/**
 * The calibration with a constant times a factor; each number of a list.
 *
 * @param most what is tried at most, for a probability
 */
export async function withConstant(file, name, factor, most = Infinity) {
  let changed = 0
  const variant = await engine(`photometry/${file}`, (contents) =>
    contents.replace(new RegExp(`(const ${name}(?:: [^=]+)? = )([^\\n]+)`), (_, head, value) => {
      changed++
      if (value.startsWith('[')) return `${head}${value}.map((x) => x * ${factor})`
      return most === Infinity ? `${head}(${value}) * ${factor}` : `${head}Math.min(${most}, (${value}) * ${factor})`
    }),
  )
  if (changed !== 1) throw new Error(`${file}: ${name} was found ${changed} times`)
  return variant
}

const cameraText = JSON.parse(readFileSync(`${root}/cameras/decam.json`, 'utf8'))
const catalogText = JSON.parse(readFileSync(`${root}/catalogs/gaia_dr2.json`, 'utf8'))

/** A simulated CCD: what calibrateCcd takes, the catalogue of its field, the true zeropoint. */
export function simulatedCcd(
  { simulateExposure, parseDescription, seededRandom, memoryCatalog, parseCameraDescription },
  options,
  seed,
) {
  const description = parseDescription(catalogText, 'gaia_dr2')
  const camera = { description: parseCameraDescription(cameraText, 'decam'), from: 'header', instrument: 'DECam' }
  const exposure = simulateExposure({ ccds: [1], band: 'i', ...options }, description, seededRandom(seed))
  const { ccd, centre, corners, sources, zeropoint } = exposure.ccds[0]
  const input = {
    ccd,
    band: 'i',
    centre,
    corners,
    sources,
    epochYr: exposure.epochYr,
    epochFrom: 'MJD-OBS',
    camera,
    exposureTimeSec: 90,
  }
  return { input, catalog: memoryCatalog(exposure.stars, description), zeropoint }
}
