#!/usr/bin/env node
import { main } from '../dist/bundle/cli.mjs'

const exitCode = await main(process.argv.slice(2))
// A failure of stdout may have set one already.
process.exitCode = exitCode || process.exitCode || 0
