import type { FormRefusal } from './redirect-form.js';

/** `state` and `code` are in the address: it goes into no cache and no Referer. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** 303 (RFC 9110 §15.4.4): the browser goes on with a GET, which carries cookies with `SameSite=Lax`. */
export function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { ...HEADERS, Location: location } });
}

export function refusal(status: FormRefusal | 405): Response {
  const allow = status === 405 ? { Allow: 'GET, POST' } : {};
  return new Response(null, { status, headers: { ...HEADERS, ...allow } });
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A page that goes on by itself. It is of the service's own site, so the navigation it starts carries cookies with
 * `SameSite=Strict` as well.
 */
export function continuePage(location: string): Response {
  const address = location.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  const html = `<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url=${address}">
<title>ログイン / Logging in</title>
<p><a href="${address}">続ける / Continue</a></p>
</html>
`;
  return new Response(html, {
    headers: {
      ...HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  });
}
