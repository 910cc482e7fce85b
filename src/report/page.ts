import { PAGE_MARK } from '../products/own-product.js'
import { html, trusted, type Markup } from './html.js'

/** The page's own script and style, with the hashes that let them, and nothing else, run. */
export interface PageAssets {
  readonly script: string
  /** `sha256-...` of the script and of the style, as a content security policy names them. */
  readonly scriptHash: string
  readonly style: string
  readonly styleHash: string
}

/**
 * A self-contained page: no request leaves it, and no script but its own runs, whatever the data hold.
 * The policy names the script and the style by hash; data are in an element that is never run.
 */
export function pageOf(
  title: string,
  body: Markup,
  { script, scriptHash, style, styleHash }: PageAssets,
  data?: Markup,
): string {
  const policy =
    `default-src 'none'; script-src '${scriptHash}'; style-src '${styleHash}'; ` +
    `img-src data:; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
${trusted(PAGE_MARK)}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<main>
${body}
</main>
${data === undefined ? null : html`<script type="application/json" id="data">${data}</script>`}
<script>${trusted(script)}</script>
</body>
</html>
`.text
}
