/** Instructions of a line list, in the four high bits of a word; the twelve low ones hold their number N. */
const [ZEROS, SET_HIGH, RAISE, LOWER, HIGHS, ZEROS_AND_HIGH, RAISE_AND_PUT, LOWER_AND_PUT] = [0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Unpacks the pixels of a tile of a mask from an IRAF line list (PLIO_1; FITS 4.0, 10.4.3): runs of zeros and of one
 * value, "the high value", which instructions change.
 *
 * @returns false if the list is none, or holds more pixels than the tile; what it does not reach is zero
 */
export function unpackLineList(words: Int16Array, into: Int32Array): boolean {
  into.fill(0)
  if (words.length < 3) return words.length === 0
  // Older lists have a header of three words.
  const isOld = words[2]! > 0
  if (!isOld && words.length < 7) return false
  const end = isOld ? words[2]! : (words[4]! << 15) + words[3]!
  if (end > words.length) return false
  let [high, at] = [1, 0]
  for (let i = isOld ? 3 : words[1]!; i < end; i++) {
    const code = words[i]! >> 12
    const number = words[i]! & 0xfff
    if (code === SET_HIGH) high = (words[++i]! << 12) + number
    else if (code === RAISE) high += number
    else if (code === LOWER) high -= number
    else if (code === RAISE_AND_PUT || code === LOWER_AND_PUT) {
      high += code === RAISE_AND_PUT ? number : -number
      if (at >= into.length) return false
      into[at++] = high
    } else if (code === ZEROS || code === HIGHS || code === ZEROS_AND_HIGH) {
      if (at + number > into.length) return false
      if (code === HIGHS) into.fill(high, at, at + number)
      at += number
      if (code === ZEROS_AND_HIGH && number > 0) into[at - 1] = high
    } else return false
  }
  return true
}
