import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

/** A fenced block of a page. */
export interface Block {
  /** Language of the info string, and what follows it. */
  readonly language: string
  readonly remark: string
  readonly text: string
}

/** A page that people wrote; those of `docs/api` are made from the docstrings. */
export interface Page {
  /** Below the root: `docs/batch.md`. */
  readonly path: string
  readonly text: string
  readonly blocks: readonly Block[]
}

const FENCED = /^```(\S*) *(.*)\n([\s\S]*?)^```$/gm

export const pages: readonly Page[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  const blocks = [...text.matchAll(FENCED)].map(([, language, remark, block]) => ({
    language: language!,
    remark: remark!,
    text: block!,
  }))
  return { path, text, blocks }
})

export const pageOf = (path: string): Page => pages.find((page) => page.path === path)!

/** The commands of a `console` block: each line `$ command`, without what it prints. */
export const commandsOf = ({ text }: Block): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2))
