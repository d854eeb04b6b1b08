import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePemCertificate } from '../../sdk/formats/index.js';
import { AuthorityServer, bodyOf } from '../support/authority-server.js';
import { madoguchi, madoguchiProcess, type CommandResult } from '../support/command-line.js';
import { Openssl } from '../support/openssl.js';
import { issueTestCa, issueTimeStampAuthority } from '../support/test-authorities.js';
import { testKey } from '../support/test-pki.js';
import { onePage } from '../support/pdf-files.js';
import { putNewTestCard } from '../support/virtual-card.js';

let directory: string;
const at = (name: string): string => join(directory, name);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'madoguchi-documents-'));
  await putNewTestCard(at('state'));
  writeFileSync(at('契約書.pdf'), onePage());
  writeFileSync(at('form.xml'), '<?xml version="1.0" encoding="UTF-8"?>\r\n<届出><氏名>𠮷野</氏名></届出>\r\n');
  writeFileSync(at('memo.txt'), 'めも\n');
  const { stdout } = await run(['certificate', 'export', '--which', 'signing-ca', '--pem']);
  writeFileSync(at('ca.pem'), stdout);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function run(args: readonly string[], input = ''): Promise<CommandResult> {
  return madoguchi(['--reader', 'virtual', ...args], {
    input,
    cwd: directory,
    env: { MADOGUCHI_STATE_DIRECTORY: at('state') },
  });
}

const sign = (...args: string[]): Promise<CommandResult> =>
  run(['sign', ...args, '--yes', '--pin-stdin', '--json'], 'ABC123\n');

const jsonOf = (result: CommandResult) =>
  JSON.parse(result.stdout) as {
    result: { verdict: string; items: { output?: string; error?: { code: string } }[]; files: { format: string }[] };
    error: { code: string; details: Record<string, string> };
  };

const KOUSEI = `<?xml version="1.0" encoding="UTF-8"?>
<DataRoot><様式ID>999000000000000001</様式ID><様式バージョン>0001</様式バージョン><STYLESHEET>kousei.xsl</STYLESHEET><構成情報 ID="構成情報"><管理情報><手続識別子>900A010200001000</手続識別子></管理情報><添付書類属性情報><添付種別>添付</添付種別><添付書類名称>図面</添付書類名称><添付書類ファイル名称>図面.pdf</添付書類ファイル名称><提出情報>1</提出情報></添付書類属性情報><申請書属性情報><申請書様式ID>900A01020000100001</申請書様式ID><申請書様式バージョン>0001</申請書様式バージョン><申請書様式名称>届</申請書様式名称><申請書ファイル名称>900A01020000100001_01.xml</申請書ファイル名称></申請書属性情報></構成情報><その他/></DataRoot>`;

const XTX = `<?xml version="1.0" encoding="UTF-8"?>
<DATA xmlns="http://xml.e-tax.nta.go.jp/XSD/shotoku" xmlns:gen="http://xml.e-tax.nta.go.jp/XSD/general" id="DATA">
<RKO0010 id="RKO0010" VR="25.0.0"><CATALOG id="CATALOG"/><CONTENTS id="CONTENTS"><IT id="IT" VR="1.5"/></CONTENTS></RKO0010>
</DATA>`;

