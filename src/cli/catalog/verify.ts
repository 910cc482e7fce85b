import { verifyCatalog } from '../../catalog/verify/index.js'
import { CommandError } from '../../errors.js'
import { catalogTools, packagedDescriptions } from '../../node/store/catalog-files.js'
import { listedDirectory } from '../../node/store/listed-directory.js'
import { isUrl, printableUrl } from '../../printable.js'
import { namedCatalog } from '../calibrate/choose-catalog.js'
import type { Values } from '../options/option.js'
import type { ExitCode, Io } from '../terminal/io.js'
import type { VERIFY_OPTIONS } from './options.js'
import { silenceOf } from '../terminal/silence.js'

/** `catalog verify`: every file, checksum and row of a catalogue; exit code 3 if anything is wrong. */
export async function catalogVerify(
  { catalog, quick, json, quiet }: Values<typeof VERIFY_OPTIONS>,
  io: Io,
): Promise<ExitCode> {
  const location = await namedCatalog(catalog, io.env)
  if (isUrl(location))
    throw new CommandError('not-local', 'a catalogue behind an address is not verified where it is', {
      file: printableUrl(location),
      expected: 'a copy: bliss-calib catalog copy',
    })
  const silence = silenceOf(io, quiet)
  const onProgress = (done: number, of: number) => silence.doing(`${done} of ${of} files checked`)
  const tools = { ...catalogTools, descriptions: await packagedDescriptions(), quick, onProgress }
  const report = await verifyCatalog(listedDirectory(location), tools).finally(silence.end)
  const { findings, unnamed } = report
  const found = findings.length + unnamed.reduce((sum, { more }) => sum + more, 0)
  if (json) io.out(`${JSON.stringify({ ok: found === 0, found, ...report }, null, 2)}\n`)
  else {
    for (const { message } of findings) io.out(`${message}\n`)
    for (const { tag, file, more } of unnamed) io.out(`${file}: ${more} more of ${tag}\n`)
    if (!quiet) {
      const counted = [`${report.files} files`, ...(quick ? [] : [`${report.rows} rows`])].join(', ')
      io.out(
        `${location}: ${found === 0 ? 'sound' : `${found} ${found === 1 ? 'finding' : 'findings'}`} (${counted})\n`,
      )
      for (const what of report.notChecked) io.out(`not checked: ${what}\n`)
    }
  }
  return found === 0 ? 0 : 3
}
