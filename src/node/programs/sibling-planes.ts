import { basename, dirname, join } from 'node:path'
import { InputError } from '../../errors.js'
import { isThere } from '../disk/absent.js'

const PLANES = { mask: 'ood', weight: 'oow' } as const
type PlaneKind = keyof typeof PLANES

/**
 * The mask or the weight beside an image of a Community Pipeline: `..._ood_...` or `..._oow_...` for `..._ooi_...`,
 * packed like it or not; undefined if there is none.
 *
 * @throws InputError `several-planes` that names them, if it is there in several packings
 */
export async function siblingPlane(image: string, kind: PlaneKind): Promise<string | undefined> {
  const [plane, ...others] = await candidates(image, kind)
  if (others.length === 0) return plane
  throw new InputError('several-planes', `several files beside the image may be its ${kind}`, {
    file: image,
    found: [plane, ...others].join(' and '),
    expected: 'one of them',
  })
}

/** All masks and weights beside an image, in every packing that is there. */
export async function siblingPlanes(image: string): Promise<string[]> {
  return [...(await candidates(image, 'mask')), ...(await candidates(image, 'weight'))]
}

async function candidates(image: string, kind: PlaneKind): Promise<string[]> {
  const name = basename(image)
  if (!/_ooi(?=[_.])/.test(name)) return []
  const own = name.replace(/_ooi(?=[_.])/, `_${PLANES[kind]}`)
  const plain = own.replace(/\.(fz|gz)$/, '')
  const there: string[] = []
  for (const candidate of new Set([own, plain, `${plain}.fz`, `${plain}.gz`])) {
    const path = join(dirname(image), candidate)
    if (await isThere(path)) there.push(path)
  }
  return there
}