describe('signing files, format by format', () => {
  it.each([
    ['touki-pdf', '契約書.pdf', '契約書-signed.pdf', 'pdf'],
    ['pades', '契約書.pdf', 'pades.pdf', 'pdf'],
    ['xades', 'form.xml', 'form-signed.xml', 'xml'],
    ['xmldsig', 'form.xml', 'xmldsig.xml', 'xml'],
    ['cms', 'memo.txt', 'memo.txt.p7s', 'cms'],
    ['cades', 'form.xml', 'form.xml.p7s', 'cms'],
    ['jws', 'memo.txt', 'memo.txt.jws', 'jws'],
  ])('%s is made, verified, and noticed when it was changed', async (format, file, output, kind) => {
    const isDefault = !['pades.pdf', 'xmldsig.xml'].includes(output);
    const signed = await sign(file, '--format', format, ...(isDefault ? [] : ['--output', output]));
    expect([signed.exitCode, jsonOf(signed).result.items[0]?.output]).toEqual([0, output]);
    const verified = await run(['verify', output, '--trust', 'ca.pem', '--json']);
    expect([verified.exitCode, jsonOf(verified).result]).toMatchObject([
      0,
      { verdict: 'total-passed', files: [{ format: kind }] },
    ]);
    const inner = kind === 'cms' || kind === 'jws';
    const target = inner ? file : output;
    const before = readFileSync(at(target));
    const changed = Buffer.from(before);
    // A digit of the page, a character of the text.
    const place = target.endsWith('.pdf')
      ? before.indexOf('842')
      : before.indexOf(Buffer.from(inner && file === 'memo.txt' ? 'も' : '野'));
    changed[place + 2] = (changed[place + 2] ?? 0) ^ 1;
    writeFileSync(at(target), changed);
    const broken = await run(['verify', output, '--trust', 'ca.pem', '--json']);
    writeFileSync(at(target), before);
    expect(broken.exitCode).toBe(1);
    expect(jsonOf(broken).result.verdict).toBe('total-failed');
  });

  it('attached CMS holds the content, as openssl finds it', async () => {
    expect((await sign('memo.txt', '--format', 'cades', '--attached')).exitCode).toBe(0);
    const parameters = [
      'cms',
      '-verify',
      '-cades',
      '-purpose',
      'any',
      '-inform',
      'DER',
      '-in',
      'memo.txt.p7m',
      '-CAfile',
      'ca.pem',
      '-binary',
      '-ignore_critical',
    ];
    expect(execFileSync('openssl', parameters, { cwd: directory, stdio: 'pipe' }).toString()).toBe('めも\n');
    expect((await run(['verify', 'memo.txt.p7m', '--trust', 'ca.pem'])).exitCode).toBe(0);
  });

  it('an e-Gov application names what is bound and what is not', async () => {
    mkdirSync(at('application'));
    writeFileSync(at('application/kousei.xml'), KOUSEI);
    writeFileSync(at('application/900A01020000100001_01.xml'), '<?xml version="1.0"?>\r\n<届/>\r\n');
    writeFileSync(at('application/図面.pdf'), 'attached');
    const args = [
      'sign',
      'application',
      '--format',
      'egov-kousei',
      '--output',
      'application/signed.xml',
      '--yes',
      '--pin-stdin',
    ];
    const signed = await run(args, 'ABC123\n');
    expect(signed.stderr).toContain('900A01020000100001_01.xml');
    expect(signed.stderr).toMatch(/内容は署名で守られないファイル:\s+・「図面\.pdf」/);
    expect(signed.exitCode).toBe(0);
    expect((await run(['verify', 'application/signed.xml', '--trust', 'ca.pem'])).exitCode).toBe(0);
    writeFileSync(at('application/図面.pdf'), 'another');
    expect((await run(['verify', 'application/signed.xml', '--trust', 'ca.pem'])).exitCode).toBe(0);
    writeFileSync(at('application/900A01020000100001_01.xml'), '<?xml version="1.0"?>\n<届/>\n');
    expect((await run(['verify', 'application/signed.xml', '--trust', 'ca.pem'])).exitCode).toBe(1);
  });

  it('an e-Tax return says with every result that its acceptance is not confirmed', async () => {
    writeFileSync(at('shinkoku.xtx'), XTX);
    const signed = await run(['sign', 'shinkoku.xtx', '--format', 'etax-xtx', '--yes', '--pin-stdin'], 'ABC123\n');
    expect(signed.exitCode).toBe(0);
    expect(signed.stdout).toContain('受け付けるかどうかは、まだ確かめられていません');
    const verified = await run(['verify', 'shinkoku-signed.xtx', '--trust', 'ca.pem']);
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('[etax-acceptance-unconfirmed]')]);
  });
});

