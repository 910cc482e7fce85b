/**
 * A strict reader of submit descriptions, written from the condor_submit manual page and "Submitting a Job": `name =
 * value` lines, `$(macro)`, and `queue` at the end.
 */
export interface SubmitDescription {
  readonly commands: ReadonlyMap<string, string>
}

/** The submit commands that our files may use, each with the form of its value. */
const FORMS: Readonly<Record<string, RegExp>> = {
  universe: /^(vanilla|local)$/,
  executable: /^\/\S*$/,
  arguments: /^"(?:[^"]|"")*"$/,
  initialdir: /^\//,
  should_transfer_files: /^(YES|NO|IF_NEEDED)$/,
  output: /^\S+$/,
  error: /^\S+$/,
  log: /^[^$\s]+$/, // no macro may stand in the name of the log
  notification: /^(never|always|complete|error)$/,
  request_cpus: /^[1-9]\d*$/,
  request_memory: /^[1-9]\d*(K|KB|M|MB|G|GB|T|TB)?$/i,
  request_disk: /^[1-9]\d*(K|KB|M|MB|G|GB|T|TB)?$/i,
  periodic_remove: /^\(.*\)$/,
  accounting_group: /^[\w.]+$/,
}

export function parseSubmit(text: string): SubmitDescription {
  const commands = new Map<string, string>()
  let queued = false
  text.split('\n').forEach((line, k) => {
    if (/^\s*(#|$)/.test(line)) return
    if (queued) throw new Error(`line ${k + 1}: after queue: ${line}`)
    if (/^\s*queue\s*$/i.test(line)) {
      queued = true
      return
    }
    const found = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line)
    if (!found) throw new Error(`line ${k + 1}: no command: ${line}`)
    const name = found[1]!.toLowerCase()
    const form = FORMS[name]
    if (!form) throw new Error(`line ${k + 1}: unknown command ${name}`)
    if (!form.test(found[2]!)) throw new Error(`line ${k + 1}: ${name} cannot be ${found[2]}`)
    if (commands.has(name)) throw new Error(`line ${k + 1}: ${name} stands twice`)
    commands.set(name, found[2]!)
  })
  if (!queued) throw new Error('no queue')
  return { commands }
}

/**
 * A value with its macros replaced, again and again as condor_submit does; `$(DOLLAR)` is a dollar that is not looked
 * at again.
 */
export function expand(value: string, macros: ReadonlyMap<string, string>): string {
  let text = value
  for (let depth = 0; /\$\((?!DOLLAR\))/i.test(text); depth++) {
    if (depth > 20) throw new Error(`macros without end in ${value}`)
    text = text.replace(/\$\((\w+)\)/g, (whole, name: string) => {
      if (name.toUpperCase() === 'DOLLAR') return whole
      const found = macros.get(name)
      if (found === undefined) throw new Error(`the macro $(${name}) is not defined`)
      return found
    })
  }
  return text.replace(/\$\(DOLLAR\)/gi, '$')
}

/**
 * The arguments of the new syntax: the whole in double quotes, `""` a double quote; white space parts them, single
 * quotes hold white space, and in them `''` is a single quote.
 */
export function newSyntaxArguments(value: string): string[] {
  if (!/^"(?:[^"]|"")*"$/.test(value)) throw new Error(`not the new syntax: ${value}`)
  const text = value.slice(1, -1).replaceAll('""', '"')
  const words: string[] = []
  let word: string | undefined
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (quoted) {
      if (c !== "'") word += c
      else if (text[i + 1] === "'") word += text[++i]!
      else quoted = false
    } else if (c === "'") {
      quoted = true
      word ??= ''
    } else if (c === ' ' || c === '\t') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + c
  }
  if (quoted) throw new Error(`a single quote is open: ${value}`)
  if (word !== undefined) words.push(word)
  return words
}
