/** Whether the beginning of a text file says that this program wrote it: `CREATOR bliss-calib 0.1.0`, in a comment. */
export const isOurText = (head: string): boolean => /\bCREATOR\W{1,4}bliss-calib\b/.test(head)
