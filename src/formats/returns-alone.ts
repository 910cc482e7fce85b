import { InputError } from '../errors.js'

/** Whether a line holds lines that end in a carriage return alone, as old Macintosh programs end them. */
export const hasReturnsAlone = (line: string): boolean => /\r[^\r]/.test(line)

/** The refusal of a file whose lines end in a carriage return alone: all of it is one line. */
export const returnsAlone = (file: string): InputError =>
  new InputError('bad-line-ends', 'the lines of the file end in a carriage return alone', {
    file,
    expected: "lines that end in a line feed: tr '\\r' '\\n' writes them so",
  })
