/** HTML as text: whatever is put in is escaped, unless it is HTML already. */
export interface Html {
  readonly html: string;
}

type Content = Html | string | number | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? '');

const rendered = (content: Content): string => {
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return 'html' in content ? content.html : content.map(rendered).join('');
};

/** A template whose values are escaped. */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  return { html: parts.reduce((text, part, i) => text + rendered(values[i - 1] ?? '') + part) };
}
