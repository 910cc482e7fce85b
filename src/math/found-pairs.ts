/** Pairs of places or rows of two lists of positions, with the haversine of their separation: sin^2(separation / 2). */
export class FoundPairs {
  count = 0
  a = new Uint32Array(1024)
  b = new Uint32Array(1024)
  haversine = new Float64Array(1024)

  push(a: number, b: number, haversine: number): void {
    if (this.count === this.a.length) this.grow()
    this.a[this.count] = a
    this.b[this.count] = b
    this.haversine[this.count++] = haversine
  }

  private grow(): void {
    const room = 2 * this.count
    const { a, b, haversine } = this
    this.a = new Uint32Array(room)
    this.b = new Uint32Array(room)
    this.haversine = new Float64Array(room)
    this.a.set(a)
    this.b.set(b)
    this.haversine.set(haversine)
  }
}
