import { readFile } from 'node:fs/promises'

/** Linux counts in hundredths of a second, whatever the machine (proc(5), USER_HZ). */
const MS_PER_TICK = 10

/**
 * CPU time so far of this process, and of all programs that it has started and that have ended, ms; without those
 * programs where the system does not tell it (only Linux does).
 */
export async function cpuTimeMs(): Promise<number> {
  const { user, system } = process.cpuUsage()
  const stat = await readFile('/proc/self/stat', 'latin1').catch(() => undefined)
  // The name of the program may hold blanks and brackets; fields count on from behind it (proc(5): cutime is the 16th).
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return (user + system) / 1000 + MS_PER_TICK * (Number(fields[13] ?? 0) + Number(fields[14] ?? 0))
}
