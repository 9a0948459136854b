import { hash } from 'node:crypto';
import { markup, type Html } from './html.ts';

export interface Page {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Inline {
  readonly style: string;
  readonly script?: string;
  /** An icon as a `data:` address; the only image there may be. */
  readonly icon?: string;
}

const sourceOf = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;

/** A document that loads nothing: style and script stand in it, and the policy names them by their hash. */
export function htmlDocument(status: number, title: string, body: Html, { style, script, icon }: Inline): Page {
  const policy = [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    `script-src ${script === undefined ? "'none'" : sourceOf(script)}`,
    `connect-src ${script === undefined ? "'none'" : "'self'"}`,
    ...(icon === undefined ? [] : ['img-src data:']),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const content = markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        ${icon === undefined ? '' : markup`<link rel="icon" href="${icon}" />`} ${{ html: `<style>${style}</style>` }}
      </head>
      <body>
        ${body} ${script === undefined ? '' : { html: `<script>${script}</script>` }}
      </body>
    </html> `;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      // The address of a page may be what opens it.
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    body: content.html,
  };
}