describe('an e-Gov application, ready to be handed in', () => {
  beforeAll(() => {
    mkdirSync(at('ready'));
    writeFileSync(at('ready/kousei.xml'), KOUSEI);
    writeFileSync(at('ready/900A01020000100001_01.xml'), '<届/>');
    writeFileSync(at('ready/図面.pdf'), 'attached');
    execFileSync('zip', ['-q', '-r', '../ready.zip', '.'], { cwd: at('ready') });
  });

  it.each([
    ['ready', 'ready/kousei-signed.xml'],
    ['ready.zip', 'ready-signed.zip'],
  ])('%s becomes %s, which is checked with everything in it', async (input, output) => {
    const signed = await sign(input, '--format', 'egov-kousei');
    expect([signed.exitCode, jsonOf(signed).result.items[0]?.output]).toEqual([0, output]);
    const verified = await run(['verify', output, '--trust', 'ca.pem', '--json']);
    expect([verified.exitCode, jsonOf(verified).result.verdict]).toEqual([0, 'total-passed']);
  });
});

describe('time stamps', () => {
  const ca = issueTestCa('TSA CA', { key: testKey('tsa ca') });
  const openssl = new Openssl();
  let server: AuthorityServer | undefined;
  let isHanging = false;

  beforeAll(async () => {
    openssl.writeHolder('tsa', issueTimeStampAuthority(ca, { key: testKey('tsa') }));
    openssl.write('serial', '01');
    const chain = openssl.write('ca.pem', encodePemCertificate(ca.certificate));
    writeFileSync(at('tsa-ca.pem'), encodePemCertificate(ca.certificate));
    const config = openssl.write(
      'tsa.cnf',
      `[tsa]\nserial = ${openssl.path('serial')}\nsigner_cert = ${openssl.path('tsa.pem')}\nsigner_key = ${openssl.path('tsa.key')}\ncerts = ${chain}\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha256\ness_cert_id_alg = sha256\n`,
    );
    server = await AuthorityServer.start((request, response) => {
      if (isHanging) return;
      void bodyOf(request).then((query) => {
        const files = ['-queryfile', openssl.write('query', query), '-out', openssl.path('reply')];
        openssl.must('ts', '-reply', '-config', config, '-section', 'tsa', ...files);
        response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(openssl.read('reply'));
      });
    });
  });
  afterAll(async () => {
    await server?.close();
    openssl.close();
  });

  it.each([
    ['pades', '契約書.pdf', 'stamped.pdf'],
    ['xades', 'form.xml', 'stamped.xml'],
    ['cades', 'memo.txt', 'stamped.p7s'],
    ['cms', 'memo.txt', 'stamped-plain.p7s'],
  ])('are in %s, named in the consent, and checked to their authority', async (format, file, output) => {
    const url = server?.url('/tsa') ?? '';
    const stamping = ['--tsa', url, '--tsa-trust', 'tsa-ca.pem'];
    const args = ['sign', file, '--format', format, ...stamping, '--output', output, '--yes', '--pin-stdin'];
    const signed = await run(args, 'ABC123\n');
    expect(signed.exitCode).toBe(0);
    expect(signed.stderr).toContain(`タイムスタンプの取得先: ${new URL(url).host}`);
    const content = output.endsWith('.p7s') ? ['--content', file] : [];
    const verify = ['verify', output, ...content, '--trust', 'ca.pem', '--json'];
    const verified = await run([...verify, '--tsa-trust', 'tsa-ca.pem']);
    expect(verified.stdout).toContain('"timeStamp":{"status":"intact"');
    expect(verified.stdout).toContain('"path":{"status":"trusted"}');
    expect([verified.exitCode, jsonOf(verified).result.verdict]).toEqual([0, 'total-passed']);
  });

  it('that never come are given up by the person at once, and leave nothing unfinished', async () => {
    isHanging = true;
    mkdirSync(at('stamped'));
    const child = madoguchiProcess(
      [
        '--reader',
        'virtual',
        'sign',
        'memo.txt',
        'form.xml',
        '--format',
        'cades',
        '--tsa',
        server?.url('/tsa') ?? '',
        '--output-dir',
        'stamped',
        '--yes',
        '--pin-stdin',
      ],
      { cwd: directory, env: { MADOGUCHI_STATE_DIRECTORY: at('state') }, input: 'ABC123\n' },
    );
    await child.says('タイムスタンプを取っています');
    const start = performance.now();
    child.interrupt();
    expect(await child.exitCode()).toBe(5);
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(readdirSync(at('stamped'))).toEqual([]);
    isHanging = false;
  });
});

