/**
 * Colours of the figures by what they mean. Blue and vermillion are told apart by colour-blind readers (Okabe & Ito
 * 2008); shapes differ as well.
 */
const NAMES = ['paper', 'ink', 'soft', 'faint', 'used', 'rejected', 'accent', 'shade'] as const
type InkName = (typeof NAMES)[number]

export const INK: Readonly<Record<'light' | 'dark', Readonly<Record<InkName, string>>>> = {
  light: {
    paper: '#ffffff',
    ink: '#1b1f24',
    soft: '#57606a',
    faint: '#dfe3e8',
    used: '#0072b2',
    rejected: '#c4500a',
    accent: '#7a3e9d',
    shade: '#eef1f4',
  },
  dark: {
    paper: '#12161c',
    ink: '#e8ecf1',
    soft: '#a0abb8',
    faint: '#2b333d',
    used: '#6cb8ec',
    rejected: '#f2a13c',
    accent: '#cf9bf0',
    shade: '#1d242c',
  },
}

/** The figures' rules; `colour` gives a value or a CSS variable by name. */
export function figureCss(colour: (name: InkName) => string): string {
  return Object.entries({
    '.figure': `font-family:"Source Sans 3",system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`,
    '.f-paper': `fill:${colour('paper')}`,
    '.f-title': `fill:${colour('ink')};font-size:14px;font-weight:600`,
    '.f-label': `fill:${colour('ink')};font-size:12.5px`,
    '.f-tick': `fill:${colour('soft')};font-size:11.5px`,
    '.f-note': `fill:${colour('soft')};font-size:11.5px`,
    '.f-axis': `fill:none;stroke:${colour('soft')};stroke-width:1`,
    '.f-grid': `fill:none;stroke:${colour('faint')};stroke-width:1`,
    '.f-zero': `fill:none;stroke:${colour('soft')};stroke-width:1;stroke-dasharray:5 4`,
    '.f-used': `fill:none;stroke:${colour('used')};stroke-width:3.2;stroke-linecap:round`,
    '.f-dot': 'stroke-width:6.5',
    '.f-rejected': `fill:none;stroke:${colour('rejected')};stroke-width:1.1`,
    '.f-error': `fill:none;stroke:${colour('used')};stroke-width:1.2`,
    '.f-median': `fill:none;stroke:${colour('ink')};stroke-width:1.8`,
    '.f-bar': `fill:${colour('used')};stroke:none`,
    '.f-bar-lost': `fill:${colour('rejected')};stroke:none`,
    '.f-curve': `fill:none;stroke:${colour('accent')};stroke-width:2`,
    '.f-limit': `fill:none;stroke:${colour('accent')};stroke-width:1.6;stroke-dasharray:7 4`,
    '.f-outline': `fill:none;stroke:${colour('soft')};stroke-width:1.2`,
    '.f-cell': `stroke:${colour('paper')};stroke-width:1.2`,
    '.f-empty': `fill:${colour('shade')};stroke:${colour('soft')};stroke-width:.8;stroke-dasharray:2 2`,
    '.f-mark': `fill:none;stroke:${colour('ink')};stroke-width:2.4`,
    '.f-mark-soft': `fill:none;stroke:${colour('ink')};stroke-width:1.4;stroke-dasharray:4 2.5`,
    '.f-number': 'font-size:10.5px;text-anchor:middle',
    '.f-dark': 'fill:#000000',
    '.f-light': 'fill:#ffffff',
  })
    .map(([selector, rules]) => `${selector}{${rules}}`)
    .join('')
}

export const INK_NAMES: readonly InkName[] = NAMES
