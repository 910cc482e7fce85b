import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { siblingPlane, siblingPlanes } from '../../../src/node/programs/sibling-planes.js'
import { temporaryDirectory } from '../../cli/run.js'

/** A directory with files, and the paths in it. */
function night(...names: string[]): (name: string) => string {
  const dir = temporaryDirectory()
  for (const name of names) writeFileSync(join(dir, name), '')
  return (name) => join(dir, name)
}

test.each([
  ['c_ooi_i.fits', 'c_oow_i.fits'],
  ['c_ooi_i.fits', 'c_oow_i.fits.fz'],
  ['c_ooi_i.fits.fz', 'c_oow_i.fits.gz'],
  ['c_ooi_i.fits.fz', 'c_oow_i.fits'],
])('%s has the weight %s', async (image, weight) => {
  const at = night(image, weight, 'd_oow_i.fits', 'c_oow_z.fits')
  expect(await siblingPlane(at(image), 'weight')).toBe(at(weight))
  expect(await siblingPlane(at(image), 'mask')).toBeUndefined()
})

test('an image that is none of the Community Pipeline has no planes beside it', async () => {
  const at = night('cooi.fits', 'coow.fits')
  expect(await siblingPlanes(at('cooi.fits'))).toEqual([])
})

test.each([
  ['c_ooi_i.fits', 'weight', 'c_oow_i.fits', 'c_oow_i.fits.fz'],
  ['c_ooi_i.fits.fz', 'mask', 'c_ood_i.fits.fz', 'c_ood_i.fits'],
] as const)('%s with a %s packed and not packed is refused', async (image, kind, one, two) => {
  const at = night(image, one, two)
  const refused = siblingPlane(at(image), kind)
  await expect(refused).rejects.toMatchObject({ name: 'InputError', tag: 'several-planes' })
  await expect(refused).rejects.toThrow(
    `${at(image)}: several files beside the image may be its ${kind} ` +
      `(found ${at(one)} and ${at(two)}, expected one of them)`,
  )
  expect(await siblingPlanes(at(image))).toEqual([at(one), at(two)])
})
