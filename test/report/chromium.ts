import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { temporaryDirectory } from '../cli/run.js'

/** Debian's browser; tests that need it are skipped, by name, where it is not. */
export const CHROMIUM = '/usr/bin/chromium'
export const hasChromium = existsSync(CHROMIUM)

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: FLAGS })

/** A page with all that went wrong on it: errors, refusals by its policy, requests that would leave it. */
export interface WatchedPage {
  readonly page: Page
  readonly troubles: string[]
}

/** Opens a file of this content, as a reader would: from the disk. */
export async function open(
  browser: Browser,
  content: string,
  options: BrowserContextOptions = {},
  hash = '',
): Promise<WatchedPage> {
  const path = join(temporaryDirectory(), 'report.html')
  writeFileSync(path, content)
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', (message) => troubles.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => (troubles.push(`dialog: ${dialog.message()}`), void dialog.dismiss()))
  page.on('request', (request) => request.url() === `file://${path}` || troubles.push(`request: ${request.url()}`))
  await page.goto(`file://${path}${hash}`)
  return { page, troubles }
}
