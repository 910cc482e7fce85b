/**
 * A strict reader of DAG input files, written from the HTCondor manual (Automated Workflows: "DAGMan Introduction",
 * "Custom Variables for Nodes", "Node Success/Failure", "Composing Workflows from DAGs", "Special Node Types", "Quick
 * Reference"). What the manual does not allow is an error; of what it allows, the commands that steer a workflow are
 * known.
 */
export interface DagNode {
  readonly name: string
  readonly kind: 'job' | 'subdag' | 'splice' | 'final'
  /** Submit description, or the DAG file of a subdag or splice. */
  readonly file: string
  readonly dir?: string
  readonly noop: boolean
  readonly done: boolean
  readonly vars: Map<string, string>
  readonly scripts: { readonly when: 'PRE' | 'POST' | 'HOLD'; readonly words: readonly string[] }[]
  readonly parents: Set<string>
  readonly children: Set<string>
  retries: number
  unlessExit?: number
  category?: string
}

export interface Dag {
  readonly nodes: Map<string, DagNode>
  readonly config: string | undefined
  readonly maxJobs: ReadonlyMap<string, number>
}

const COMMANDS = [
  'JOB',
  'FINAL',
  'SUBDAG',
  'SPLICE',
  'VARS',
  'RETRY',
  'PARENT',
  'SCRIPT',
  'CONFIG',
  'CATEGORY',
  'MAXJOBS',
  'DONE',
] as const