describe('a batch on the command line', () => {
  it('takes one PIN for many files, and leaves nothing unfinished', async () => {
    mkdirSync(at('many'));
    mkdirSync(at('signed'));
    const files = Array.from({ length: 40 }, (_, index) => `many/${String(index)}.pdf`);
    for (const file of files) writeFileSync(at(file), onePage());
    const result = await sign(...files, '--format', 'touki-pdf', '--output-dir', 'signed');
    expect(result.exitCode).toBe(0);
    expect(readdirSync(at('signed')).sort()).toEqual(files.map((file) => `${file.slice(5, -4)}-signed.pdf`).sort());
    const verified = await run([
      'verify',
      ...readdirSync(at('signed')).map((name) => `signed/${name}`),
      '--trust',
      'ca.pem',
      '--json',
    ]);
    expect(jsonOf(verified).result.files).toHaveLength(40);
    expect(verified.exitCode).toBe(0);
  });

  it('is not begun where a result has no place, and takes no PIN for it', async () => {
    const tries = async (): Promise<string> => (await run(['pin', 'status', '--json'])).stdout;
    const before = await tries();
    writeFileSync(at('taken.pdf'), 'mine');
    for (const [code, ...args] of [
      [74, '契約書.pdf', '--format', 'pades', '--output', 'taken.pdf'],
      [74, '契約書.pdf', '--format', 'pades', '--output', 'absent/x.pdf'],
      [74, '契約書.pdf', '契約書.pdf', '--format', 'pades', '--output-dir', 'signed'],
      [2, 'memo.txt', '契約書.pdf', '--format', 'cms', '--output', 'x'],
      [2, 'memo.txt', '--format', 'jws', '--attached'],
      [2, '契約書.pdf', '--format', 'touki-pdf', '--tsa', 'https://tsa.example/'],
      [2, 'memo.txt', '--format', 'cms', '--visible', '1,0,0,10,10'],
      [2, '契約書.pdf', '--format', 'pades', '--visible', '0,0,0,10,10'],
      [2, 'memo.txt', '--format', 'cms', '--tsa', 'ftp://tsa.example/'],
      [1, 'memo.txt', '--format', 'pades', '--output', 'y.pdf'],
    ] as const) {
      const refused = await run(['sign', ...args, '--yes', '--pin-stdin'], '0000\n');
      expect([args, refused.exitCode]).toEqual([args, code]);
    }
    expect(await tries()).toBe(before);
    expect(readFileSync(at('taken.pdf'), 'utf8')).toBe('mine');
    expect(readdirSync(directory).filter((name) => name.startsWith('.') || name === 'y.pdf')).toEqual([]);
  });
});

describe('inspect', () => {
  it('goes through the rules of 登記・供託', async () => {
    await sign('契約書.pdf', '--format', 'touki-pdf', '--output', 'touki.pdf');
    const met = await run(['inspect', 'touki.pdf', '--json']);
    const { result } = JSON.parse(met.stdout) as { result: { toukiConformance: { rule: string; result: string }[] } };
    expect(result.toukiConformance.filter((line) => line.result !== 'met')).toEqual([]);
    await sign('契約書.pdf', '--format', 'pades', '--output', 'general.pdf');
    const unmet = await run(['inspect', 'general.pdf']);
    expect([unmet.exitCode, unmet.stdout]).toEqual([0, expect.stringContaining('× 署名の形式（adbe.pkcs7.detached）')]);
  });

  it.each([
    ['memo.txt', 'テキスト'],
    ['form.xml', 'XML'],
    ['契約書.pdf', 'PDF、1ページ'],
  ])('tells what %s is', async (file, text) => {
    expect((await run(['inspect', file])).stdout).toContain(text);
  });

  it('says which file it could not read', async () => {
    const absent = await run(['inspect', 'absent.pdf']);
    expect([absent.exitCode, absent.stderr]).toEqual([74, expect.stringContaining('absent.pdf')]);
  });
});
