/** Words that a POSIX shell passes on as they are. */
const PLAIN = /^[\w@%+=:,./-]+$/

/** A command as a person can paste it into a POSIX shell: words with blanks or other special characters are quoted. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}

/** One word, quoted if a POSIX shell would change it. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
