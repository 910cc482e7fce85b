// Builds dist/: the library by tsc, the command by rolldown in a few files (start-up is mostly reading modules), the
// report page's script, the figures' font.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build } from 'esbuild'
import { rolldown } from 'rolldown'
import { woffToTtf } from './woff-to-ttf.mjs'

const require = createRequire(import.meta.url)

/** The modules that a file of src/ loads before it runs, itself among them, and those that some files load later. */
function loadedBy(file, graph, later = []) {
  const modules = new Set()
  const visit = (id) => {
    if (modules.has(id)) return
    modules.add(id)
    graph.getModuleInfo(id)?.importedIds.forEach(visit)
  }
  visit(resolve('src', file))
  for (const one of later) graph.getModuleInfo(resolve('src', one)).dynamicallyImportedIds.forEach(visit)
  return modules
}

/**
 * Says which file of dist/bundle a module goes to: a start loads what it needs in few files, since each costs 0.5 ms.
 * Modules that a run loads later, if at all, go where the bundler puts them.
 */
function bundleFiles() {
  let parts
  return (id, graph) => {
    parts ??= {
      commandLine: loadedBy('cli/main.ts', graph),
      // Every CCD writes its matches.
      ccd: loadedBy('node/threads/ccd-worker.ts', graph, ['formats/parquet/write.ts']),
      exposure: loadedBy('cli/calibrate/run.ts', graph),
    }
    if (graph.getModuleInfo(id).isEntry) return null
    if (parts.commandLine.has(id)) return parts.ccd.has(id) ? 'common' : 'command-line'
    if (parts.ccd.has(id)) return 'ccd'
    return parts.exposure.has(id) ? 'exposure' : null
  }
}

/**
 * yargs looks for a package.json from the working directory upwards and reads every directory on the way, which takes
 * as long as these are large. It gets ours.
 */
const ownPackage = {
  name: 'own-package',
  resolveId: (id) => (id === 'escalade/sync' ? '\0own-package' : null),
  load: (id) =>
    id === '\0own-package'
      ? `import { fileURLToPath } from 'node:url'
         export default () => fileURLToPath(new URL('../../package.json', import.meta.url))`
      : null,
}

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
const { RESULT_SHAPE } = await import('../dist/products/result-shape.js')
writeFileSync('dist/products/result.schema.json', `${JSON.stringify(RESULT_SHAPE, null, 2)}\n`)
const { TIE_SHAPE } = await import('../dist/tied-products/shape.js')
writeFileSync('dist/tied-products/tie.schema.json', `${JSON.stringify(TIE_SHAPE, null, 2)}\n`)
const bundle = await rolldown({
  // The command and its worker threads.
  input: {
    cli: 'src/cli/main.ts',
    'ccd-worker': 'src/node/threads/ccd-worker.ts',
    'match-worker': 'src/node/threads/match-worker.ts',
  },
  platform: 'node',
  resolve: {
    alias: {
      // The newest asks for all emoji of Unicode when it is loaded: 30 ms of every start.
      'string-width': 'string-width-cjs',
      // Only what is used: all of it makes a table of the normal distribution when it is loaded, 5 ms of every start.
      'simple-statistics': join(dirname(require.resolve('simple-statistics/package.json')), 'index.js'),
    },
  },
  plugins: [ownPackage],
  treeshake: { moduleSideEffects: (id) => !id.includes('simple-statistics') },
  // Heavy and loaded only when a catalogue, a Parquet product or a PNG is written.
  external: ['apache-arrow', '@resvg/resvg-js'],
  preserveEntrySignatures: 'allow-extension',
  logLevel: 'warn',
  // Some are loaded later only in the library.
  checks: { ineffectiveDynamicImport: false },
})
await bundle.write({
  dir: 'dist/bundle',
  format: 'es',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  comments: { legal: true, annotation: false, jsdoc: false },
  codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: bundleFiles(), debugName: 'bundleFiles' }] },
})
await build({
  entryPoints: { 'page-script': 'src/report/browser/report.ts' },
  outdir: 'dist/page',
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  logLevel: 'warning',
})
// The pages carry it inside a script element: nothing in it may end that.
if (/<\/script|<!--/i.test(readFileSync('dist/page/page-script.js', 'utf8')))
  throw new Error('the page script holds text that would end its element')

const font = '@fontsource/source-sans-3'
mkdirSync('dist/fonts')
for (const subset of ['latin-400', 'latin-600', 'greek-400', 'greek-600']) {
  writeFileSync(
    `dist/fonts/source-sans-3-${subset}.ttf`,
    woffToTtf(readFileSync(require.resolve(`${font}/files/source-sans-3-${subset}-normal.woff`))),
  )
}
copyFileSync(require.resolve(`${font}/LICENSE`), 'dist/fonts/LICENSE')
