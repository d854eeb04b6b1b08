import { test } from 'vitest';
import { connectVirtualCardToVpcd } from '../../native/virtual-card/index.js';
import { CardFactory, unhex, hex } from '../support/virtual-card.js';
import { readersOf } from '../support/pcsc-fixture.js';
import { startPcscd, VPCD_READERS } from '../support/pcscd.js';
import { setTimeout as sleep } from 'node:timers/promises';
test('try', async () => {
  const t0=Date.now(); const log=(...a:unknown[])=>process.stdout.write(`${Date.now()-t0} ${a.map(x => x instanceof Error ? String(x) + String(x.cause) + String((x.cause as Error)?.cause): JSON.stringify(x)).join(' ')}\n`);
  const pcscd = await startPcscd(); log('started');
  const factory = await CardFactory.create(); const card = await factory.newCard(); log('card');
  const readers = readersOf(pcscd);
  void (async()=>{ const s=new AbortController().signal; for(let i=0;i<30;i++) { await readers.changed(s); log('changed', (await readers.list()).map(x=>x.cardPresent)); } })();
  for (const fault of ['remove', {delayMilliseconds: 3000}] as const) {
    const c = await connectVirtualCardToVpcd(card, { host: '127.0.0.1', port: pcscd.vpcdPorts[0] });
    await sleep(1000);
    const con = await readers.connect(VPCD_READERS[0], { shareMode: 'exclusive' }); log('connected', hex(con.atr));
    card.insertFault({ at: 0, fault });
    con.transmit(unhex('00a4040c0ad392f000260100000001')).then(x=>log(hex(x)),(e:unknown)=>log('FAIL',e));
    await sleep(500);
    log('close card'); await c.close(); log('closed');
    await sleep(2000); log('disconnecting');
    await con.disconnect('unpower'); log('disconnected');
    await sleep(1000);
  }
  await readers.close(); log('closed');
  await pcscd.close(); log('closed');
});
