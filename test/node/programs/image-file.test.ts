import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { imageSize } from '../../../src/formats/fits/index.js'
import { openImage } from '../../../src/node/programs/image-file.js'
import { floatPixels } from '../../../src/node/programs/pixels.js'
import { temporaryDirectory } from '../../cli/run.js'
import { madeImage, programIsHere, writeImage } from './sky-image.js'

const image = madeImage({ columns: 120, rows: 80 })

/** An image as fpack packs it; the paths of both, and a folder for what is unpacked. */
function packed(...options: readonly string[]) {
  const dir = temporaryDirectory()
  const whole = Float32Array.from(image.pixels, Math.round)
  const plain = writeImage(join(dir, 'a.fits'), { ...image, pixels: whole }, {}, Int32Array.from(whole))
  execFileSync('fpack', [...options, 'a.fits'], { cwd: dir })
  const folder = join(dir, 'work')
  mkdirSync(folder)
  return { plain, fz: `${plain}.fz`, folder }
}

describe.skipIf(!programIsHere('fpack'))('an image of fpack', () => {
  test.each([['-r'], ['-g'], ['-g2'], ['-p']])('%s: needs no program, and has its HDU and pixels', async (code) => {
    const { plain, fz, folder } = packed(code)
    const nothing = { env: { PATH: folder } }
    const [before, after] = [await openImage(plain, folder, nothing), await openImage(fz, folder, nothing)]
    expect(after.hdus.map((hdu) => imageSize(hdu))).toEqual([{ columns: 120, rows: 80 }])
    expect(after.hdus[0]!.kind).toBe('primary')
    const keywords = (file: typeof before) => file.hdus[0]!.header.cards.map(({ keyword, value }) => [keyword, value])
    expect(keywords(after)).toEqual(keywords(before))
    expect((await floatPixels(after.source, after.hdus[0]!)).values).toEqual(
      (await floatPixels(before.source, before.hdus[0]!)).values,
    )
  })

  test('as HCOMPRESS_1 needs funpack: by name', async () => {
    const { fz, folder } = packed('-h')
    await expect(openImage(fz, folder, { env: { PATH: folder } })).rejects.toThrow(/funpack.*libcfitsio-bin/)
    if (!programIsHere('funpack')) return
    expect((await openImage(fz, folder, {})).hdus.map((hdu) => imageSize(hdu))).toEqual([{ columns: 120, rows: 80 }])
  })
})
