import type { Command } from '../command.js'
import type { Option } from '../options/option.js'

/** A command as a shell sees it: `of` has no positional option. */
interface Completed {
  readonly name: string
  readonly summary: string
  readonly of: readonly (readonly [name: string, option: Option])[]
  readonly places: readonly (readonly [name: string, option: Option])[]
}

/**
 * The completion of the whole command line, written out: a shell that completes starts no program.
 *
 * @param commands the default one first: its options complete a line that names no command
 */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', commands: readonly Command[]): string {
  const completed = commands.map(({ name, summary, options }): Completed => {
    const entries = Object.entries(options)
    const isPlace = ([, { facts }]: readonly [string, Option]) => facts.positional === true
    const named = entries
      .filter((entry) => !isPlace(entry))
      .flatMap(([key, option]) => [key, ...(option.facts.alias ?? [])].map((word) => [word, option] as const))
    return { name, summary, of: named, places: entries.filter(isPlace) }
  })
  return { bash, zsh, fish }[shell](completed)
}

const firstOf = (name: string) => name.split(' ')[0]!
const firstWords = (commands: readonly Completed[]) => [...new Set(commands.map(({ name }) => firstOf(name)))]
/** First words that need a second, with what may follow. */
const groupsOf = (commands: readonly Completed[]) =>
  firstWords(commands)
    .map((first) => ({ first, verbs: commands.filter(({ name }) => name.startsWith(`${first} `)) }))
    .filter(({ verbs }) => verbs.length > 0)
const secondOf = ({ name }: Completed) => name.split(' ')[1]!

function bash(commands: readonly Completed[]): string {
  const groups = groupsOf(commands)
  // Words without a list of their own: files if a path is expected, nothing if any text is.
  const values = commands.flatMap(({ name, of }) =>
    of.flatMap(([word, { takes, choices, completes }]) => {
      if (takes === 'nothing') return []
      const found = choices
        ? `words='${choices.join(' ')}'`
        : completes === 'path'
          ? 'return'
          : 'compopt +o default; return'
      return [`    '${name} --${word}') ${found} ;;`]
    }),
  )
  const options = commands.map(({ name, of, places }) => {
    const words = [...of.map(([word]) => `--${word}`), '--help'].join(' ')
    const placed = places.flatMap(([, { choices = [] }]) => choices).join(' ')
    return `    '${name}') options='${words}' placed='${placed}' ;;`
  })
  return `# Completion of bliss-calib for bash.
_bliss_calib() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} name words= options= placed=
  COMPREPLY=()
  # bash splits --option=value into three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case \${COMP_WORDS[1]} in
    -*) name=calibrate ;;
    ${groups.map(({ first }) => first).join(' | ')}) name="\${COMP_WORDS[1]} \${COMP_WORDS[2]}" ;;
    *) name=\${COMP_WORDS[1]} ;;
  esac
  case "$COMP_CWORD \${COMP_WORDS[1]}" in
    '1 -'*) ;;
    '1 '*) words='${firstWords(commands).join(' ')}' ;;
${groups.map(({ first, verbs }) => `    '2 ${first}') words='${verbs.map(secondOf).join(' ')}' ;;`).join('\n')}
  esac
  if [[ -z $words ]]; then
    case "$name $prev" in
${values.map((line) => `  ${line}`).join('\n')}
    esac
  fi
  if [[ -z $words ]]; then
    case $name in
${options.map((line) => `  ${line}`).join('\n')}
    esac
    if [[ $cur == -* ]]; then words=$options; else words=$placed; fi
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _bliss_calib bliss-calib
`
}

