// Runs commands in this process, one after the other, and tells how each ended. The parent watches the time, and starts
// another if this one dies. `read DIR` reads a whole catalogue through the library.
const { main } = await import(process.argv[2])
const { openCatalog, isBlissError } = await import(new URL('../index.js', `file://${process.argv[2]}`))

const WHOLE_SKY = { order: 0, ranges: Float64Array.of(0, 12) }
async function read(dir, take) {
  try {
    await (await openCatalog(dir)).read(WHOLE_SKY)
    return 0
  } catch (error) {
    take(isBlissError(error) ? `bliss-calib: ${error.message}` : error.stack)
    return isBlissError(error) ? 3 : 70
  }
}

process.on('message', async (args) => {
  const err = []
  const start = performance.now()
  const take = (text) => err.push(text)
  const work =
    args[0] === 'read'
      ? read(args[1], take)
      : main(args, { out: () => undefined, outBytes: () => Promise.resolve(true), err: take, env: {} })
  const exitCode = await work.catch((error) => {
    take(error.stack)
    return 71
  })
  const { maxRSS } = process.resourceUsage()
  process.send({ exitCode, err: err.join('').slice(0, 2000), ms: performance.now() - start, peakMiB: maxRSS / 1024 })
})
process.send('ready')
