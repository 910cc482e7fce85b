import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFitsTable } from '../../formats/fits/index.js'
import type { MatchMode, MatchRule, SkyPositions } from '../../math/match-sky.js'
import { tableOf } from '../../table/columns.js'
import { heard, peerFailure, type MatchPeer, type PeerMatch } from './peer-match.js'
import { inWorkFolder } from './work-folder.js'

/** `best` pairs each row once, the closest first: of crowded fields a few pairs more than the mutually nearest. */
const FIND: Record<MatchMode, string> = { nearest: 'best1', mutual: 'best', all: 'all' }
/** So few rows show what STILTS takes to start. */
const FEW_ROWS = 10

/** STILTS's tskymatch2 (Taylor 2006), if it is there. */
export async function stiltsPeer(): Promise<MatchPeer | undefined> {
  const { code } = await heard('stilts', ['-version'])
  return code === 0 ? { name: 'stilts', match: stiltsMatch } : undefined
}

/**
 * What it takes for a few rows is taken off: to start takes longer than most matches.
 *
 * @throws InputError `program-failed` with its last words
 */
async function stiltsMatch(
  a: SkyPositions,
  b: SkyPositions,
  radiusArcsec: number,
  { mode = 'nearest', neighbours = 1 }: MatchRule,
): Promise<PeerMatch | undefined> {
  if (neighbours > 1) return undefined
  return inWorkFolder(tmpdir(), async (folder) => {
    const inputs = async (rows: number) => [
      `in1=${await positionsFile(join(folder, `a-${rows}.fits`), a, rows)}`,
      `in2=${await positionsFile(join(folder, `b-${rows}.fits`), b, rows)}`,
    ]
    const rule = [`error=${radiusArcsec}`, `find=${FIND[mode]}`, 'runner=sequential']
    const start = await counted([...(await inputs(FEW_ROWS)), ...rule])
    const { pairs, cpuMs } = await counted([...(await inputs(Infinity)), ...rule])
    return { pairs, cpuMs: Math.max(0, cpuMs - start.cpuMs) }
  })
}

async function positionsFile(file: string, { raDeg, decDeg }: SkyPositions, rows: number): Promise<string> {
  const columns = [
    { name: 'ra', type: 'f64', values: raDeg.slice(0, rows) },
    { name: 'dec', type: 'f64', values: decDeg.slice(0, rows) },
  ] as const
  await writeFile(file, writeFitsTable(tableOf(columns)))
  return file
}

/** The shell tells the CPU time of what it ran (POSIX `times`): user and system, the shell's own first. */
const WITH_TIMES = '"$@" && times'

async function counted(words: readonly string[]): Promise<PeerMatch> {
  const columns = ['ra1=ra', 'dec1=dec', 'ra2=ra', 'dec2=dec']
  const args = ['-c', WITH_TIMES, 'sh', 'stilts', 'tskymatch2', ...words, ...columns, 'omode=count']
  const said = await heard('/bin/sh', args)
  const pairs = /rows: (\d+)/.exec(said.out)?.[1]
  const times = [...said.out.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, seconds]) => 60 * +minutes! + +seconds!)
  const [, , user, system] = times
  if (said.code !== 0 || pairs === undefined || user === undefined || system === undefined)
    throw peerFailure('stilts', said, 'a number of pairs')
  return { pairs: Number(pairs), cpuMs: 1000 * (user + system) }
}
