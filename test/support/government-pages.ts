/** Pages that do what sites of the マイナポータル extension's protocol do, and pages that attack it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** As sites do it: markers first, then one event for each request and one for its answer. */
const IMITATION = `
  const received = [];
  document.addEventListener('recvMsg', ({ detail }) => received.push(detail));
  const hasMarkers = () => ['extension-is-installed', 'app-is-installed'].every((id) => document.getElementById(id));
  const launch = (detail) => document.dispatchEvent(new CustomEvent('launchApp', { bubbles: true, detail }));
  const ask = (request) => new Promise((resolve, reject) => {
    const text = typeof request === 'string' ? request : JSON.stringify(request);
    setTimeout(() => reject(new Error('not answered: ' + text)), 20_000);
    document.addEventListener('recvMsg', ({ detail }) => resolve(JSON.parse(detail)), { once: true });
    launch(text);
  });`;

const OFFICIAL_MARKERS = `
  <input type="hidden" id="extension-is-installed" value="31"><input type="hidden" id="app-is-installed" value="40">`;

/** A frame that does to its own document and the one around it what it can. */
const HOSTILE_FRAME = `
  const detail = JSON.stringify({ mode: '01', service_id: '01', digest: 'MA==' });
  const tried = [];
  for (const reach of [() => document, () => parent.document, () => top.document]) {
    try {
      reach().dispatchEvent(new CustomEvent('launchApp', { bubbles: true, detail }));
      tried.push('reached');
    } catch (error) {
      tried.push(error.name);
    }
  }
  parent.postMessage({ tried, markers: document.querySelectorAll('input').length }, '*');`;

/** With enough of HTML that a change anywhere would show. */
const PLAIN = `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>普通のページ</title></head>
<body><main><h1>申請</h1><form><input id="name" value="x"></form></main><script>window.own = 1;</script></body></html>`;

const script = (source: string): string => `<script>${source}</script>`;

/** Frames of the page that is shown tell it what they tried. */
const KEEP_MESSAGES = "const messages = []; addEventListener('message', ({ data }) => messages.push(data));";

type Page = (query: string) => string;

/**
 * `/` the imitation · `/plain` nothing of it · `/official` with the official extension's markers · `/framed?URL` the imitation
 * around a frame · `/hostile` such a frame · `/sandboxed` the imitation, sandboxed by its own policy · `/agent` keeps what its
 * first script was told of the system.
 */
const PAGES: Readonly<Record<string, Page>> = {
  '/': () => script(IMITATION),
  '/sandboxed': () => script(IMITATION),
  '/official': () => OFFICIAL_MARKERS + script(IMITATION),
  '/framed': (query) => `${script(IMITATION + KEEP_MESSAGES)}<iframe src="${decodeURIComponent(query)}"></iframe>`,
  '/hostile': () => script(HOSTILE_FRAME),
  '/agent': () =>
    script(
      'window.seen = { agent: navigator.userAgent, platform: navigator.platform, version: navigator.appVersion };',
    ),
};

export function servesGovernmentPage(request: IncomingMessage, response: ServerResponse): void {
  const [path = '/', query = ''] = (request.url ?? '/').split('?');
  if (path === '/sandboxed') response.setHeader('Content-Security-Policy', 'sandbox allow-scripts');
  const page = PAGES[path];
  response.writeHead(path === '/plain' || page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(path === '/plain' ? PLAIN : `<!doctype html><title>site</title><body>${page?.(query) ?? ''}`);
}
