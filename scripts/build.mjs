// Builds dist/: the library by tsc, the command as one bundle by esbuild (start-up is mostly module resolution), the
// report page's script, the figures' font.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { woffToTtf } from './woff-to-ttf.mjs'

const require = createRequire(import.meta.url)

/**
 * Of simple-statistics only what is used is taken: all of it makes a table of the normal distribution when it is
 * loaded, 5 ms of every start.
 */
const statistics = {
  name: 'statistics',
  setup({ onResolve }) {
    const sources = dirname(require.resolve('simple-statistics/package.json'))
    onResolve({ filter: /^simple-statistics$/ }, () => ({ path: join(sources, 'index.js'), sideEffects: false }))
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
      resolveDir.startsWith(sources) ? { path: join(resolveDir, path), sideEffects: false } : undefined,
    )
  },
}

rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
})
const { RESULT_SHAPE } = await import('../dist/products/result-shape.js')
writeFileSync('dist/products/result.schema.json', `${JSON.stringify(RESULT_SHAPE, null, 2)}\n`)
await build({
  // The command and its worker threads, each one file: start-up is mostly module resolution.
  entryPoints: { cli: 'src/cli/main.ts', 'ccd-worker': 'src/node/threads/ccd-worker.ts' },
  outdir: 'dist/bundle',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // For the few CommonJS packages among the bundled ones.
  banner: {
    js: "import { createRequire as requireBeside } from 'node:module'; const require = requireBeside(import.meta.url);",
  },
  plugins: [statistics],
  // The newest asks for all emoji of Unicode when it is loaded: 30 ms of every start.
  alias: { 'string-width': 'string-width-cjs' },
  // Heavy and loaded only when a catalogue, a Parquet product or a PNG is written.
  external: ['apache-arrow', '@resvg/resvg-js'],
  logLevel: 'warning',
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
