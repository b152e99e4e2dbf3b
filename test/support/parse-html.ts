/** Start tags and text of a page, read the way a browser tokenises: independent of the code that wrote it. */
export type Tag = { readonly name: string; readonly attributes: Readonly<Record<string, string>> };

export function parseTags(html: string): readonly Tag[] {
  const tags: Tag[] = [];
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    if (!/[a-z]/iu.test(html[at + 1] ?? '')) {
      at += 1;
      continue;
    }
    const name = /^[^\s/>]+/u.exec(html.slice(at + 1))?.[0] ?? '';
    const read = readAttributes(html, at + 1 + name.length);
    tags.push({ name: name.toLowerCase(), attributes: read.attributes });
    at = read.end;
  }
  return tags;
}

function readAttributes(html: string, from: number): { attributes: Record<string, string>; end: number } {
  const attributes: Record<string, string> = {};
  const pattern = /[\s/]*(?:(>)|([^\s=>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?)/uy;
  pattern.lastIndex = from;
  for (let found = pattern.exec(html); found; found = pattern.exec(html)) {
    if (found[1] !== undefined) return { attributes, end: pattern.lastIndex };
    attributes[(found[2] ?? '').toLowerCase()] = decodeEntities(found[3] ?? found[4] ?? found[5] ?? '');
  }
  return { attributes, end: html.length };
}

export const textOfHtml = (html: string): string =>
  decodeEntities(html.replace(/<[^>]*>/gu, ' ')).replace(/\s+/gu, ' ');

const decodeEntities = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#96;', '`')
    .replaceAll('&amp;', '&');
