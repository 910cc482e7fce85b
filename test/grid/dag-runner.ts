import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, closeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseDag, type Dag, type DagNode } from './dag-grammar.js'
import { expand, newSyntaxArguments, parseSubmit } from './submit-grammar.js'

/** What became of a DAG. */
export interface DagRun {
  /** 0, or 1 where a node failed for good or FINAL did. */
  readonly status: number
  /** Node names in the order in which they were started, a retry again. */
  readonly started: readonly string[]
  readonly failed: readonly string[]
}

export interface RunOptions {
  readonly together: number
  /** Kills a node's processes as soon as this says so, asked every 2 ms while it runs. */
  readonly killNow?: (node: string, retry: number, runningMs: number) => boolean
}

/**
 * Runs a DAG on this machine as DAGMan does: a node starts when its parents are done, a failed one is retried unless
 * its exit value forbids, what needs a failed node is not run, FINAL runs at the end and decides. A DAG that fails
 * leaves `.rescueNNN` with a DONE line per finished node, which the next run reads.
 */
export async function runDag(file: string, options: RunOptions): Promise<DagRun> {
  const directory = resolve(file, '..')
  const rescues = readdirSync(directory)
    .filter((name) => name.startsWith(`${file.slice(directory.length + 1)}.rescue`))
    .sort()
  const dag = parseDag(
    readFileSync(file, 'utf8') + (rescues.length > 0 ? readFileSync(join(directory, rescues.at(-1)!), 'utf8') : ''),
  )
  if (dag.config !== undefined && !existsSync(join(directory, dag.config)))
    throw new Error(`CONFIG ${dag.config} does not exist`)
  const started: string[] = []
  const failed = new Set<string>()
  const done = new Set([...dag.nodes.values()].filter((node) => node.done).map(({ name }) => name))
  const running = new Map<string, Promise<void>>()
  const once = async (node: DagNode, retry: number): Promise<number> => {
    started.push(node.name)
    if (node.kind === 'subdag') return (await runDag(join(directory, node.file), options)).status
    return runJob(directory, node, retry, options.killNow)
  }
  const runNode = async (node: DagNode) => {
    for (let retry = 0; ; retry++) {
      const code = await once(node, retry)
      if (code === 0) done.add(node.name)
      else if (retry < node.retries && code !== node.unlessExit) continue
      else failed.add(node.name)
      return
    }
  }
  const normal = [...dag.nodes.values()].filter(({ kind }) => kind !== 'final')
  for (;;) {
    const ready = normal.filter(
      ({ name, parents }) =>
        !done.has(name) && !failed.has(name) && !running.has(name) && [...parents].every((parent) => done.has(parent)),
    )
    for (const node of ready.slice(0, options.together - running.size))
      running.set(
        node.name,
        runNode(node).then(() => void running.delete(node.name)),
      )
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  const final = [...dag.nodes.values()].find(({ kind }) => kind === 'final')
  const status = final ? Number((await once(final, 0)) !== 0) : Number(done.size < normal.length)
  if (status !== 0)
    writeFileSync(
      `${file}.rescue${String(rescues.length + 1).padStart(3, '0')}`,
      [...done].map((name) => `DONE ${name}\n`).join(''),
    )
  return { status, started, failed: [...failed] }
}

/** Runs a node's job by its submit description: exit value, or minus the signal. */
function runJob(directory: string, node: DagNode, retry: number, killNow: RunOptions['killNow']): Promise<number> {
  const { commands } = parseSubmit(readFileSync(join(directory, node.file), 'utf8'))
  const macros = new Map([...node.vars, ['JOB', node.name], ['RETRY', `${retry}`]])
  const value = (name: string) => expand(commands.get(name)!, macros)
  const cwd = resolve(directory, value('initialdir'))
  mkdirSync(join(cwd, 'logs'), { recursive: true })
  const out = openSync(join(cwd, value('output')), 'w')
  const err = openSync(join(cwd, value('error')), 'w')
  return new Promise((finish, broken) => {
    // An empty environment, as a job without getenv has.
    const child = spawn(value('executable'), newSyntaxArguments(value('arguments')), {
      cwd,
      env: {},
      stdio: ['ignore', out, err],
      detached: true,
    })
    const start = Date.now()
    const watch =
      killNow &&
      setInterval(() => {
        if (!killNow(node.name, retry, Date.now() - start)) return
        clearInterval(watch)
        process.kill(-child.pid!, 'SIGKILL')
      }, 2)
    child.on('error', broken).on('close', (code, signal) => {
      clearInterval(watch)
      closeSync(out)
      closeSync(err)
      finish(signal === null ? code! : -9)
    })
  })
}

export type { Dag }
