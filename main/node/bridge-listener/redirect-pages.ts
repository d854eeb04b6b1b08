import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../sdk/protocol/index.js';
import { displayedUnicodeOrigin } from '../../core/consent/display-text.js';
import { unicodeOrigin } from '../../core/bridge/origin.js';
import type { RedirectSession } from '../../core/bridge/redirect.js';
import { packageRoot } from '../package-root.js';
import { languageOf, loadPageTexts } from './page-texts.js';
import { hashSource, PAGE_SCRIPT, PAGE_STYLE } from './redirect-page-assets.js';

/** A page of the client's own, with the headers that bind what it can do. */
export interface OwnPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly html: string;
}

/** The pages of the redirect route. `acceptLanguage` is the header of the request that is answered. */
export interface RedirectPages {
  /** Waits with the person, then carries the answer to `redirectUri`. */
  waiting(session: RedirectSession, acceptLanguage: string | undefined): OwnPage;
  /** Ends a request that nobody was asked about. Says nothing that came from outside. */
  refused(code: ErrorCode, acceptLanguage: string | undefined): OwnPage;
}

/** Reads texts and emblem once. */
export function createRedirectPages(): RedirectPages {
  const texts = loadPageTexts();
  const emblem = readFileSync(join(packageRoot(), 'resources', 'icons', 'madoguchi.svg'), 'utf8');
  return {
    waiting(session, acceptLanguage) {
      const language = languageOf(acceptLanguage);
      const said = texts[language];
      const body = `<h1>${escapeHtml(said.waitingTitle)}</h1>
<p>${escapeHtml(said.waitingLead)}</p>
<div class="requester"><p>${escapeHtml(said.requester)}</p>
${originLines(session.origin)}</div>
<p class="note">${escapeHtml(said.requesterNote)}</p>
<p class="note">${escapeHtml(said.pinNote)}</p>
<noscript><p><strong>${escapeHtml(said.noScript)}</strong></p></noscript>
<p class="progress" id="progress" role="status"${dataAttributes(said.progress)}></p>
<button type="button" id="cancel" hidden>${escapeHtml(said.cancel)}</button>
<form id="answer" method="post" action="${escapeHtml(session.redirectUri)}" accept-charset="utf-8"${dataAttributes({ session: session.sessionId })}>
<input type="hidden" name="state" value="${escapeHtml(session.state)}"><input type="hidden" name="response">
</form>
<script>${PAGE_SCRIPT}</script>`;
      const html = wholePage({ language, title: said.waitingTitle, emblem, body });
      return { html, headers: pageHeaders(WAITING_SOURCES, formTarget(session.origin)) };
    },
    refused(code, acceptLanguage) {
      const language = languageOf(acceptLanguage);
      const said = texts[language];
      const sentences = said.failure(code).map((sentence) => `<p>${escapeHtml(sentence)}</p>`);
      const body = `<h1>${escapeHtml(said.refusedTitle)}</h1>
${sentences.join('\n')}
<p class="code">${escapeHtml(said.code)}: <code>${code}</code></p>`;
      const html = wholePage({ language, title: said.refusedTitle, emblem, body });
      return { html, headers: pageHeaders(STYLE_ONLY, "'none'") };
    },
  };
}

const STYLE_ONLY = `style-src ${hashSource(PAGE_STYLE)}`;
const WAITING_SOURCES = `${STYLE_ONLY}; script-src ${hashSource(PAGE_SCRIPT)}; connect-src 'self'`;

function pageHeaders(sources: string, formAction: string): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; ${sources}; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Frame-Options': 'DENY',
  };
}

/** A source expression cannot name an IPv6 address (CSP Level 3 §2.3.1); such an origin exists in developer mode only. */
function formTarget(origin: string): string {
  return origin.includes('[') ? new URL(origin).protocol : origin;
}

interface PageParts {
  readonly language: string;
  readonly title: string;
  readonly emblem: string;
  /** HTML. */
  readonly body: string;
}

function wholePage({ language, title, emblem, body }: PageParts): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} — Madoguchi</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>${emblem}<span>Madoguchi（まどぐち）</span></header>
${body}
</main>
</body>
</html>
`;
}

/** As the consent has it: what the browser compares, and beside it what a person reads, where that differs. */
function originLines(origin: string): string {
  const unicode = displayedUnicodeOrigin(unicodeOrigin(origin));
  const lines = unicode === undefined ? [origin] : [origin, unicode];
  return lines.map((line) => `<bdi class="origin">${escapeHtml(line)}</bdi>`).join('\n');
}

function dataAttributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`)
    .join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and for quoted attribute values. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
