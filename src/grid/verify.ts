import { parseJson, shapeFault } from '../formats/json-shape.js'
import { RESULT_SCHEMA } from '../products/result-schema.js'
import { RESULT_SHAPE } from '../products/result-shape.js'
import { isBlissError } from '../errors.js'
import { memorySource } from '../formats/bytes.js'
import { readFitsHeaders } from '../formats/fits/index.js'
import { openParquet } from '../formats/parquet/index.js'
import { ccdProductNames, exposureProductNames } from '../products/names.js'
import type { GridPlan } from './plan.js'
import type { GridExposure } from './workflow.js'

/** What the check may read. */
export interface ProductFiles {
  /** A product; undefined if it does not exist. */
  product(name: string): Promise<Uint8Array | undefined>
  /** SHA-256 of an input of the exposure by the name that its JSON gives it; undefined if it does not exist. */
  inputSha256(name: string): Promise<string | undefined>
  /** CCDs that a batch has told as failed for good, in its table: they leave no products. */
  toldFailed(): Promise<readonly number[]>
}

/** What the files of an exposure say. */
export interface Verified {
  /** One sentence for each thing that is not as it must be. */
  readonly problems: readonly string[]
  /** CCDs of which not one product is there. */
  readonly absentCcds: readonly number[]
  /** CCDs that have products. */
  readonly presentCcds: readonly number[]
  /** Whether the exposure's own products hold exactly the CCDs that have products. */
  readonly merged: boolean
  /** Outcome -> number of CCDs. */
  readonly outcomes: Readonly<Record<string, number>>
}

interface CcdJson {
  readonly ccd: number
  readonly outcome: string
  readonly zeropoint: number | null
  readonly cuts: { readonly detections: number; readonly matched: number }
}

interface ResultJson {
  readonly schema: number
  readonly exposure: { readonly expnum: number }
  readonly ccds: readonly CcdJson[]
  readonly provenance: {
    readonly version: string
    readonly inputs: Readonly<Record<string, string>>
    readonly catalogHash: string
    readonly options: Readonly<Record<string, unknown>>
  }
  readonly solution?: object
}

/**
 * Whether every product of an exposure is there, whole, of one piece and made as planned:
 *
 * - each CCD's five files and the exposure's four exist; tables are complete and have as many rows as the JSON says
 *   (CSV, FITS, Parquet)
 * - each JSON names the planned version, catalogue and options, and inputs whose SHA-256 are those of the files that
 *   lie there now
 * - `Zero_` has the JSON's zeropoint and outcome; the exposure's JSON and combined tables hold exactly these CCDs, with
 *   the CCDs' own numbers
 */
export async function verifyExposure(
  exposure: GridExposure,
  plan: Omit<GridPlan, 'exposures'>,
  files: ProductFiles,
): Promise<Verified> {
  const problems: string[] = []
  const absentCcds: number[] = []
  const ccds: CcdJson[] = []
  const outcomes: Record<string, number> = {}
  const told = await files.toldFailed()
  for (const ccd of exposure.ccds) {
    const names = ccdProductNames(exposure.list, ccd)
    const found = await readAll(names, files)
    if (Object.values(found).every((bytes) => bytes === undefined)) {
      absentCcds.push(ccd)
      if (told.includes(ccd)) outcomes['failed'] = (outcomes['failed'] ?? 0) + 1
      else problems.push(`CCD ${ccd}: no products`)
      continue
    }
    const said = (sentence: string) => problems.push(`CCD ${ccd}: ${sentence}`)
    for (const [key, name] of Object.entries(names))
      if (found[key as keyof typeof names] === undefined) said(`${name} does not exist`)
    const json = await checkedJson(found.json, names.json, exposure, plan, files, said)
    const one = json?.ccds[0]
    if (one === undefined) continue
    if (one.ccd !== ccd || json!.ccds.length !== 1)
      said(`${names.json} holds CCD ${json!.ccds.map((each) => each.ccd).join(', ')}`)
    ccds.push(one)
    outcomes[one.outcome] = (outcomes[one.outcome] ?? 0) + 1
    await checkTables(found, names, one.cuts.detections, said)
    const rows = await parquetRows(found.matches, names.matches, said)
    if (rows !== undefined && rows !== one.cuts.matched)
      said(`${names.matches} has ${rows} rows, ${names.json} says ${one.cuts.matched} matched`)
    checkZero(found.zero, names.zero, one, said)
  }
  const presentCcds = exposure.ccds.filter((ccd) => !absentCcds.includes(ccd))
  // Of an exposure that failed whole there is nothing to check.
  const merged =
    told.length > 0 && presentCcds.length === 0
      ? false
      : await checkExposure(exposure, plan, ccds, files, (sentence) => problems.push(sentence))
  return { problems, absentCcds, presentCcds, merged, outcomes }
}

