import { wholeBytes } from '../../formats/whole-text.js'
import type { CatalogFiles, CatalogTools } from '../catalog-files.js'
import { CHECKSUMS_NAME, MANIFEST_NAME, parseManifest, type Manifest } from '../manifest.js'
import type { Findings } from './findings.js'

/** What a store says of its own files. */
export interface StoreRecords {
  /** Undefined if it cannot be read. */
  readonly manifest: Manifest | undefined
  /** SHA-256 of each file by its path; undefined if the list is missing or cannot be read. */
  readonly checksums: ReadonlyMap<string, string> | undefined
}

/**
 * The manifest and the list of checksums of a store. The manifest ends with the checksum of its own text and holds that
 * of the list, which holds those of all other files: no byte of a store is left out.
 */
export async function readStoreRecords(
  files: CatalogFiles,
  tools: CatalogTools,
  findings: Findings,
): Promise<StoreRecords> {
  const at = (path: string) => `${files.name}/${path}`
  const bytesOf = (path: string) =>
    findings.attempt('structure', at(path), async () => {
      return wholeBytes(await files.open(path), 'manifestBytes')
    })
  const [manifestBytes, list] = [await bytesOf(MANIFEST_NAME), await bytesOf(CHECKSUMS_NAME)]
  const manifest =
    manifestBytes === undefined
      ? undefined
      : await findings.attempt('checksums', at(MANIFEST_NAME), () =>
          parseManifest(manifestBytes, at(MANIFEST_NAME), tools.sha256),
        )
  if (manifest !== undefined && !endsAsWritten(manifestBytes!)) {
    findings.add('checksums', 'damaged-manifest', 'the manifest is not as it was written', { file: at(MANIFEST_NAME) })
  }
  if (list === undefined) return { manifest, checksums: undefined }
  if (manifest !== undefined && tools.sha256(list) !== manifest.checksums) {
    findings.add('checksums', 'wrong-checksum', 'the list of checksums is not as it was written', {
      file: at(CHECKSUMS_NAME),
      found: tools.sha256(list),
      expected: manifest.checksums,
    })
  }
  return { manifest, checksums: parseChecksums(new TextDecoder().decode(list), at(CHECKSUMS_NAME), findings) }
}

/** The checksum in a manifest covers what is before it; after it come a quote, a brace and the end of the line. */
function endsAsWritten(bytes: Uint8Array): boolean {
  return (
    /,"check":"[0-9a-f]{64}"\}\n$/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) &&
    bytes[0] === 0x7b
  )
}

/** The lines of `sha256sum`: 64 hexadecimal digits, two blanks, a path. */
function parseChecksums(text: string, file: string, findings: Findings): Map<string, string> {
  const checksums = new Map<string, string>()
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue
    const parts = /^([0-9a-f]{64}) {2}(.+)$/.exec(line)
    if (parts === null)
      findings.add('checksums', 'bad-checksum-list', 'the line is no checksum and path', {
        file,
        line: i + 1,
        found: line.slice(0, 80),
      })
    else checksums.set(parts[2]!, parts[1]!)
  }
  return checksums
}
