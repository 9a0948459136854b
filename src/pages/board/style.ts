/**
 * Tables have fixed columns: others are drawn anew as rows arrive, and what is read moves.
 * Colours of both themes have a contrast of 4.5 to 1 at least; what a colour says stands there as a word, too.
 */
export const BOARD_STYLE = `
:root { color-scheme: light dark; --ink: #1a1c22; --paper: #ffffff; --panel: #f4f5f8; --line: #d3d7df; --soft: #555b69; --accent: #2350c0; --good: #17693a; --news: #9a3f06; --alert: #b0201a; --blind: #6d3aa8; --bar: #9fb3de; --newbar: #d9660f; --key: #7a2a8f; --str: #17693a; --num: #9a3f06; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e9ee; --paper: #14161b; --panel: #1e2128; --line: #3a3f4b; --soft: #a9afbd; --accent: #93b4ff; --good: #6fd394; --news: #ffb070; --alert: #ff9a90; --blind: #cdaaff; --bar: #4d629b; --newbar: #ff9446; --key: #dca3ee; --str: #7fd6a0; --num: #ffb070; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--accent); } a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
.top { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; padding: .75rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--panel); }
.top nav { flex: 1 1 auto; min-width: 0; } .top nav ol { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: 0; padding: 0; } .top nav li + li::before { content: "/"; color: var(--soft); margin-right: .5rem; } .top nav li { overflow-wrap: anywhere; min-width: 0; }
.top form { margin: 0; } .brand { font-weight: 700; }
main { max-width: 100rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; } h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; } .soft, .soft a { color: var(--soft); } .small { font-size: .85rem; } .nowrap { white-space: nowrap; }
.said { border-left: 4px solid var(--accent); padding: .4rem .75rem; background: var(--panel); margin: .5rem 0; }
.bad { border-left-color: var(--alert); } .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; margin: .75rem 0; padding: 0; }
.tiles a { display: block; min-width: 6.5rem; padding: .4rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--panel); color: inherit; text-decoration: none; } .tiles a[aria-current] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); } .tiles b { display: block; font-size: 1.35rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.st { font-weight: 600; white-space: nowrap; } .st-healthy { color: var(--good); } .st-new { color: var(--news); } .st-failing, .st-not-loaded { color: var(--alert); } .st-blind { color: var(--blind); } .st-muted, .st-waiting { color: var(--soft); }
.lives a { margin-right: .75rem; } .lives a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .75rem 0; } .filter label { display: block; font-size: .85rem; color: var(--soft); }
input, select, textarea, button { font: inherit; color: inherit; } input, select, textarea { display: block; max-width: 100%; padding: .35rem .5rem; background: var(--paper); border: 1px solid var(--soft); border-radius: .3rem; }
button, .button { padding: .4rem .9rem; border: 1px solid var(--accent); border-radius: .3rem; background: var(--accent); color: var(--paper); font-weight: 600; cursor: pointer; } button.quiet { background: transparent; color: var(--accent); font-weight: 400; padding: .2rem .6rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; table-layout: fixed; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); } td { overflow-wrap: anywhere; } th { font-size: .82rem; color: var(--soft); font-weight: 600; white-space: nowrap; } th a { color: inherit; } th[aria-sort] a { color: var(--ink); } td.num { font-variant-numeric: tabular-nums; white-space: nowrap; }
table.hunts th:nth-child(1) { width: 8rem; } table.hunts th:nth-child(4) { width: 13rem; } table.hunts th:nth-child(3), table.hunts th:nth-child(5), table.hunts th:nth-child(6) { width: 9rem; }
.why { color: var(--soft); font-size: .85rem; max-width: 60rem; } .tags { font-size: .82rem; color: var(--soft); }
.chart { display: block; width: 12rem; height: 1.9rem; background: var(--panel); border-radius: .2rem; } .chart .seen { fill: var(--bar); } .chart .news { fill: var(--newbar); } .chart .fail { stroke: var(--alert); stroke-width: 1.4; fill: none; } .chart .part { fill: var(--blind); }
.time { display: block; width: 100%; height: 6rem; background: var(--panel); border-radius: .3rem; } .time .news { fill: var(--newbar); } .time .zero { fill: var(--line); } .axis { display: flex; justify-content: space-between; font-size: .82rem; color: var(--soft); }
.key { font-size: .82rem; color: var(--soft); } .key svg { display: inline-block; width: .7rem; height: .7rem; margin: 0 .25rem 0 .75rem; } .key .seen { fill: var(--bar); } .key .news { fill: var(--newbar); } .key .fail { stroke: var(--alert); stroke-width: 3; }
.two { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: 0 2.5rem; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1rem; margin: .5rem 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.code { position: relative; } pre { margin: 0; padding: .75rem; background: var(--panel); border: 1px solid var(--line); border-radius: .4rem; overflow: auto; max-height: 28rem; font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; } .code button { position: absolute; top: .4rem; right: .9rem; background: var(--paper); } code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.k-keyword { color: var(--key); } .k-string { color: var(--str); } .k-number { color: var(--num); } .k-comment { color: var(--soft); font-style: italic; } .k-call { color: var(--accent); }
form.act { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .5rem 0; } form.act label { display: block; margin: .35rem 0; } form.act input:not([type=hidden]), form.act select, form.act textarea { width: 100%; max-width: 26rem; }
ul.list { list-style: none; margin: 0; padding: 0; } ul.list > li { padding: .35rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } summary { cursor: pointer; } .bar { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; align-items: baseline; }
@media (max-width: 60rem) { .two { display: block; } table.stack, table.stack tbody, table.stack tr, table.stack td { display: block; width: auto !important; } table.stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } table.stack tr { border-bottom: 1px solid var(--line); padding: .6rem 0; } table.stack td { border: 0; padding: .1rem 0; } table.stack td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); font-size: .85rem; } .chart { width: 100%; max-width: 20rem; } }
@media (prefers-reduced-motion: no-preference) { .fresh { animation: fresh 1.5s; } @keyframes fresh { from { background: var(--panel); } } }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --panel: #fff; --soft: #333; --line: #999; --accent: #000; } .filter, form, .code button, .skip, .noprint { display: none !important; } main { max-width: none; padding: 0; } tr, .tiles, svg { break-inside: avoid; } pre { max-height: none; } a { text-decoration: none; } }
`;

/** An eye, drawn for this page. */
export const BOARD_ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 8q7-9 14 0q-7 9-14 0' fill='%232350c0'/%3E%3Ccircle cx='8' cy='8' r='2.5' fill='%23fff'/%3E%3C/svg%3E";
