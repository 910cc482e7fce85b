// Builds dist/: the library by tsc, the command as one bundle by esbuild (start-up is mostly module resolution), the report page's script, the figures' font.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { woffToTtf } from './woff-to-ttf.mjs'

const require = createRequire(import.meta.url)
rmSync('dist', { recursive: true, force: true })
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
copyFileSync('src/products/result.schema.json', 'dist/products/result.schema.json')
await build({
  // A worker thread starts from its own file beside the command's.
  entryPoints: { cli: 'src/cli/main.ts', 'ccd-worker': 'src/node/ccd-worker.ts' },
  outdir: 'dist/bundle',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Bundled CommonJS packages (yargs' parts) call require for node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  // Heavy and loaded only when a catalogue, a Parquet product or a PNG is written.
  external: ['parquet-wasm', 'apache-arrow', '@resvg/resvg-js'],
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
if (/<\/script|<!--/i.test(readFileSync('dist/page/page-script.js', 'utf8'))) throw new Error('the page script holds text that would end its element')

const font = '@fontsource/source-sans-3'
mkdirSync('dist/fonts')
for (const subset of ['latin-400', 'latin-600', 'greek-400', 'greek-600']) {
  writeFileSync(`dist/fonts/source-sans-3-${subset}.ttf`, woffToTtf(readFileSync(require.resolve(`${font}/files/source-sans-3-${subset}-normal.woff`))))
}
copyFileSync(require.resolve(`${font}/LICENSE`), 'dist/fonts/LICENSE')
