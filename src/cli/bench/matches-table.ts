import type { PeerMatch } from '../../node/programs/peer-match.js'
import { alignedRows } from './aligned-rows.js'
import type { MeasuredMatch } from './measured-match.js'

/** The lines of a table of measured matches, with the columns of each peer that was asked. */
export function matchesTable(measured: readonly MeasuredMatch[]): string[] {
  const peers = (['scipy', 'stilts'] as const).filter((name) => measured.some((one) => one[name] !== undefined))
  const heads = ['rows of a', 'rows of b', 'mode', 'pairs', 'first ms', 'best ms', 'median ms', 'rows/s', 'checked']
  if (peers.length > 0) heads.push('CPU ms')
  for (const name of peers) heads.push(name === 'scipy' ? "scipy's pairs" : "STILTS's pairs", 'CPU ms', 'ratio')
  const rows = measured.map((one) => [
    String(one.rowsA),
    String(one.rowsB),
    one.neighbours > 1 ? `${one.neighbours} nearest` : one.mode,
    String(one.pairs),
    one.firstMs.toFixed(2),
    one.bestMs.toFixed(2),
    one.medianMs.toFixed(2),
    Math.round(one.rowsPerSecond).toLocaleString('en-US'),
    String(one.checkedRows),
    ...(peers.length > 0 ? [one.cpuMs.toFixed(2)] : []),
    ...peers.flatMap((name) => peerCells(one.cpuMs, one[name])),
  ])
  return alignedRows([heads, ...rows])
}

/** A peer that took no time it could measure has no ratio. */
function peerCells(cpuMs: number, peer: PeerMatch | undefined): string[] {
  if (peer === undefined) return ['-', '-', '-']
  return [String(peer.pairs), peer.cpuMs.toFixed(2), peer.cpuMs > 0 ? (cpuMs / peer.cpuMs).toFixed(3) : '-']
}
