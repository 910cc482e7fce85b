import { CommandError } from '../errors.js'
import { shellWord } from '../formats/shell-word.js'
import { isPrintable } from '../printable.js'

/**
 * Refuses a text that a scheduler's files cannot carry: they are read line by line, and none of their languages has a
 * way to write a line break, a NUL or another control character into a name.
 *
 * @throws CommandError naming the text
 */
export function refuseUncarried(text: string): string {
  if (isPrintable(text)) return text
  throw new CommandError(
    'unfit-for-grid',
    'a name or option with a line break or another control character cannot stand in the files of a scheduler',
    {
      found: `'${text}'`,
      expected: 'another name',
    },
  )
}

/**
 * A word of a POSIX shell, quoted so that it stands for itself on one line of a file. Throws CommandError for one that
 * no line can hold.
 */
export function scriptWord(text: string): string {
  return shellWord(refuseUncarried(text))
}

/**
 * A text for HTCondor's submit files and VARS, in which `$` is the macro `$(DOLLAR)` [condor_submit manual]. `$$(` is
 * no text in any spelling: the schedd fills it in from the machine when the job is matched.
 *
 * @throws CommandError for what they cannot carry
 */
export function condorText(text: string): string {
  if (/\$\$\(/.test(refuseUncarried(text))) {
    throw new CommandError('unfit-for-grid', 'HTCondor fills in $$(...) when it matches a job: a name cannot have it', {
      found: `'${text}'`,
    })
  }
  return text.replaceAll('$', '$(DOLLAR)')
}

/**
 * The value of a command of a submit file that has no quotes, such as a directory: it is trimmed, and a backslash at
 * its end joins the next line.
 */
export function condorValue(text: string): string {
  if (/^\s|[\s\\]$/.test(text)) {
    throw new CommandError(
      'unfit-for-grid',
      'a name in a submit file cannot begin or end with a blank, nor end with a backslash',
      { found: `'${text}'` },
    )
  }
  return condorText(text)
}