async function checkExposure(
  exposure: GridExposure,
  plan: Omit<GridPlan, 'exposures'>,
  ccds: readonly CcdJson[],
  files: ProductFiles,
  say: (sentence: string) => void,
): Promise<boolean> {
  const names = exposureProductNames(exposure.list)
  const found = await readAll(names, files)
  const { allZp } = found
  if (found.json === undefined) {
    say('the CCDs are not merged: the exposure has no products of its own')
    return false
  }
  for (const [key, name] of Object.entries(names))
    if (found[key as keyof typeof names] === undefined) say(`${name} does not exist`)
  const json = await checkedJson(found.json, names.json, exposure, plan, files, say)
  if (json === undefined) return false
  if (json.solution === undefined) say(`${names.json} has no solution of the exposure`)
  const text = allZp === undefined ? undefined : new TextDecoder().decode(allZp)
  if (text !== undefined && !/^[^\n]+\n[^\n]+,exposure\n$/.test(text)) say(`${names.allZp} is not that of the exposure`)
  const held = json.ccds.map(({ ccd }) => ccd).sort((a, b) => a - b)
  const there = ccds.map(({ ccd }) => ccd)
  const merged = held.length === there.length && held.every((ccd, k) => ccd === there[k])
  if (!merged)
    say(`${names.json} holds CCDs ${held.join(', ')}; there are products of ${there.join(', ') || 'none'}: merge again`)
  for (const one of json.ccds) {
    const own = ccds.find(({ ccd }) => ccd === one.ccd)
    if (own && !sameWhereBothSay(one, own)) say(`CCD ${one.ccd}: its JSON and that of the exposure differ: merge again`)
  }
  await checkTables(
    found,
    names,
    json.ccds.reduce((total, { cuts }) => total + cuts.detections, 0),
    say,
  )
  return merged
}

async function readAll<K extends string>(
  names: Readonly<Record<K, string>>,
  files: ProductFiles,
): Promise<Record<K, Uint8Array | undefined>> {
  const entries = await Promise.all(
    (Object.entries(names) as [K, string][]).map(async ([key, name]) => [key, await files.product(name)] as const),
  )
  return Object.fromEntries(entries) as Record<K, Uint8Array | undefined>
}

