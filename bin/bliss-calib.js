#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { main } from '../dist/bundle/cli.mjs'

// A run takes seconds, on all processors: V8 compiles only what is truly hot, and collects garbage in the thread that made it.
setFlagsFromString('--interrupt-budget=300000')
setFlagsFromString('--no-parallel-scavenge')
// Of worker threads, in MB: young arrays die before they are looked at.
setFlagsFromString('--min-semi-space-size=16')

const exitCode = await main(process.argv.slice(2))
// A failure of stdout may have set one already.
process.exitCode = exitCode || process.exitCode || 0
