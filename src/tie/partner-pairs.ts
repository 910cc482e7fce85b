/** Pairs of rows of one chip, and of their stars on it and others, brought together by the other chip. */
export class PairsByPartner {
  one = new Uint32Array(4096)
  other = new Uint32Array(4096)
  private partnerOf = new Uint16Array(4096)
  private raw = [new Uint32Array(4096), new Uint32Array(4096)] as const
  private count = 0
  private readonly members: Uint32Array
  private readonly partners: number[] = []

  constructor(chips: number) {
    this.members = new Uint32Array(chips)
  }

  add(i: number, j: number, partner: number): void {
    if (this.count === this.partnerOf.length) this.enlarge()
    this.raw[0][this.count] = i
    this.raw[1][this.count] = j
    this.partnerOf[this.count++] = partner
    if (this.members[partner]!++ === 0) this.partners.push(partner)
  }

  /** Calls back with each partner and where its pairs are, and forgets them. */
  forEachPartner(use: (partner: number, from: number, to: number) => void): void {
    const { members, partners, partnerOf, raw, one, other, count } = this
    let at = 0
    const begin = partners.map((partner) => {
      const from = at
      at += members[partner]!
      members[partner] = from
      return from
    })
    for (let p = 0; p < count; p++) {
      const to = members[partnerOf[p]!]!++
      one[to] = raw[0][p]!
      other[to] = raw[1][p]!
    }
    partners.forEach((partner, p) => {
      use(partner, begin[p]!, members[partner]!)
      members[partner] = 0
    })
    this.count = 0
    partners.length = 0
  }

  private enlarge(): void {
    const larger = (before: Uint32Array) => {
      const after = new Uint32Array(2 * before.length)
      after.set(before)
      return after
    }
    this.raw = [larger(this.raw[0]), larger(this.raw[1])]
    this.one = larger(this.one)
    this.other = larger(this.other)
    const partnerOf = new Uint16Array(2 * this.partnerOf.length)
    partnerOf.set(this.partnerOf)
    this.partnerOf = partnerOf
  }
}
