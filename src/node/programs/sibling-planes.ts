import { basename, dirname, join } from 'node:path'
import { isThere } from '../disk/absent.js'

/**
 * Mask and weight beside an image of a Community Pipeline: `..._ood_...` and `..._oow_...` for `..._ooi_...`, packed
 * like it or not.
 */
export async function siblingPlanes(image: string): Promise<{ mask?: string; weight?: string }> {
  const name = basename(image)
  if (!/_ooi(?=[_.])/.test(name)) return {}
  const there = async (kind: 'oow' | 'ood') => {
    const own = name.replace(/_ooi(?=[_.])/, `_${kind}`)
    const plain = own.replace(/\.(fz|gz)$/, '')
    for (const candidate of new Set([own, plain, `${plain}.fz`, `${plain}.gz`])) {
      const path = join(dirname(image), candidate)
      if (await isThere(path)) return path
    }
    return undefined
  }
  const [weight, mask] = [await there('oow'), await there('ood')]
  return { ...(mask === undefined ? {} : { mask }), ...(weight === undefined ? {} : { weight }) }
}
