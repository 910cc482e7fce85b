import { figureCss, INK, INK_NAMES } from './figures/style.js'

const variables = (mode: 'light' | 'dark') => INK_NAMES.map((name) => `--${name}:${INK[mode][name]}`).join(';')

/**
 * The page's style sheet: the figures' colours as variables, light or dark as the reader prefers, and black on white in
 * print. Rings are on pictures, which are dark on any paper.
 */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${variables('light')};--go:#1a7f37;--look:#8a5a00;--stop:#b3261e;--on:#fff}
@media (prefers-color-scheme:dark){:root{${variables('dark')};--go:#3fb950;--look:#e3b341;--stop:#ff7b72;--on:#0d1117}}
${figureCss((name) => `var(--${name})`)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
  font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1240px;margin:0 auto;padding:0 20px 60px}
a{color:var(--used)}
h1{font-size:1.05rem;margin:0;font-weight:600}
h2{font-size:1.12rem;margin:2rem 0 .4rem;padding-top:.7rem;border-top:1px solid var(--faint)}
.top h2{margin-top:1.1rem}
.planes h2{border:0;padding:0;margin:0 0 .2rem}
header{padding:14px 0 10px}
h3{font-size:1.02rem;margin:.2rem 0}
p{margin:.4rem 0;max-width:75ch}
.small,caption{color:var(--soft);font-size:.86rem}
.decision{border-left:10px solid currentColor;padding:2px 0 2px 18px;margin:0 0 6px}
.decision.go{color:var(--go)}.decision.look{color:var(--look)}.decision.stop{color:var(--stop)}
.decision>*{color:var(--ink)}
.decision .word{font-size:3rem;line-height:1;font-weight:750;letter-spacing:.02em;margin:0}
.decision.go .word{color:var(--go)}.decision.look .word{color:var(--look)}.decision.stop .word{color:var(--stop)}
.decision .headline{font-size:1.25rem;font-weight:600;margin:.35rem 0}
.reasons{margin:.5rem 0;padding-left:1.1rem}
.reasons li{margin:.15rem 0}
.tag{display:inline-block;font-size:.74rem;font-weight:700;letter-spacing:.05em;border:1.5px solid currentColor;
  border-radius:4px;padding:0 .35em;margin-right:.45em}
.tag.stop{color:var(--stop)}.tag.look{color:var(--look)}
code,.command{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88rem}
.command{display:flex;gap:10px;align-items:center;margin:.3rem 0}
.command code{background:var(--shade);padding:.45rem .7rem;border-radius:6px;overflow-wrap:anywhere;user-select:all}
button{font:inherit;font-size:.86rem;color:var(--ink);background:var(--shade);border:1px solid var(--faint);
  border-radius:6px;padding:.25rem .65rem;cursor:pointer}
button[aria-pressed=true]{background:var(--used);border-color:var(--used);color:var(--on);font-weight:600}
:focus-visible{outline:2.5px solid var(--accent);outline-offset:2px}
.key{display:grid;grid-template-columns:repeat(auto-fit,minmax(165px,1fr));gap:8px;margin:14px 0;padding:0}
.key>div{background:var(--shade);border-radius:8px;padding:9px 13px}
.key dt,.numbers dt,.facts dt{color:var(--soft);font-size:.82rem}
.key dd{margin:0;font-size:1.12rem;font-weight:600;font-variant-numeric:tabular-nums}
.key dd small{display:block;font-weight:400;font-size:.82rem;color:var(--soft)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0}
.facts dd{margin:0;overflow-wrap:anywhere}
.numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:.35rem 1.2rem;margin:.6rem 0}
.numbers dd{margin:0;font-variant-numeric:tabular-nums}
.warning{border-left:4px solid var(--look);padding-left:.8rem}
.top{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:0 34px;align-items:start}
.quantities{display:flex;flex-wrap:wrap;gap:6px;margin:.5rem 0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(370px,100%),1fr));gap:14px;margin:.8rem 0}
figure{margin:0}
.f-ring,.f-ring-lost{fill:transparent;stroke:${INK.dark.used};stroke-width:1.4}
.f-ring-lost{stroke:${INK.dark.rejected};stroke-dasharray:2.5 2}
.stamps{display:grid;grid-template-columns:repeat(auto-fill,minmax(132px,1fr));gap:10px;margin:.8rem 0}
.stamps img{width:123px;height:123px;image-rendering:pixelated;display:block}
.stamps figcaption{font-size:.78rem;color:var(--soft)}
.stamps figure:target{outline:2.5px solid var(--accent);outline-offset:3px}
svg.figure{max-width:100%;height:auto;display:block}
.script .plane:not(.is-chosen){display:none}
html:not(.script) .needs-script{display:none}
.ccd-cell,.ccd-bar{cursor:pointer}
.ccd-cell:focus-visible,.ccd-bar:focus-visible{outline:none}
.ccd-cell.is-hot path:first-of-type,.ccd-cell:focus-visible path:first-of-type,.ccd-cell.is-open path:first-of-type{
  stroke:var(--ink);stroke-width:3;stroke-dasharray:none}
.ccd-bar.is-hot .f-strip,.ccd-bar.is-open .f-strip{fill:var(--accent);fill-opacity:.22}
tr.is-hot td,tr.is-hot th{background:var(--shade)}
tr.is-open td,tr.is-open th{background:var(--shade);box-shadow:inset 0 1px 0 var(--accent),inset 0 -1px 0 var(--accent)}
#ccd{margin-top:1rem;padding:14px 18px;border:1px solid var(--faint);border-radius:10px}
#ccd .bar{float:right;display:flex;gap:6px}
.verdict{font-weight:600}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;padding:.2rem 0 .5rem}
th,td{padding:.2rem .55rem;text-align:right;border-bottom:1px solid var(--faint);white-space:nowrap}
th:first-child,td.text,th.text{text-align:left}
td.long{white-space:normal;min-width:20rem}
thead th{position:sticky;top:0;background:var(--paper);vertical-align:bottom;white-space:normal}
thead button{background:none;border:0;padding:.2rem 0;font-weight:600;text-align:inherit}
th[aria-sort=ascending] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
details{margin:.6rem 0}
summary{cursor:pointer}
@media (max-width:1000px){.top{grid-template-columns:minmax(0,1fr)}.decision .word{font-size:2.4rem}}
@media print{
:root{color-scheme:light;${variables('light')};--go:#1a7f37;--look:#8a5a00;--stop:#b3261e;--on:#fff}
body{font-size:10.5pt}main{max-width:none;padding:0}
.needs-script,.quantities,#ccd .bar{display:none!important}
.top{display:block}figure,tr,.decision{break-inside:avoid}h2{break-after:avoid}
thead th{position:static}.figures{grid-template-columns:1fr 1fr}a{color:inherit;text-decoration:none}}
`
