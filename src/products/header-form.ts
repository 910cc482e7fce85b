/** What `--header` writes: a copy of each image, or a file that SWarp reads beside it. */
export const HEADER_FORMS = ['image', 'head'] as const
export type HeaderForm = (typeof HEADER_FORMS)[number]

/** Zeropoint that SWarp scales all images to, unless another is asked for [mag]. */
export const DEFAULT_SCALED_ZEROPOINT = 30
