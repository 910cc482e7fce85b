#!/usr/bin/env node
import { isatty } from 'node:tty'
import { main } from '../dist/bundle/cli.js'

const hasTerminal = [0, 1, 2].some((fd) => isatty(fd))
const exitCode = await main(process.argv.slice(2))
// A failure of stdout may have set one already.
process.exitCode = exitCode || process.exitCode || 0
// Node aborts at its end if its terminal is gone; the signal's own end is 129 to a shell just as well.
if (exitCode === 129 && hasTerminal) process.kill(process.pid, 'SIGHUP')
