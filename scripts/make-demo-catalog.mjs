// Makes catalogs/demo, the catalogue of simulated stars round the demo field, from the built project. A test compares
// the bytes.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildCatalogDirectory } from '../dist/node/store/catalog-build.js'
import { packagedDescriptions } from '../dist/node/store/catalog-files.js'
import { demoExposure, gaiaCsvFile } from '../dist/simulate/index.js'

const [description] = await packagedDescriptions()
const { name, bytes } = gaiaCsvFile(demoExposure(description))
const raw = join(mkdtempSync(join(tmpdir(), 'bliss-demo-')), name)
writeFileSync(raw, bytes)
const report = await buildCatalogDirectory([raw], process.argv[2] ?? 'catalogs/demo', { force: true })
console.log(`${report.rowCount} stars, ${report.byteLength} bytes`)
