// Builds dist/: the library by tsc, the command as one bundle by esbuild (start-up is mostly module resolution).
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build } from 'esbuild'

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
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Bundled CommonJS packages (yargs' parts) call require for node's own modules.
  banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  // Heavy and loaded only when a catalogue or a Parquet product is written.
  external: ['parquet-wasm', 'apache-arrow'],
  logLevel: 'warning',
})
