import { htmlDocument, type Page } from './document.ts';
import { markup, type Html } from './html.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #ffffff; --line: #d0d3da; --soft: #5a6070; --accent: #2f5bd0; --alert: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e8ec; --paper: #17181c; --line: #3a3d46; --soft: #a3a8b5; --accent: #8fb0ff; --alert: #ff9a90; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); } .said { border-left: 4px solid var(--accent); padding-left: .75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } td { overflow-wrap: anywhere; }
th { font-size: .85rem; color: var(--soft); font-weight: 600; } code { font-size: .85rem; overflow-wrap: anywhere; }
form { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: .75rem 0; }
label { display: block; margin: .5rem 0; } input, select, textarea { display: block; width: 100%; max-width: 30rem; font: inherit; padding: .4rem; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .25rem; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 0; border-radius: .25rem; background: var(--accent); color: var(--paper); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
textarea[readonly] { max-width: none; font: .85rem/1.5 ui-monospace, monospace; }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
@media print { form { display: none; } }
`;

export type { Page } from './document.ts';

/** A page of ours: nothing from elsewhere, nothing inline but what is named by its hash, never framed, never cached. */
export const page = (status: number, title: string, body: Html, script?: string): Page =>
  htmlDocument(status, title, markup`<main>${body}</main>`, { style: STYLE, ...(script !== undefined && { script }) });

/** A page that says one thing. */
export const plainPage = (status: number, title: string, words: string): Page =>
  page(
    status,
    title,
    markup`<h1>${title}</h1>
      <p>${words}</p>`,
  );
