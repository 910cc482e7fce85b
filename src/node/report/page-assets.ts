import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { PageAssets } from '../../report/page.js'
import { PAGE_STYLE } from '../../report/page-style.js'
import { packageRoot } from '../package.js'

let assets: PageAssets | undefined

/**
 * The report pages' script, as the build bundled it, and their style, each with its hash for the content security
 * policy.
 */
export function pageAssets(): PageAssets {
  if (assets === undefined) {
    const script = readFileSync(new URL('dist/page/page-script.js', packageRoot), 'utf8')
    assets = { script, scriptHash: hashOf(script), style: PAGE_STYLE, styleHash: hashOf(PAGE_STYLE) }
  }
  return assets
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}`
