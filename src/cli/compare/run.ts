import { CommandError, DataError, isBlissError } from '../../errors.js'
import { compareExposure } from '../../compare/exposure.js'
import { pairExposures, type ExposureFiles, type ExposurePairs } from '../../compare/plan.js'
import { ComparisonReport } from '../../compare/report.js'
import { comparisonText } from '../../compare/text.js'
import { findProducts, readExposureSide, type ProductSet } from './compare-files.js'
import type { Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { COMPARE_OPTIONS } from './options.js'

/** Exposures named in a message at most. */
const NAMED_AT_MOST = 5

/**
 * `compare OLD NEW`: what changes between two sets of products. Exit code 0 the same within the tolerance, 4
 * differences, 3 an input that is missing or unfit; an exposure that cannot be read does not stop the others.
 */
export async function compare(options: Values<typeof COMPARE_OPTIONS>, io: Io): Promise<ExitCode> {
  const { toleranceMag } = options
  const old = await findProducts(options.old)
  const after = await findProducts(options.new)
  const { both, unpaired } = old.kind || after.kind ? pairFiles(old, after) : pairDirectories(old, after)

  const report = new ComparisonReport({ old: old.path, new: after.path, toleranceMag, unpaired })
  for (const pair of both) {
    try {
      const compared = compareExposure(
        pair.id,
        await readExposureSide(pair.old, options.oldSystem),
        await readExposureSide(pair.new),
        toleranceMag,
      )
      if (old.kind && old.kind !== 'all-zp') refuseOtherCcds(compared.comparison.ccds, old, after)
      report.add(compared)
    } catch (error) {
      if (!isBlissError(error)) throw error
      report.fail(pair.id, error.message)
      io.err(`bliss-calib: ${error.message}\n`)
    }
  }
  const result = report.result()
  if (options.json) io.out(`${JSON.stringify(result, null, 2)}\n`)
  else if (!options.quiet && result.exposures.length > 0) io.out(comparisonText(result))
  if (result.failed.length > 0) return 3
  return result.same ? 0 : 4
}

function pairDirectories(old: ProductSet, after: ProductSet): ExposurePairs {
  const pairs = pairExposures(old.exposures, after.exposures)
  if (pairs.both.length === 0) {
    const named = ({ exposures }: ProductSet) =>
      [...exposures.keys()].slice(0, NAMED_AT_MOST).join(', ') + (exposures.size > NAMED_AT_MOST ? ', ...' : '')
    throw new DataError('nothing-in-common', `the directory has no exposure in common with ${old.path}`, {
      file: after.path,
      found: named(after),
      expected: named(old),
    })
  }
  return pairs
}

/**
 * Two files are of one exposure unless their names say otherwise; another r or p is another reduction of it, which may
 * well be compared.
 */
function pairFiles(old: ProductSet, after: ProductSet): ExposurePairs {
  if (old.kind === undefined || after.kind === undefined) {
    const [directory, file] = old.kind === undefined ? [old, after] : [after, old]
    throw new CommandError(
      'directory-and-file',
      `one is a directory, the other a file: give two directories or two files`,
      { file: file.path, found: 'a file', expected: `a directory as ${directory.path}` },
    )
  }
  if (old.kind !== after.kind) {
    throw new CommandError('different-products', `the files are different products: compare like with like`, {
      file: after.path,
      found: after.kind,
      expected: `${old.kind} as ${old.path}`,
    })
  }
  const [a, b] = [onlyExposure(old), onlyExposure(after)]
  if (a.id && b.id && a.id.expnum !== b.id.expnum) {
    throw new DataError('different-exposures', 'the files are of different exposures', {
      file: after.path,
      found: b.id.expnum,
      expected: `${a.id.expnum} as ${old.path}`,
    })
  }
  return { both: [{ id: b.id ?? a.id, old: a, new: b }], unpaired: [] }
}

const onlyExposure = ({ exposures }: ProductSet): ExposureFiles => [...exposures.values()][0]!

function refuseOtherCcds(
  ccds: readonly { ccd: number; old: unknown; new: unknown }[],
  old: ProductSet,
  after: ProductSet,
): void {
  if (ccds.some((ccd) => ccd.old && ccd.new)) return
  const of = (side: 'old' | 'new') =>
    ccds
      .filter((ccd) => ccd[side])
      .map(({ ccd }) => ccd)
      .join(', ')
  throw new DataError('nothing-in-common', 'the files have no CCD in common', {
    file: after.path,
    found: `CCD ${of('new') || 'none'}`,
    expected: `CCD ${of('old') || 'none'} as ${old.path}`,
  })
}
