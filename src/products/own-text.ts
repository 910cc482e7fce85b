/**
 * Whether the beginning of a text file says that this program wrote it: `CREATOR bliss-calib 0.1.0` in a comment, or
 * `creator: 'bliss-calib 0.1.0'` in the head of an ECSV table.
 */
export const isOurText = (head: string): boolean => /\bcreator\W{1,4}bliss-calib\b/i.test(head)