async function checkedJson(
  bytes: Uint8Array | undefined,
  name: string,
  exposure: GridExposure,
  plan: Omit<GridPlan, 'exposures'>,
  files: ProductFiles,
  say: (sentence: string) => void,
): Promise<ResultJson | undefined> {
  if (bytes === undefined) return undefined
  let json: ResultJson
  try {
    json = parseJson(new TextDecoder().decode(bytes)) as ResultJson
  } catch (cause) {
    say(`${name} is damaged: ${(cause as Error).message}`)
    return undefined
  }
  if (json?.schema !== RESULT_SCHEMA) {
    say(
      `${name} is of schema ${JSON.stringify(json?.schema)}, and this ` +
        `version writes ${RESULT_SCHEMA}: calibrate it again`,
    )
    return undefined
  }
  if (!Array.isArray(json.ccds) || json.provenance === undefined || json.exposure?.expnum !== exposure.expnum) {
    say(`${name} is no result of exposure ${exposure.expnum}`)
    return undefined
  }
  const fault = shapeFault(json, RESULT_SHAPE)
  if (fault !== undefined) {
    say(`${name} is damaged: ${fault.path} is ${fault.found}, expected ${fault.expected}`)
    return undefined
  }
  const { version, catalogHash, options, inputs } = json.provenance
  if (version !== plan.version) say(`${name} was made by version ${version}, planned was ${plan.version}`)
  if (catalogHash !== plan.catalogHash) say(`${name} was made with another catalogue`)
  for (const key of ['magsType', 'system', 'estimator', 'keepBorrowed'] as const) {
    if (options[key] !== plan.options[key])
      say(`${name} was made with ${key} ${String(options[key])}, planned was ${plan.options[key]}`)
  }
  for (const [input, sha256] of Object.entries(inputs)) {
    const now = await files.inputSha256(input)
    if (now === undefined) say(`${name} was made from ${input}, which does not exist any more`)
    else if (now !== sha256) say(`${name} was made from another ${input} than lies there now`)
  }
  return json
}

/** The calibrated catalogue as CSV and as FITS: complete, and with this many rows. */
async function checkTables(
  found: { readonly zpCsv: Uint8Array | undefined; readonly zpFits: Uint8Array | undefined },
  names: { readonly zpCsv: string; readonly zpFits: string },
  rows: number,
  say: (sentence: string) => void,
): Promise<void> {
  const { zpCsv, zpFits } = found
  if (zpCsv !== undefined) {
    let lines = 0
    for (const byte of zpCsv) if (byte === 10) lines++
    if (zpCsv.at(-1) !== 10) say(`${names.zpCsv} ends in the middle of a line`)
    else if (lines - 1 !== rows) say(`${names.zpCsv} has ${lines - 1} rows, expected ${rows}`)
  }
  if (zpFits !== undefined) {
    const hdus = await unlessDamaged(readFitsHeaders(memorySource(names.zpFits, zpFits)), say)
    const table = hdus?.[1]
    if (hdus !== undefined && table === undefined) say(`${names.zpFits} has no table`)
    if (table !== undefined) {
      const end = Math.ceil((table.dataOffset + table.dataBytes) / 2880) * 2880
      const held = table.header.number('NAXIS2')
      if (end !== zpFits.length) say(`${names.zpFits} has ${zpFits.length} bytes, its headers say ${end}`)
      else if (held !== rows) say(`${names.zpFits} has ${held} rows, expected ${rows}`)
    }
  }
}

async function parquetRows(
  bytes: Uint8Array | undefined,
  name: string,
  say: (sentence: string) => void,
): Promise<number | undefined> {
  return bytes === undefined ? undefined : (await unlessDamaged(openParquet(memorySource(name, bytes)), say))?.rowCount
}

async function unlessDamaged<T>(read: Promise<T>, say: (sentence: string) => void): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (!isBlissError(error)) throw error
    say(error.message)
    return undefined
  })
}

function checkZero(
  bytes: Uint8Array | undefined,
  name: string,
  { zeropoint, outcome }: CcdJson,
  say: (sentence: string) => void,
): void {
  if (bytes === undefined) return
  const [header, row, end] = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => line.split(','))
  const cell = (column: string) => row?.[header!.indexOf(column)]
  const expected = (zeropoint === null ? -999 : -zeropoint).toFixed(6)
  if (end === undefined || cell('ZP') !== expected || cell('outcome') !== outcome)
    say(`${name} says ${cell('ZP')} ${cell('outcome')}, the JSON ${expected} ${outcome}`)
}

/** Whether two objects agree in every key that both have. */
function sameWhereBothSay(a: object, b: object): boolean {
  const other = b as Readonly<Record<string, unknown>>
  return Object.entries(a).every(
    ([key, value]) => !(key in other) || JSON.stringify(value) === JSON.stringify(other[key]),
  )
}
