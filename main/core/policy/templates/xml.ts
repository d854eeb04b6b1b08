/** Text as it stands in an element or a quoted attribute (XML 1.0 §2.4). */
export function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

export const XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>';

/** Lines, each further in by `depth` steps. */
export function indented(lines: readonly string[], depth = 1): readonly string[] {
  return lines.map((line) => `${'  '.repeat(depth)}${line}`);
}
