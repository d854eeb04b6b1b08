import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEvent, FakePort } from '../extension/fake-ports.js';

/** The content scripts in a page that misbehaves. What browsers do with them is looked at in browsers. */
const source = (name: string): string =>
  readFileSync(new URL(`../../../resources/extension/${name}.js`, import.meta.url), 'utf8');
const PAGE_SCRIPT = source('government-page');
const USER_AGENT_SCRIPT = source('government-user-agent');

type Listener = (event: object) => void;

class Target {
  readonly #listeners = new Map<string, Set<Listener>>();
  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }
  removeEventListener(name: string, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }
  fire(name: string, event: object = {}): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(event);
  }
}

class Marker {
  readonly markers: Marker[];
  constructor(markers: Marker[]) {
    this.markers = markers;
  }
  remove(): void {
    this.markers.splice(this.markers.indexOf(this), 1);
  }
}

let now: number;
let ports: FakePort[];
let markers: Marker[];
let answers: string[];
let page: Target;
let shown: Target;
beforeEach(() => {
  now = 1_000_000;
  ports = [];
  markers = [];
  answers = [];
  page = new Target();
  shown = new Target();
  const address = { host: 'a.go.jp', origin: 'https://a.go.jp', protocol: 'https:' };
  const body = { appendChild: (marker: Marker) => (markers.push(marker), marker) };
  const document = Object.assign(page, {
    readyState: 'complete',
    contentType: 'text/html',
    body,
    createElement: () => new Marker(markers),
    querySelectorAll: () => markers,
    dispatchEvent: ({ detail }: { detail: string }) => answers.push(detail),
  });
  const connect = (): FakePort => {
    const port = new FakePort();
    ports.push(port);
    return port;
  };
  runInNewContext(PAGE_SCRIPT, {
    window: Object.assign(shown, {
      get top() {
        return shown;
      },
    }),
    self: address,
    location: address,
    document,
    chrome: { runtime: { connect, onMessage: new FakeEvent() } },
    Date: { now: () => now },
    MutationObserver: class {
      observe(): void {}
      disconnect(): void {}
    },
    CustomEvent: class {
      readonly detail: string;
      constructor(_name: string, { detail }: { readonly detail: string }) {
        this.detail = detail;
      }
    },
    queueMicrotask: (act: () => void) => act(),
  });
});

const launch = (request: object): void => page.fire('launchApp', { detail: JSON.stringify(request) });
const reports = (): number => ports.filter(({ sent }) => JSON.stringify(sent).includes('"marker"')).length;
const answer = (port: FakePort | undefined, result: object): void =>
  port?.onMessage.fire({ madoguchi: 1, id: 0, envelope: { ok: true, result } });

describe('the script in a page of a government site', () => {
  it('does not open and close without end for a page that does', () => {
    for (let time = 0; time < 1_000; time++) {
      launch({ mode: '01' });
      launch({ mode: '05' });
    }
    expect(ports.length - reports()).toBe(100);
  });

  it('does not ask the client without end for what it refuses each time', () => {
    for (let time = 0; time < 1_000; time++) {
      launch({ mode: '09' });
      const [, port] = ports;
      const { id } = port?.sent.at(-1) as { id: number };
      port?.onMessage.fire({ madoguchi: 1, id, envelope: { ok: false, error: {} } });
    }
    expect(ports[1]?.sent).toHaveLength(100);
    expect(answers).toHaveLength(100);
  });

  it.each(['focus', 'pageshow'])('learns at %s that it was turned off meanwhile', (event) => {
    answer(ports[0], { enabled: true });
    expect(markers).toHaveLength(2);
    now += 60_000;
    shown.fire(event, { isTrusted: true });
    answer(ports[1], { enabled: false });
    expect(markers).toEqual([]);
    launch({ mode: '01' });
    expect(ports).toHaveLength(2);
  });

  it('does not report for a page that makes the event up, nor for one that takes the focus again and again', () => {
    now += 60_000;
    shown.fire('focus', { isTrusted: false });
    expect(reports()).toBe(1);
    for (let time = 0; time < 1_000; time++) shown.fire('focus', { isTrusted: true });
    expect(reports()).toBe(2);
  });
});

describe('the other name of the system', () => {
  const agentAt = (port: string): unknown => {
    class Navigator {
      get userAgent(): string {
        return 'Mozilla/5.0 (X11; Linux x86_64)';
      }
      get appVersion(): string {
        return '5.0 (X11; Linux x86_64)';
      }
    }
    const navigator = new Navigator();
    const window = {
      get top(): unknown {
        return window;
      },
    };
    runInNewContext(USER_AGENT_SCRIPT, { window, navigator, Navigator, location: { port } });
    return navigator.userAgent;
  };

  it('is told at the port that was chosen, and at no other of the same name', () => {
    expect(agentAt('')).toContain('Windows NT 10.0');
    expect(agentAt('8443')).toContain('Linux');
  });
});
