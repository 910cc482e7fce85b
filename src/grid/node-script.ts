import { scriptWord } from './carried-words.js'

/**
 * The script that every job runs: bliss-calib, and its exit code as a scheduler can act on it.
 *
 * A CCD without a zeropoint of its own (4) is a result, written to its files, and must not fail a workflow. What a
 * retry cannot mend (2, 70) becomes 2, so that one value tells DAGMan's `UNLESS-EXIT` not to try again; 3 and signals
 * stay as they are.
 *
 * @param program the words that start bliss-calib
 */
export function nodeScript(program: readonly string[]): string {
  return `#!/bin/sh
# Runs one job. Exit codes of bliss-calib for the scheduler:
#   0, 4 (a CCD without a zeropoint of its own; its files say so) -> 0
#   2, 70 (the command is wrong, a bug: a retry does the same)    -> 2
#   3 (an input is missing or damaged, a disk failed: may pass)   -> 3
${program.map(scriptWord).join(' ')} "$@"
code=$?
case $code in
  0 | 4) exit 0 ;;
  2 | 70) exit 2 ;;
esac
exit $code
`
}