function zsh(commands: readonly Completed[]): string {
  const text = (plain: string) => plain.replaceAll("'", "'\\''")
  const inBrackets = (plain: string) => text(plain.replace(/[[\]:\\]/g, '\\$&'))
  const described = (all: readonly (readonly [string, string])[]) =>
    all.map(([word, what]) => `'${word}:${text(what.replaceAll(':', '\\:'))}'`).join(' ')
  const action = ({ choices, completes }: Option) =>
    choices ? `(${choices.join(' ')})` : completes === 'path' ? '_files' : ' '
  const specs = ({ of, places }: Completed) => [
    ...of.map(([word, option]) => {
      const { takes, describe } = option
      const value = takes === 'nothing' ? '' : `:value:${action(option)}`
      const repeated = takes === 'several' ? '*' : ''
      return `'${repeated}--${word}${value === '' ? '' : '='}[${inBrackets(describe)}]${value}'`
    }),
    ...places.map(([word, option]) => `':${word}:${action(option)}'`),
    "'--help[show the help]'",
  ]
  const groups = groupsOf(commands)
  const verbNames = groups.map(({ first, verbs }) => {
    const names = described(verbs.map((verb) => [secondOf(verb), verb.summary]))
    return `          ${first}) names=(${names}) ;;`
  })
  const summaryOf = (first: string) => commands.find(({ name }) => name === first)?.summary ?? `commands of ${first}`
  return `#compdef bliss-calib
# Completion of bliss-calib for zsh.
_bliss_calib() {
  local name
  local -a names
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    names=(${described(firstWords(commands).map((first) => [first, summaryOf(first)]))})
    _describe command names
    return
  fi
  case $words[2] in
    -*) name=calibrate ;;
    ${groups.map(({ first }) => first).join('|')})
      if (( CURRENT == 3 )); then
        case $words[2] in
${verbNames.join('\n')}
        esac
        _describe command names
        return
      fi
      name="$words[2] $words[3]"
      shift 2 words
      (( CURRENT -= 2 ))
      ;;
    *)
      name=$words[2]
      shift words
      (( CURRENT -= 1 ))
      ;;
  esac
  case $name in
${commands.map((command) => `    '${command.name}') _arguments ${specs(command).join(' ')} ;;`).join('\n')}
  esac
}
if [[ $funcstack[1] == _bliss-calib || $funcstack[1] == _bliss_calib ]]; then
  _bliss_calib "$@"
else
  compdef _bliss_calib bliss-calib
fi
`
}

function fish(commands: readonly Completed[]): string {
  const text = (plain: string) => `'${plain.replace(/['\\]/g, '\\$&')}'`
  const first = firstWords(commands)
  const unnamed = `not __fish_seen_subcommand_from ${first.join(' ')}`
  const groups = groupsOf(commands)
  const line = (condition: string, rest: string) => `complete -c bliss-calib -n '${condition}' ${rest}`
  const seen = (name: string) =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
  const argument = ({ takes, choices, completes }: Option) => {
    if (takes === 'nothing') return ''
    return choices ? ` -x -a ${text(choices.join(' '))}` : completes === 'path' ? ' -r -F' : ' -x'
  }
  return [
    '# Completion of bliss-calib for fish.',
    ...first.map((word) =>
      line(
        unnamed,
        `-f -a ${word} -d ${text(commands.find(({ name }) => name === word)?.summary ?? `commands of ${word}`)}`,
      ),
    ),
    ...groups.flatMap(({ first: group, verbs }) =>
      verbs.map((verb) =>
        line(
          `${seen(group)}; and not __fish_seen_subcommand_from ${verbs.map(secondOf).join(' ')}`,
          `-f -a ${secondOf(verb)} -d ${text(verb.summary)}`,
        ),
      ),
    ),
    ...commands.flatMap(({ name, of, places }, k) => [
      ...places.flatMap(([, { choices }]) => (choices ? [line(seen(name), `-f -a ${text(choices.join(' '))}`)] : [])),
      ...of.flatMap(([word, option]) =>
        (k === 0 ? [unnamed, seen(name)] : [seen(name)]).map((condition) =>
          line(condition, `-l ${word}${argument(option)} -d ${text(option.describe)}`),
        ),
      ),
    ]),
    '',
  ].join('\n')
}
