import type { PageData } from '../exposure-page.js'
import { ccdPanel } from '../ccd-panel.js'
import { unpackStars } from '../panel-stars.js'

/**
 * The page's script: chooses a focal plane and a CCD, sorts the table, links what is pointed at. Everything it shows is
 * made by the report's own functions.
 */

const root = document.documentElement
root.classList.add('script')
// The night's index has no CCDs.
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{"ccds":[],"stars":{},"shown":{}}') as PageData

const all = <T extends Element = HTMLElement>(selector: string) => [...document.querySelectorAll<T>(selector)]
const ofCcd = (ccd: string) => all<Element>(`[data-ccd="${CSS.escape(ccd)}"]`)
const ccdOf = (target: EventTarget | null) =>
  target instanceof Element ? (target.closest('[data-ccd]')?.getAttribute('data-ccd') ?? null) : null

function mark(name: string, ccd: string | null): void {
  for (const element of all<Element>(`.${name}`)) element.classList.remove(name)
  if (ccd !== null) for (const element of ofCcd(ccd)) element.classList.add(name)
}

// The focal plane's quantity.
for (const button of all<HTMLButtonElement>('[data-plane]')) {
  button.addEventListener('click', () => {
    for (const plane of all('.plane')) plane.classList.toggle('is-chosen', plane.id === button.dataset['plane'])
    for (const other of all('[data-plane]')) other.setAttribute('aria-pressed', String(other === button))
  })
}

// One CCD in full, at the address #ccd-12.
const panel = document.getElementById('ccd')
let openedFrom: HTMLElement | SVGElement | null = null

function show(focus: boolean): void {
  const ccd = /^#ccd-(\d+)$/.exec(location.hash)?.[1] ?? null
  const found = data.ccds.find((one) => String(one.ccd) === ccd)
  mark('is-open', found ? ccd : null)
  if (!panel) return
  panel.hidden = !found
  if (!found) {
    panel.replaceChildren()
    return
  }
  const packed = data.stars[found.ccd]
  panel.innerHTML =
    `<p class="bar"><button type="button" data-step="-1" aria-label="previous ` +
    `CCD">‹</button><button type="button" data-step="1" aria-label="next CCD">›</button><button ` +
    `type="button" ` +
    `data-close>close</button></p>${
      ccdPanel(found, data.chip, packed === undefined ? undefined : unpackStars(packed), data.shown[found.ccd] ?? '')
        .text
    }`
  if (!focus) return
  panel.scrollIntoView({ block: 'nearest' })
  document.getElementById('ccd-title')?.focus({ preventScroll: true })
}

function close(): void {
  history.pushState(null, '', location.pathname + location.search)
  show(false)
  openedFrom?.focus()
}

panel?.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null
  if (!button) return
  if (button.dataset['close'] !== undefined) return close()
  const at = data.ccds.findIndex((one) => `#ccd-${one.ccd}` === location.hash)
  const next = data.ccds[(at + Number(button.dataset['step']) + data.ccds.length) % data.ccds.length]
  if (next) location.hash = `#ccd-${next.ccd}`
})
addEventListener('hashchange', () => show(true))
addEventListener('popstate', () => show(false))

document.addEventListener('click', (event) => {
  const link =
    event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>('a[href^="#ccd-"]') : null
  if (!link) return
  event.preventDefault()
  openedFrom = link
  const hash = link.getAttribute('href')!
  if (location.hash === hash) show(true)
  else location.hash = hash
})

// Linked hover: whatever belongs to the CCD that is pointed at or focused.
document.addEventListener('pointerover', (event) => mark('is-hot', ccdOf(event.target)))
document.addEventListener('focusin', (event) => mark('is-hot', ccdOf(event.target)))

// Arrow keys walk the focal plane, Escape closes the CCD.
const STEP: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && panel && !panel.hidden) return close()
  const step = STEP[event.key]
  const cell = event.target instanceof Element ? event.target.closest('.ccd-cell') : null
  if (!step || !cell) return
  const neighbour = nearest(cell, step)
  if (!neighbour) return
  event.preventDefault()
  neighbour.focus()
})

// One stop of the Tab key for a whole focal plane: the CCD that was last looked at.
function tabStop(plane: Element | null | undefined, stop?: Element): void {
  const cells = [...(plane?.querySelectorAll('.ccd-cell') ?? [])]
  for (const cell of cells) cell.setAttribute('tabindex', cell === (stop ?? cells[0]) ? '0' : '-1')
}
for (const plane of all('.plane')) tabStop(plane)
document.addEventListener('focusin', (event) => {
  const cell = event.target instanceof Element ? event.target.closest('.ccd-cell') : null
  if (cell) tabStop(cell.closest('.plane'), cell)
})

/**
 * The cell that lies in a direction. Rows are staggered by half a CCD: sideways a step stays in its row, up and down it
 * may lean.
 */
function nearest(from: Element, [dx, dy]: readonly [number, number]): SVGElement | undefined {
  const middle = (element: Element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect()
    return [(left + right) / 2, (top + bottom) / 2] as const
  }
  const [x, y] = middle(from)
  const lean = dx === 0 ? 0.6 : 3
  let best: SVGElement | undefined
  let least = Infinity
  for (const cell of from.closest('svg')?.querySelectorAll<SVGElement>('.ccd-cell') ?? []) {
    const [cx, cy] = middle(cell)
    const along = (cx - x) * dx + (cy - y) * dy
    const aside = Math.abs((cx - x) * dy) + Math.abs((cy - y) * dx)
    if (along > 1 && along + lean * aside < least - 0.5) [best, least] = [cell, along + lean * aside]
  }
  return best
}

// Tables that sort by the column whose name is pressed.
for (const table of all<HTMLTableElement>('table.sortable')) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const descending = head.getAttribute('aria-sort') === 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', descending ? 'descending' : 'ascending')
      sortRows(table, column, descending)
    })
  })
}

function sortRows(table: HTMLTableElement, column: number, descending: boolean): void {
  const body = table.tBodies[0]
  if (!body) return
  const keyed = [...body.rows].map((row) => ({
    row,
    text: row.cells[column]?.textContent ?? '',
    key: row.cells[column]?.getAttribute('data-key') ?? null,
  }))
  keyed.sort((a, b) => {
    // What has no value goes last, whichever way.
    if (a.key === '' || b.key === '') return Number(a.key === '') - Number(b.key === '')
    const order = a.key !== null && b.key !== null ? Number(a.key) - Number(b.key) : a.text.localeCompare(b.text)
    return descending ? -order : order
  })
  body.append(...keyed.map(({ row }) => row))
}

for (const button of all<HTMLButtonElement>('[data-copy]')) {
  button.addEventListener('click', () => {
    const text = document.getElementById(button.dataset['copy']!)?.textContent ?? ''
    void navigator.clipboard?.writeText(text).then(() => (button.textContent = 'copied'))
  })
}

show(false)
