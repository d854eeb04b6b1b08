import { test } from 'vitest';
import { execSync } from 'node:child_process';
import { CardFactory, unhex, hex } from '../support/virtual-card.js';
import { readersOf, putIntoVpcd, untilCardPresent } from '../support/pcsc-fixture.js';
import { startPcscd, VPCD_READERS } from '../support/pcscd.js';
import { setTimeout as sleep } from 'node:timers/promises';
test('try', async () => {
  const t0=Date.now(); const log=(...a:unknown[])=>process.stdout.write(`${Date.now()-t0} ${a.map(x => x instanceof Error ? String(x) + String(x.cause) + String((x.cause as Error)?.cause): JSON.stringify(x)).join(' ')}\n`);
  const pcscd = await startPcscd(); log('started', process.pid);
  const factory = await CardFactory.create(); 
  for (let i=0;i<25;i++) {
    const card = await factory.newCard();
    const readers = readersOf(pcscd);
    const c = await putIntoVpcd(card, pcscd);
    const ok = await Promise.race([untilCardPresent(readers, VPCD_READERS[0], true).then(()=>true), sleep(4000,false)]);
    if (!ok) { log('STUCK', i, card.powered, card.log.length);
      const pid = execSync(`pgrep -P $(pgrep -P ${process.pid} -f pcscd-namespace) pcscd`).toString().trim();
      log(execSync(`nsenter -t ${pid} -n ss -tinp; ss -xp | grep vpcd; ss -tnp | grep ${pcscd.vpcdPorts[0]}`).toString().split('\n'));
      log(execSync(`timeout -s INT 3 strace -f -p ${pid} 2>&1 || true`).toString().split('\n').slice(0,80));
      break; }
    const con = await readers.connect(VPCD_READERS[0], { shareMode: 'exclusive' });
    card.insertFault({ at: 0, fault: 'remove' });
    await con.transmit(unhex('00200080')).then(x=>log(hex(x)),(e:unknown)=>undefined);
    await con.disconnect('unpower');
    await readers.close(); await c.close();
    const obs = readersOf(pcscd); await untilCardPresent(obs, VPCD_READERS[0], false); await obs.close(); log('done', i);
  }
  await pcscd.close(); log('closed');
});
