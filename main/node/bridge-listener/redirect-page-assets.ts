import { createHash } from 'node:crypto';

/**
 * Waits for the session's end and posts it to the service. Everything it needs stands in the page, so that it is the same
 * octets for every session and the page's policy can name it by its hash.
 */
export const PAGE_SCRIPT = `
(() => {
  'use strict';
  const form = document.getElementById('answer');
  const progress = document.getElementById('progress');
  const button = document.getElementById('cancel');
  const path = '/v1/authorize/' + form.dataset.session;
  // In the mode same-origin, the page's referrer policy would turn the Origin of a DELETE into null (Fetch, section 3.2).
  const options = { headers: { 'Madoguchi-Protocol': '1' }, mode: 'cors', cache: 'no-store', redirect: 'error' };
  const say = (what) => {
    if (progress.textContent !== progress.dataset[what]) progress.textContent = progress.dataset[what];
    document.body.dataset.state = what;
  };
  const failure = (code, message) => ({ ok: false, error: { code, message, retriable: true, details: {} } });

  let answered = false;
  const answer = (envelope) => {
    if (answered) return;
    answered = true;
    say('returning');
    form.elements.namedItem('response').value = JSON.stringify(envelope);
    form.submit();
  };

  const cancel = () => fetch(path, { ...options, method: 'DELETE', keepalive: true });
  button.addEventListener('click', async () => {
    button.disabled = true;
    await cancel().catch(() => undefined);
    answer(failure('ERR_USER_CANCELLED', 'the request was cancelled'));
  });
  button.hidden = false;

  // Whoever leaves the page has no more use for the dialog. A page that comes back from the browser's memory has none itself.
  addEventListener('pagehide', () => {
    if (answered) return;
    answered = true;
    cancel().catch(() => undefined);
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) say('finished');
  });

  // The service wanted to send the result on to another origin.
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective === 'form-action') say('stopped');
  });

  const poll = async () => {
    for (let failures = 0; !answered; ) {
      try {
        const reply = await fetch(path + '?wait=25', options);
        const envelope = await reply.json();
        failures = 0;
        if (!envelope.ok) answer(envelope);
        else if (envelope.result.status === 'done') answer({ ok: true, result: envelope.result.output });
        else if (!answered) say('waiting');
      } catch {
        if (answered) return;
        failures += 1;
        if (failures > 8) answer(failure('ERR_PROTOCOL_UNREACHABLE', 'the client ended'));
        else say('reconnecting');
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  };
  say('waiting');
  void poll();
})();
`;

export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #eef2f3; --paper: #ffffff; --ink: #1c2b30; --soft: #52666d; --line: #d5dfe2; --brand: #1f4e5f; --field: #f4f7f8;
}
@media (prefers-color-scheme: dark) {
  :root { --ground: #10181b; --paper: #1a2529; --ink: #e8eef0; --soft: #a3b5bb; --line: #33444a; --brand: #8fb8c4; --field: #131c1f; }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 1.5rem; display: grid; place-items: center; background: var(--ground); color: var(--ink);
  font: 1rem/1.75 system-ui, "Hiragino Sans", "Yu Gothic UI", "Noto Sans CJK JP", "Noto Sans JP", sans-serif;
}
main {
  width: 100%; max-width: 35rem; padding: 2.25rem; background: var(--paper); border: 1px solid var(--line); border-radius: 1rem;
  box-shadow: 0 .5rem 2rem rgb(0 0 0 / .06);
}
header { display: flex; align-items: center; gap: .75rem; margin-bottom: 1.5rem; color: var(--soft); font-size: .9rem; }
header svg { width: 2.5rem; height: 2.5rem; flex: none; }
h1 { margin: 0 0 .75rem; font-size: 1.375rem; line-height: 1.45; word-break: auto-phrase; }
p { margin: 0 0 1rem; }
.requester { margin: 1.5rem 0 1rem; padding: .875rem 1.125rem; background: var(--field); border: 1px solid var(--line); border-radius: .625rem; }
.requester p { margin: 0; color: var(--soft); font-size: .875rem; }
.origin { display: block; font: 600 1.0625rem/1.5 ui-monospace, "Cascadia Mono", "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
.origin + .origin { color: var(--soft); font-weight: 400; font-size: .9375rem; }
.note { margin-bottom: .5rem; color: var(--soft); font-size: .9rem; line-height: 1.65; }
.progress { display: flex; align-items: center; gap: .75rem; margin: 1.75rem 0 1.5rem; font-weight: 600; }
.progress::before {
  content: ""; flex: none; width: 1.125rem; height: 1.125rem; border: .1875rem solid var(--line); border-top-color: var(--brand);
  border-radius: 50%; animation: turn 1.1s linear infinite;
}
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: reduce) { .progress::before { animation: none; } }
[data-state="finished"] .progress::before, [data-state="finished"] button { display: none; }
[data-state="stopped"] .progress::before, [data-state="stopped"] button { display: none; }
button {
  padding: .625rem 1.5rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem; cursor: pointer;
}
button:hover { background: var(--field); }
button:focus-visible { outline: .1875rem solid var(--brand); outline-offset: .125rem; }
button:disabled { opacity: .5; cursor: default; }
.code { margin: 1.5rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .875rem; }
code { font-family: ui-monospace, "Cascadia Mono", "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
`;

/** As a source of `script-src` and `style-src` (CSP Level 3 §2.3.1). */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
