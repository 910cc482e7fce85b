import { readFileSync } from 'node:fs'

/** The package's root: src/node, dist/node and dist/bundle are all two levels below it. */
export const packageRoot = new URL('../../', import.meta.url)

let version: string | undefined

/** Version of this package. */
export function packageVersion(): string {
  version ??= (JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { version: string }).version
  return version
}
