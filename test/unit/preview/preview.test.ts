import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeInflateRaw } from '../../../main/node/application-folder.js';
import type { DocumentPreview } from '../../../main/core/documents/document-preview.js';
import { previewDocument } from '../../../main/core/documents/preview/preview-document.js';
import { memorySource } from '../../support/piecewise-source.js';
import { FUZZ_RUNS, FUZZ_TIMEOUT } from '../../support/fuzz-runs.js';
import { kouseiXml } from '../../support/kousei-fixture.js';
import { inflate, onePage } from '../../support/pdf-files.js';
import { buildZip, type TestZipEntry } from '../../support/test-zip.js';
import { xtxFile, XTX_PROCEDURE } from '../../support/xtx-fixture.js';

const preview = (content: Uint8Array | string): Promise<DocumentPreview> =>
  previewDocument(memorySource(Buffer.from(content as string)), { inflate, inflateRaw: nodeInflateRaw });

const warningsOf = async (content: Uint8Array | string) => (await preview(content)).warnings;

/** `label: value`, indented by depth. */
const linesOf = ({ fields = [] }: DocumentPreview): readonly string[] =>
  fields.map(({ label, value, depth }) => `${'  '.repeat(depth)}${label}: ${value}`);

describe('the kind of a document', () => {
  it.each<[string, Uint8Array | string, string]>([
    ['text', '申請します。\n', 'text'],
    ['nothing', '', 'text'],
    ['an XML document', '<a/>', 'xml'],
    ['an XML document after white space', '\n <?xml version="1.0"?><a/>', 'xml'],
    ['an XML document in UTF-16', Buffer.from('\ufeff<a/>', 'utf16le'), 'xml'],
    ['a page of the web', '<!DOCTYPE html><p>x</p>', 'text'],
    ['a PDF', onePage(), 'pdf'],
    ['a PDF behind something', Buffer.concat([Buffer.from('junk\n'), onePage()]), 'pdf'],
    ['a filing for e-Tax', xtxFile(), 'xtx'],
    ['an application for e-Gov', kouseiXml(), 'kousei'],
    ['an archive', buildZip([{ name: 'a.txt', data: 'x' }]), 'archive'],
    ['another archive', Buffer.from('7z\xbc\xaf\x27\x1c....', 'latin1'), 'archive'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n....', 'latin1'), 'image'],
    ['a drawing', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image'],
    ['Rich Text', '{\\rtf1 x}', 'office'],
    ['anything else', Uint8Array.of(0x4d, 0x5a, 0, 1, 2, 3), 'binary'],
  ])('%s is told by its content', async (_name, content, kind) => {
    expect((await preview(content)).kind).toBe(kind);
  });
});

describe('a text', () => {
  it('is shown as it is', async () => {
    expect(await preview('一行目\n二行目\n')).toEqual({
      kind: 'text',
      text: { lines: ['一行目', '二行目'], cutLines: 0, omittedLines: 0, complete: true },
      warnings: [],
    });
  });

  it('that is long is not shown in part', async () => {
    const long = '行\n'.repeat(40_000);
    expect(await preview(long)).toEqual({ kind: 'text', warnings: ['cut'] });
    expect(await preview(`x${long}`)).toEqual({ kind: 'text', warnings: ['cut'] });
  });

  it('cannot reorder what is beside it', async () => {
    const { text } = await preview('支払\u202e円00001\u202c\n\x1b[2J');
    expect(text?.lines).toEqual(['支払<U+202E>円00001<U+202C>', '\ufffd[2J']);
  });

  it('that a browser would run is told', async () => {
    expect(await warningsOf('<html><script src="x"></script>')).toEqual(['scripts']);
  });
});

describe('an XML document', () => {
  it('is shown element by element', async () => {
    const shown = await preview(
      '<申請><氏名 a="b">𠮷野</氏名><住所><県>東京都</県><!-- x --></住所><空/>&#x41;</申請>',
    );
    expect(linesOf(shown)).toEqual(['申請: ', '  氏名: 𠮷野', '  住所: ', '    県: 東京都', '  空: ']);
    expect(shown.warnings).toEqual([]);
  });

  it('does not show signatures, but says that they are there', async () => {
    const shown = await preview(
      '<a><b>x</b><Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo>y</KeyInfo></Signature></a>',
    );
    expect(linesOf(shown)).toEqual(['a: ', '  b: x']);
    expect(shown.warnings).toEqual(['already-signed']);
  });

  it.each<[string, string, readonly string[]]>([
    [
      'entities from elsewhere',
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      ['damaged', 'external-references'],
    ],
    [
      'entities without end',
      '<!DOCTYPE a [<!ENTITY x "&y;&y;"><!ENTITY y "xx">]><a>&x;</a>',
      ['damaged', 'external-references'],
    ],
    ['a stylesheet', '<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>', ['external-references']],
    ['a script', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', ['scripts']],
    [
      'a picture from elsewhere',
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.com/x"/></svg>',
      ['external-references'],
    ],
    ['no end', '<a><b>', ['damaged']],
    ['more than is shown', `<a>${'<b>x</b>'.repeat(600)}</a>`, ['cut']],
    ['a very long value', `<a>${'&amp;'.repeat(20_000)}</a>`, ['cut']],
    ['a long value', `<a>${'あ'.repeat(300)}</a>`, ['cut']],
    ['endless nesting', '<a>'.repeat(2000), ['damaged', 'cut']],
  ])('with %s is told', async (_name, xml, warnings) => {
    expect(await warningsOf(xml)).toEqual(warnings);
  });

  it('shows names and values without what hides or reorders', async () => {
    const shown = await preview('<a>\u202e100\u200b\u0085</a>');
    expect(linesOf(shown)).toEqual(['a: <U+202E>100<U+200B>\ufffd']);
  });

  it('that is large is not read', async () => {
    const source = memorySource(Buffer.from('<a>'));
    const large = { ...source, size: 9 * 1024 * 1024 };
    expect(await previewDocument(large)).toEqual({ kind: 'xml', warnings: ['cut'] });
  });
});

describe('a filing for e-Tax', () => {
  it('is shown in words', async () => {
    const shown = await preview(xtxFile());
    expect(shown.title).toBe('所得税及び復興特別所得税申告');
    expect(linesOf(shown)).toEqual([
      '税務署名: 01115 小石川',
      '利用者識別番号: 1234567890123456',
      '個人番号又は法人番号: ************',
      '氏名・名称: 𠮷野　葛\u{E0100}子',
      '納税者所在地郵便番号: 112-0011',
      '納税者電話番号: 03-0000-0000',
      '生年月日: 昭和55年4月1日',
      '手続き: RKO0010 所得税及び復興特別所得税申告',
      '年分: 令和7年',
      '所得税及び復興特別所得税の申告書: ',
      '  申告書第一表: ',
      '    申告書見出し部（第一表）: ',
      '      年分: 令和7年',
      '      氏名: 𠮷野　葛\u{E0100}子',
      '      提出年月日: → TEISYUTSU_DAY',
      '    申告内容（第一表）: ',
      '      所得金額等: ',
      '        事業: ',
      '          営業等: 3,000,000円',
      '        給与　区分: 1',
      '      税金の計算: ',
      '        第３期分の税額: ',
      '          還付される税金: -12,345円',
      '    ABX99999: 2',
    ]);
    expect(shown.warnings).toEqual([]);
  });

  it('of an unknown kind keeps the names of its elements', async () => {
    const other = XTX_PROCEDURE.replaceAll('RKO0010', 'ZZZ0010')
      .replaceAll('KOA020', 'XYZ999')
      .replace('所得税及び復興特別所得税申告', '');
    const shown = await preview(xtxFile(other));
    expect(shown.title).toBe('ZZZ0010');
    expect(linesOf(shown)).toContain('XYZ999: ');
    // Items mean something else in another form; without the form nobody knows what is an amount.
    expect(linesOf(shown)).toContain('          ABB00300: 3000000');
  });

  it('does not take a name for what the language has', async () => {
    const odd = XTX_PROCEDURE.replaceAll('KOA020', 'constructor').replaceAll('ABX99999', 'toString');
    expect(linesOf(await preview(xtxFile(odd)))).toContain('constructor: ');
  });

  it('with a form of too many items shows the rest', async () => {
    const item = '<ABB00300>3000000</ABB00300>';
    const shown = await preview(xtxFile(XTX_PROCEDURE.replace(item, item.repeat(10_000))));
    expect(shown).toMatchObject({ kind: 'xtx', title: '所得税及び復興特別所得税申告', warnings: ['cut'] });
    expect(linesOf(shown).at(-1)).toBe('所得税及び復興特別所得税の申告書: ');
  });

  it('that is not one is told', async () => {
    expect(await preview(xtxFile(''))).toEqual({ kind: 'xml', warnings: ['damaged'] });
  });
});

describe('an application for e-Gov', () => {
  it('is shown in its own words', async () => {
    const shown = await preview(kouseiXml());
    expect(shown.title).toBe('雇用保険被保険者資格取得届／電子申請');
    expect(linesOf(shown)).toEqual(
      expect.arrayContaining([
        '    氏名: 山田　太郎',
        '  添付書類ファイル名称: 添付 書類①.pdf',
        '  申請書様式名称: 雇用保険被保険者資格取得届',
        '  申請書ファイル名称: 900A01020000100001_01.xml',
      ]),
    );
    expect(linesOf(shown).some((line) => line.includes('備考'))).toBe(false);
  });

  it('with a file name that leads elsewhere is told', async () => {
    expect(await preview(kouseiXml({ forms: ['../x'] }))).toMatchObject({
      kind: 'xml',
      warnings: expect.arrayContaining(['damaged']) as unknown,
    });
  });
});

const CONTENT_TYPES: TestZipEntry = {
  name: '[Content_Types].xml',
  data: '<Types xmlns="urn:x"><Default Extension="xml" ContentType="application/xml"/></Types>',
};
const relationships = (attributes: string): TestZipEntry => ({
  name: 'word/_rels/document.xml.rels',
  data: `<Relationships xmlns="urn:r"><Relationship Id="a" ${attributes}/></Relationships>`,
});
const MANIFEST: TestZipEntry = { name: 'META-INF/manifest.xml', data: '<m:manifest xmlns:m="urn:m"/>' };
const odtContent = (body: string): TestZipEntry => ({
  name: 'content.xml',
  data: `<c xmlns:x="http://www.w3.org/1999/xlink" xmlns:draw="urn:d">${body}</c>`,
});

/** Compound file that holds nothing but one entry of a directory. */
function oleFile(name: string): Buffer {
  const file = Buffer.alloc(1536);
  file.write('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'latin1');
  file.write(name, 1024, 'utf16le');
  file.writeUInt16LE(2 * name.length + 2, 1024 + 64);
  file.writeUInt8(1, 1024 + 66);
  return file;
}

describe('an Office document', () => {
  it('has a title', async () => {
    const core = {
      name: 'docProps/core.xml',
      data: '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>委任状</dc:title></p>',
    };
    expect(await preview(buildZip([CONTENT_TYPES, core]))).toEqual({ kind: 'office', title: '委任状', warnings: [] });
    const meta = { ...core, name: 'meta.xml' };
    expect(await preview(buildZip([MANIFEST, odtContent(''), meta]))).toEqual({
      kind: 'office',
      title: '委任状',
      warnings: [],
    });
  });

  it.each<[string, Uint8Array, readonly string[]]>([
    ['macros', buildZip([CONTENT_TYPES, { name: 'word/vbaProject.bin', data: 'x' }]), ['macros']],
    [
      'macros of an older kind',
      buildZip([CONTENT_TYPES, { name: 'xl/macrosheets/sheet1.xml', data: 'x' }]),
      ['macros'],
    ],
    [
      'macros under another name',
      buildZip([
        {
          ...CONTENT_TYPES,
          data: '<Types xmlns="urn:x"><Override PartName="/word/a.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
        },
        { name: 'word/a.bin', data: 'x' },
      ]),
      ['macros'],
    ],
    [
      'a template from elsewhere',
      buildZip([
        CONTENT_TYPES,
        relationships('Type="http://x/attachedTemplate" Target="https://example.com/x.dotm" TargetMode="External"'),
      ]),
      ['external-references'],
    ],
    [
      'a link to be clicked',
      buildZip([
        CONTENT_TYPES,
        relationships('Type="http://x/hyperlink" Target="https://example.com" TargetMode="External"'),
      ]),
      [],
    ],
    ['a part inside', buildZip([CONTENT_TYPES, relationships('Type="http://x/image" Target="media/image1.png"')]), []],
    [
      'another document inside',
      buildZip([CONTENT_TYPES, { name: 'word/embeddings/oleObject1.bin', data: 'x' }]),
      ['embedded-files'],
    ],
    ['a signature', buildZip([CONTENT_TYPES, { name: '_xmlsignatures/sig1.xml', data: 'x' }]), ['already-signed']],
    [
      'a document type in a part',
      buildZip([CONTENT_TYPES, { name: 'a.rels', data: '<!DOCTYPE x [<!ENTITY a "b">]><x/>' }]),
      ['damaged'],
    ],
    [
      'a part that inflates without end',
      buildZip([CONTENT_TYPES, { name: 'a.rels', data: Buffer.alloc(3 * 1024 * 1024) }]),
      ['cut'],
    ],
    [
      'a part that says it is small',
      buildZip([
        CONTENT_TYPES,
        {
          name: 'a.rels',
          data: Buffer.alloc(100_000),
          tamperRecord: (record) => void record.writeUInt32LE(10, 24),
          tamperLocal: (local) => void local.writeUInt32LE(10, 22),
        },
      ]),
      ['damaged'],
    ],
    [
      'OpenDocument macros',
      buildZip([MANIFEST, odtContent(''), { name: 'Basic/Standard/Module1.xml', data: 'x' }]),
      ['macros'],
    ],
    ['an OpenDocument script', buildZip([MANIFEST, odtContent('<draw:event-listener/>')]), ['macros']],
    [
      'an OpenDocument picture from elsewhere',
      buildZip([MANIFEST, odtContent('<draw:image x:href="https://example.com/x.png"/>')]),
      ['external-references'],
    ],
    ['an OpenDocument picture', buildZip([MANIFEST, odtContent('<draw:image x:href="Pictures/x.png"/>')]), []],
    [
      'OpenDocument encryption',
      buildZip([
        { ...MANIFEST, data: '<m:manifest xmlns:m="urn:m"><m:encryption-data/></m:manifest>' },
        odtContent(''),
      ]),
      ['encrypted'],
    ],
    ['older macros', oleFile('_VBA_PROJECT'), ['macros']],
    ['an older document in it', oleFile('\x01Ole10Native'), ['embedded-files']],
    ['encryption', oleFile('EncryptedPackage'), ['encrypted']],
    ['nothing special', oleFile('WordDocument'), []],
    ['an object in Rich Text', Buffer.from('{\\rtf1 {\\object\\objemb{\\*\\objdata 00}}}'), ['embedded-files']],
    ['a template of Rich Text', Buffer.from('{\\rtf1 {\\*\\template https://example.com/x}}'), ['external-references']],
  ])('with %s', async (_name, content, warnings) => {
    expect(await preview(content)).toMatchObject({ kind: 'office', warnings });
  });
});

describe('an archive', () => {
  it('shows the names of what is in it, made safe', async () => {
    const shown = await preview(
      buildZip([
        { name: '請求書\u202efdp.exe', data: 'x' },
        { name: 'a/b.txt', data: 'x' },
      ]),
    );
    expect(shown).toMatchObject({ kind: 'archive', warnings: [] });
    expect(linesOf(shown)).toEqual(['請求書<U+202E>fdp.exe: ', 'a/b.txt: ']);
  });

  it.each<[string, Uint8Array, readonly string[]]>([
    ['encryption', buildZip([{ name: 'x', flags: 1 }]), ['encrypted']],
    ['a path upwards', buildZip([{ name: '../x' }]), ['damaged']],
    ['no end', buildZip([{ name: 'x', data: 'y' }]).subarray(0, 40), ['damaged']],
    ['many entries', buildZip(Array.from({ length: 150 }, (_, number) => ({ name: `${number}`, method: 0 }))), ['cut']],
    [
      'more than there can be',
      buildZip(
        Array.from({ length: 3 }, (_, number) => ({
          name: `${number}`,
          tamperRecord: (record: Buffer) => void record.writeUInt32LE(0xfffffff0, 24),
        })),
      ),
      ['cut'],
    ],
  ])('with %s is told', async (_name, zip, warnings) => {
    expect(await preview(zip)).toMatchObject({ kind: 'archive', warnings });
  });
});

const CORPUS = [
  xtxFile(),
  kouseiXml(),
  Buffer.from(onePage({ catalog: '/AcroForm << /Fields [6 0 R] >>', more: { 6: '<< /FT /Tx /T (a) >>' } })),
  buildZip([CONTENT_TYPES, relationships('Type="x" TargetMode="External"')]),
  oleFile('_VBA_PROJECT'),
  Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="https://x"/></svg>'),
];

describe('previewing anything', () => {
  it('ends with a preview that is safe to show', { timeout: FUZZ_TIMEOUT }, async () => {
    const change = fc.record({
      at: fc.nat(),
      octet: fc.integer({ min: 0, max: 255 }),
      kind: fc.constantFrom('set', 'cut', 'repeat'),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...CORPUS), fc.array(change, { maxLength: 6 }), async (document, changes) => {
        let bytes = Buffer.from(document);
        for (const { at, octet, kind } of changes) {
          const position = at % Math.max(1, bytes.length);
          if (kind === 'set') bytes[position] = octet;
          else if (kind === 'cut')
            bytes = Buffer.concat([bytes.subarray(0, position), bytes.subarray(position + octet)]);
          else bytes = Buffer.concat([bytes.subarray(0, position + octet), bytes.subarray(position)]);
        }
        const shown = await preview(bytes);
        const texts = [
          shown.title ?? '',
          ...(shown.fields ?? []).flatMap(({ label, value }) => [label, value]),
          ...(shown.text?.lines ?? []),
        ];
        for (const text of texts) expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]|\p{Bidi_Control}/u);
        expect(shown.fields?.length ?? 0).toBeLessThanOrEqual(500);
      }),
      { numRuns: FUZZ_RUNS },
    );
  });
});
