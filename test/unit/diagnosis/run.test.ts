import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiagnosis } from '../../../main/core/diagnosis/run-diagnosis.js';
import { CardFactory } from '../../support/virtual-card.js';
import { cardReaders, diagnose, fakeReaders, pcscError, portsOver } from './fixture.js';

let factory: CardFactory;
beforeAll(async () => {
  factory = await CardFactory.create();
});
afterAll(() => {
  factory.remove();
});

describe('actions', () => {
  const unregistered = { browser: 'firefox', packaging: 'native', registration: 'absent' } as const;

  it('are offered only where this PC has them; otherwise to look again is', async () => {
    const browsers = () => Promise.resolve([unregistered]);
    const without = await diagnose(portsOver(fakeReaders({}), { computer: { browsers, actions: {} } }));
    expect(without.of('browser').action).toBe('retry');
    const withActions = await diagnose(portsOver(fakeReaders({}), { computer: { browsers } }));
    expect(withActions.of('browser').action).toBe('register-extension');
  });

  it('say whether they were done, and never throw', async () => {
    const done: string[] = [];
    const actions = {
      'register-extension': () => Promise.resolve(void done.push('registered')),
      'open-clock-settings': () => Promise.reject(pcscError('ERR_INTERNAL_FILE')),
    };
    const diagnosis = createDiagnosis(portsOver(fakeReaders({}), { computer: { actions } }));
    expect(await diagnosis.act('register-extension')).toEqual({ status: 'done' });
    expect(await diagnosis.act('open-clock-settings')).toEqual({ status: 'failed', code: 'ERR_INTERNAL_FILE' });
    expect(await diagnosis.act('retry')).toEqual({ status: 'done' });
    expect(done).toEqual(['registered']);
    const nothing = createDiagnosis(portsOver(fakeReaders({}), { computer: { actions: {} } }));
    expect(await nothing.act('register-extension')).toEqual({ status: 'failed', code: 'ERR_INTERNAL' });
  });
});

describe('a run that is cancelled', () => {
  it('ends with the one error, before and in the middle', async () => {
    const diagnosis = createDiagnosis(portsOver(fakeReaders({})));
    await expect(diagnosis.run(() => undefined, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ERR_USER_CANCELLED',
    });
    const stop = new AbortController();
    const told: string[] = [];
    const run = diagnosis.run(({ layer }) => {
      told.push(layer);
      if (layer === 'reader') stop.abort();
    }, stop.signal);
    await expect(run).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
    expect(told).toEqual(['pcsc-service', 'reader']);
  });

  it('does not wait for a service that hangs', async () => {
    const stop = new AbortController();
    const readers = {
      ...fakeReaders({}),
      list: () => {
        queueMicrotask(() => stop.abort());
        return new Promise<never>(() => undefined);
      },
    };
    const run = createDiagnosis(portsOver(readers)).run(() => undefined, stop.signal);
    await expect(run).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });

  it('is let go by a card that does not answer', async () => {
    const stop = new AbortController();
    const card = await factory.newCard();
    const ports = portsOver(cardReaders(card));
    const readers: typeof ports.readers = {
      ...ports.readers,
      async connect(name, options) {
        const connection = await ports.readers.connect(name, options);
        return {
          atr: connection.atr,
          transmit: hang,
          disconnect: (disposition) => connection.disconnect(disposition),
        };
      },
    };
    const hang = (): Promise<Uint8Array> => {
      stop.abort();
      return Promise.reject(pcscError('ERR_USER_CANCELLED'));
    };
    const run = createDiagnosis({ ...ports, readers }).run(() => undefined, stop.signal);
    await expect(run).rejects.toMatchObject({ code: 'ERR_USER_CANCELLED' });
  });
});