export function parseDag(text: string): Dag {
  const nodes = new Map<string, DagNode>()
  const maxJobs = new Map<string, number>()
  let config: string | undefined
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  text.split('\n').forEach((line, k) => {
    const fail = (sentence: string): never => {
      throw new Error(`line ${k + 1}: ${sentence}: ${line}`)
    }
    if (/^\s*(#|$)/.test(line)) return
    const words = line.trim().split(/[ \t]+/)
    const command = words[0]!.toUpperCase() as (typeof COMMANDS)[number]
    if (!COMMANDS.includes(command)) fail('no command of DAGMan')
    const known = (name: string | undefined): DagNode =>
      nodes.get(name ?? '') ?? fail(`the node ${name} is not declared above`)
    const whole = (word: string | undefined): number =>
      /^-?\d+$/.test(word ?? '') ? Number(word) : fail(`${word} is no integer`)
    const declare = (kind: DagNode['kind'], name: string | undefined, file: string | undefined, rest: string[]) => {
      if (name === undefined || file === undefined) return fail('a name and a file are missing')
      if (/^(parent|child)$/i.test(name) || /[.+]/.test(name)) fail('a node cannot be called that')
      if (nodes.has(name)) fail('the name is taken')
      const dir =
        rest[0]?.toUpperCase() === 'DIR' ? (rest.splice(0, 2)[1] ?? fail('DIR names no directory')) : undefined
      const flag = (word: string) => rest[0]?.toUpperCase() === word && rest.shift() !== undefined
      const noop = kind !== 'splice' && flag('NOOP')
      const done = (kind === 'job' || kind === 'subdag') && flag('DONE')
      if (rest.length > 0) fail(`${rest[0]} means nothing here`)
      nodes.set(name, {
        name,
        kind,
        file,
        ...(dir === undefined ? {} : { dir }),
        noop,
        done,
        vars: new Map(),
        scripts: [],
        parents: new Set(),
        children: new Set(),
        retries: 0,
      })
    }
    const notFinal = (node: DagNode) => (node.kind === 'final' ? fail(`a FINAL node cannot stand in ${command}`) : node)
    switch (command) {
      case 'JOB':
        return declare('job', words[1], words[2], words.slice(3))
      case 'FINAL':
        if ([...nodes.values()].some(({ kind }) => kind === 'final')) fail('there is a FINAL node')
        return declare('final', words[1], words[2], words.slice(3))
      case 'SUBDAG':
        if (words[1]?.toUpperCase() !== 'EXTERNAL') fail('EXTERNAL is missing')
        return declare('subdag', words[2], words[3], words.slice(4))
      case 'SPLICE':
        return declare('splice', words[1], words[2], words.slice(3))
      case 'VARS':
        return readVars(line, known(words[1]), fail)
      case 'RETRY': {
        const node = notFinal(known(words[1]))
        node.retries = whole(words[2])
        if (node.retries < 0) fail('less than no retry')
        if (words[3] !== undefined) {
          if (words[3].toUpperCase() !== 'UNLESS-EXIT' || words.length !== 5)
            fail('UNLESS-EXIT and a value are expected')
          node.unlessExit = whole(words[4])
        }
        return
      }
      case 'PARENT': {
        const at = words.findIndex((word) => word.toUpperCase() === 'CHILD')
        if (at < 2 || at === words.length - 1) fail('parents, CHILD and children are expected')
        for (const parent of words.slice(1, at)) {
          for (const child of words.slice(at + 1)) {
            notFinal(known(parent)).children.add(child)
            notFinal(known(child)).parents.add(parent)
          }
        }
        return
      }
      case 'SCRIPT': {
        const rest = words.slice(1)
        if (rest[0]?.toUpperCase() === 'DEFER') for (const word of rest.splice(0, 3).slice(1)) whole(word)
        if (rest[0]?.toUpperCase() === 'DEBUG' && !['STDOUT', 'STDERR', 'ALL'].includes(rest.splice(0, 3)[2]!))
          fail('DEBUG has no such type')
        const when = rest[0]?.toUpperCase()
        if (when !== 'PRE' && when !== 'POST' && when !== 'HOLD') return fail('PRE, POST or HOLD is expected')
        if (rest.length < 3) fail('a script is expected')
        known(rest[1]).scripts.push({ when, words: rest.slice(2) })
        return
      }
      case 'CONFIG':
        if (config !== undefined || words.length !== 2) fail('one CONFIG with one file is expected')
        config = words[1]
        return
      case 'CATEGORY':
        if (words.length !== 3) fail('a node and a category are expected')
        notFinal(known(words[1])).category = words[2]!
        return
      case 'MAXJOBS':
        if (words.length !== 3) fail('a category and a number are expected')
        maxJobs.set(words[1]!, whole(words[2]))
        return
      case 'DONE':
        if (words.length !== 2) fail('one node is expected')
        Object.assign(known(words[1]), { done: true })
    }
  })
  for (const { category } of nodes.values())
    if (category !== undefined && !maxJobs.has(category)) throw new Error(`the category ${category} has no MAXJOBS`)
  refuseCycles(nodes)
  return { nodes, config, maxJobs }
}

/**
 * `VARS node [PREPEND | APPEND] name="string" ...`; in a string `\"` and `\\` are the escapes, and a backslash before
 * anything else is an error.
 */
function readVars(line: string, node: DagNode, fail: (sentence: string) => never): void {
  let rest = line.replace(/^\s*\S+\s+\S+\s+/, '').replace(/^(PREPEND|APPEND)\s+/i, '')
  if (rest === '') fail('no macro')
  while (rest !== '') {
    const found = /^((?:My\.)?[A-Za-z0-9_]+)="((?:[^"\\]|\\["\\])*)"(?:[ \t]+|$)/.exec(rest)
    if (!found) return fail(`no macroname="string" in: ${rest}`)
    if (/^queue/i.test(found[1]!)) fail('a macro cannot begin with queue')
    if (node.vars.has(found[1]!)) fail(`${found[1]} is defined twice`)
    node.vars.set(found[1]!, found[2]!.replace(/\\(["\\])/g, '$1'))
    rest = rest.slice(found[0].length)
  }
}

function refuseCycles(nodes: ReadonlyMap<string, DagNode>): void {
  const waiting = new Map([...nodes].map(([name, { parents }]) => [name, parents.size]))
  const ready = [...waiting].filter(([, count]) => count === 0).map(([name]) => name)
  let passed = 0
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    passed++
    for (const child of nodes.get(name)!.children) {
      waiting.set(child, waiting.get(child)! - 1)
      if (waiting.get(child) === 0) ready.push(child)
    }
  }
  if (passed < nodes.size) throw new Error('the DAG has a cycle')
}
