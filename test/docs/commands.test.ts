import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { transform } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../cli/run.js'
import { commandsOf, pages, root, type Block, type Page } from './pages.js'

/** Follows a page from its top, in a directory of its own in which the package is installed. */
class Reader {
  private readonly home = temporaryDirectory()
  private readonly env: NodeJS.ProcessEnv
  private directory = this.home
  private modules = 0

  constructor() {
    const bin = join(this.home, '.bin')
    mkdirSync(bin)
    const command = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/bliss-calib.js')}' "$@"\n`
    writeFileSync(join(bin, 'bliss-calib'), command, { mode: 0o755 })
    mkdirSync(join(this.home, 'node_modules'))
    symlinkSync(root, join(this.home, 'node_modules/bliss-calib'))
    this.env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, BLISS_CATALOG: '', NO_COLOR: '1' }
  }

  /** The block as it has to be: a `console` block with what its commands print, the others as they are. */
  async follow(block: Block): Promise<string> {
    if (block.remark.startsWith('no-run')) return block.text
    if (block.language === 'console') {
      let shown = ''
      for (const command of commandsOf(block)) shown += await this.typed(command)
      return shown
    }
    if (block.language === 'sh') await this.succeed('/bin/sh', ['-ec', block.text])
    if (block.language === 'js' || block.language === 'ts') {
      const { code } = await transform(block.text, { loader: block.language })
      const module = join(this.directory, `sample-${this.modules++}.mjs`)
      writeFileSync(module, code)
      await this.succeed(process.execPath, [module])
    }
    return block.text
  }

  private async typed(command: string): Promise<string> {
    const cd = /^cd (\S+)$/.exec(command)
    if (cd) this.directory = resolve(this.directory, cd[1]!)
    const printed = cd ? '' : (await this.run('/bin/sh', ['-c', `{ ${command}\n} 2>&1`])).stdout
    return `$ ${command}\n${printed}`
  }

  private async succeed(program: string, args: readonly string[]): Promise<void> {
    const { exitCode, stderr } = await this.run(program, args)
    expect(exitCode, `${args.at(-1)}\n${stderr}`).toBe(0)
  }

  private run(
    program: string,
    args: readonly string[],
  ): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
    const { directory: cwd, env } = this
    return new Promise((done) => {
      execFile(program, args, { cwd, env }, (error, stdout, stderr) =>
        done({ exitCode: error?.code ?? 0, stdout, stderr }),
      )
    })
  }
}

const isRun = ({ language, remark }: Block) =>
  ['console', 'sh', 'js', 'ts'].includes(language) && !remark.startsWith('no-run')

async function followed({ text, blocks }: Page): Promise<string> {
  const reader = new Reader()
  let whole = text
  let at = 0
  for (const block of blocks) {
    const found = await reader.follow(block)
    at = whole.indexOf(block.text, at)
    whole = whole.slice(0, at) + found + whole.slice(at + block.text.length)
    at += found.length
  }
  return whole
}

/** `npx vitest run test/docs/commands.test.ts -u` writes into the pages what the commands print. */
describe.skipIf(!existsSync(join(root, 'dist/bundle/cli.js')))('the commands and samples of', () => {
  test.each(pages.filter(({ blocks }) => blocks.some(isRun)).map((page) => [page.path, page] as const))(
    '%s do and print what the page shows',
    async (path, page) => {
      await expect(await followed(page)).toMatchFileSnapshot(join(root, path))
    },
    600_000,
  )
})

test('a block that is not run says why; these are all', () => {
  const kinds = new Set(pages.flatMap(({ blocks }) => blocks.map(({ language }) => language)))
  expect([...kinds].sort()).toEqual(['', 'console', 'js', 'sh', 'sql', 'ts'])
  const remarks = pages.flatMap(({ path, blocks }) =>
    blocks.filter(({ remark }) => remark !== '').map(({ remark }) => `${path}: ${remark}`),
  )
  expect(remarks).toEqual([
    'README.md: no-run installs packages',
    'README.md: no-run installs packages',
    'docs/cameras.md: no-run needs images of yours',
    'docs/cameras.md: no-run needs images of yours',
    'docs/cameras.md: no-run needs products of your camera',
    "docs/catalog-add.md: no-run needs files of one's own",
    'docs/catalog-build.md: no-run needs the network and 600 GB',
    'docs/catalog-fetch.md: no-run needs the network',
    'docs/catalog-fetch.md: no-run needs the network',
    'docs/catalog-query-copy-verify.md: no-run needs SCAMP and images of yours',
    'docs/catalog-remote.md: no-run needs the network',
    'docs/catalog-remote.md: no-run needs the network',
    'docs/expcalib.md: no-run needs your own GaiaOut tree',
    'docs/expcalib.md: no-run needs products of expCalib v7',
    'docs/first-zeropoint.md: no-run needs images of yours',
    'docs/grid.md: no-run needs HTCondor',
    'docs/grid.md: no-run needs Slurm',
    'docs/magnitudes.md: no-run needs SWarp and images of yours',
    'docs/products.md: no-run needs jq',
    'docs/references.md: no-run needs a second catalogue of yours',
    'docs/references.md: no-run needs the files of expCalib v7',
    'docs/relations.md: no-run needs two catalogues of yours',
    'docs/relations.md: no-run needs two catalogues of yours',
    'docs/se.md: no-run needs images of yours',
    'docs/se.md: no-run needs images of yours',
    'docs/se.md: no-run needs Slurm',
    'docs/sensitivity.md: no-run takes ten minutes',
    'docs/sensitivity.md: no-run takes a quarter of an hour',
    'docs/systems.md: no-run needs an image of yours',
    'docs/validate.md: no-run needs a second catalogue of yours',
  ])
})
