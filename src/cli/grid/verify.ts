import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { markerName, parseMarker } from '../../batch/marker.js'
import { CommandError } from '../../errors.js'
import { commandLine, optionWords } from '../../formats/shell-word.js'
import { verifyExposure, type ProductFiles, type Verified } from '../../grid/verify.js'
import type { GridExposure } from '../../grid/workflow.js'
import { mergeExposure } from '../../node/exposure/merge-exposure.js'
import { unreadableFile } from '../../node/disk/reason.js'
import { recoverDirectory, refuseUnfinished } from '../../node/disk/recover-directory.js'
import { readPlan } from './plan.js'
import { reportFailure, type ExitCode, type Io } from '../terminal/io.js'
import type { VerifyCommand } from './options.js'
import { readWhole } from '../../node/disk/regular-file.js'
import { isAbsent } from '../../node/disk/absent.js'

/**
 * `grid verify`: whether every product of a plan, or of one exposure of it, is there and whole; exit code 3 if one
 * is not.
 *
 * @param salvage merge first the CCDs that are there, of exposures whose merge did not run because a CCD failed
 */
export async function gridVerify({ plan: planPath, salvage, ...which }: VerifyCommand, io: Io): Promise<ExitCode> {
  const { exposures, ...plan } = await readPlan(planPath)
  const chosen = which.expnum === undefined ? exposures : exposures.filter((exposure) => isOf(exposure, which))
  if (chosen.length === 0)
    throw new CommandError('not-in-plan', 'the exposure is not in the plan', {
      file: planPath,
      option: '--expnum',
      found: which.expnum ?? 'a plan without exposures',
    })
  let whole = 0
  const outcomes: Record<string, number> = {}
  for (const exposure of chosen) {
    if (salvage) await recoverDirectory(exposure.outdir)
    const unfinished = await refuseUnfinished(exposure.outdir).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (unfinished !== undefined) {
      reportFailure(unfinished, io)
      continue
    }
    let verified = await verifyExposure(exposure, plan, filesOf(exposure))
    if (salvage && !verified.merged && verified.presentCcds.length > 0) {
      await mergeWhatThereIs(exposure, io)
      verified = await verifyExposure(exposure, plan, filesOf(exposure))
    }
    for (const [outcome, count] of Object.entries(verified.outcomes))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + count
    if (verified.problems.length === 0) whole++
    else io.err(problemLines(exposure, verified, plan.options.catalog))
  }
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`)
  io.out(
    `${whole} of ${chosen.length} ` +
      `exposure${chosen.length === 1 ? '' : 's'} whole; CCDs: ${counts.join(', ') || 'none'}\n`,
  )
  return whole === chosen.length ? 0 : 3
}

/** What is wrong with its CCDs the check that follows says; that they cannot be merged is said here. */
async function mergeWhatThereIs({ expnum, list, workdir, outdir }: GridExposure, io: Io): Promise<void> {
  try {
    const { failures } = await mergeExposure({
      expnum,
      reqnum: list.reqnum,
      attnum: Number(list.attnum),
      workdir,
      outdir,
      acceptBorrowed: false,
      force: false,
    })
    for (const { error } of failures) reportFailure(error, io)
  } catch (error) {
    reportFailure(error, io)
  }
}

function isOf({ expnum, list }: GridExposure, which: Omit<VerifyCommand, 'plan' | 'salvage'>): boolean {
  return (
    expnum === which.expnum &&
    (which.reqnum === undefined || list.reqnum === which.reqnum) &&
    (which.attnum === undefined || Number(list.attnum) === which.attnum)
  )
}

/** What is wrong with an exposure, and the command that mends what is missing. */
function problemLines(
  { list, expnum, workdir, outdir }: GridExposure,
  { problems, absentCcds }: Verified,
  catalog: string,
): string {
  const words = [
    'bliss-calib',
    '--expnum',
    `${expnum}`,
    ...optionWords('--reqnum', list.reqnum),
    '--attnum',
    list.attnum,
    '--ccd',
    `${absentCcds[0]}`,
    '--workdir',
    workdir,
    '--outdir',
    outdir,
    '--catalog',
    catalog,
  ]
  const again = absentCcds.length === 0 ? [] : [`again: ${commandLine(words)} shows why`]
  return [...problems, ...again].map((sentence) => `bliss-calib: ${list.fileName}: ${sentence}\n`).join('')
}

function filesOf({ workdir, outdir, list }: GridExposure): ProductFiles {
  const sums = new Map<string, string | undefined>()
  return {
    product: (name) => readUnlessAbsent(join(outdir, name)),
    async toldFailed() {
      const marker = parseMarker(
        new TextDecoder().decode((await readUnlessAbsent(join(outdir, markerName(list)))) ?? new Uint8Array()),
      )
      return (marker?.record.ccds ?? []).filter(({ result }) => result === null).map(({ ccd }) => ccd)
    },
    async inputSha256(name) {
      if (!sums.has(name)) {
        const bytes =
          (await readUnlessAbsent(join(workdir, name))) ?? (await readUnlessAbsent(join(workdir, `${name}.gz`)))
        sums.set(name, bytes && createHash('sha256').update(bytes).digest('hex'))
      }
      return sums.get(name)
    },
  }
}

async function readUnlessAbsent(path: string): Promise<Uint8Array | undefined> {
  return readWhole(path, 'wholeFileBytes').catch((cause: unknown) => {
    if (isAbsent(cause)) return undefined
    throw unreadableFile(path, cause)
  })
}
