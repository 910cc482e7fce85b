/** `CCD 7`, `CCDs 1, 3-5`: runs of three or more as ranges. */
export function ccdNames(ccds: readonly number[]): string {
  const sorted = [...ccds].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++
    if (end - i >= 2) parts.push(`${sorted[i]}-${sorted[end]}`)
    else for (const ccd of sorted.slice(i, end + 1)) parts.push(String(ccd))
    i = end + 1
  }
  return `${sorted.length === 1 ? 'CCD' : 'CCDs'} ${parts.join(', ')}`
}
