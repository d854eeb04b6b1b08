import { nodeCrypto } from '../../../main/node/node-crypto.js';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../../../sdk/formats/certificate.js';
import { xadesProfile } from '../../../sdk/formats/profiles/xades.js';
import { xmldsigProfile } from '../../../sdk/formats/profiles/xmldsig.js';
import { verdictOf } from '../../../sdk/formats/signature-report.js';
import { placeForEnveloped } from '../../../sdk/formats/xmldsig/co-signature.js';
import { prepareXmlSignature } from '../../../sdk/formats/xmldsig/prepare-xml-signature.js';
import { readXmlWithSignatures } from '../../../sdk/formats/xmldsig/signature-element.js';
import { memorySource } from '../../support/piecewise-source.js';
import { rejection } from '../../support/refusal.js';
import { signPrepared } from '../../support/signed-documents.js';
import { issueAuthority, issueHolder, testKey } from '../../support/test-pki.js';
import { verifyXmlBytes } from '../../support/xml-signatures.js';

const authority = issueAuthority('signing');
const first = issueHolder('signing', authority);
const second = issueHolder('signing', authority, { key: testKey('second'), serialNumber: 2 });
const trust = { trustAnchors: [parseCertificate(authority.certificate)] };
const DOCUMENT = '<申請 xmlns="urn:a" xmlns:b="urn:b"><額 Id="sum">1000</額><署名情報 Id="block"/></申請>';

async function signById(document: string | Uint8Array, uri: string, place: string, holder = first): Promise<Buffer> {
  const xml = readXmlWithSignatures(Buffer.from(document));
  const element = xml.document.ids.get(place) ?? xml.document.root;
  const placement = { kind: 'last-child' as const, element };
  return signPrepared(await prepareXmlSignature({ xml, placement }, { references: [{ uri }] }, nodeCrypto), holder);
}

describe('a second signature', () => {
  it.each([
    ['xmldsig', xmldsigProfile, xmldsigProfile],
    ['xades', xadesProfile, xadesProfile],
    ['xades after xmldsig', xmldsigProfile, xadesProfile],
  ])('over the whole document leaves the first one valid: %s', async (_, one, other) => {
    let signed = await signPrepared(await one.prepare(memorySource(Buffer.from(DOCUMENT)), nodeCrypto), first);
    for (const holder of [second, first]) {
      const prepared = await other.prepare(memorySource(signed), nodeCrypto);
      // What the person agrees to is the file as it is.
      expect(prepared.bound[0]?.size).toBe(signed.length);
      signed = await signPrepared(prepared, holder);
    }
    const report = await verifyXmlBytes(signed, trust);
    expect(report.signatures).toHaveLength(3);
    expect(verdictOf(report)).toBe('total-passed');
    expect(report.signatures.map(({ coverage }) => coverage.kind)).toEqual(['whole', 'whole', 'whole']);
    const tampered = await verifyXmlBytes(signed.toString().replace('1000', '9000'), trust);
    expect(tampered.signatures.map(({ signer }) => signer.integrity)).toEqual(['failed', 'failed', 'failed']);
  });

  it('signs the first one too', async () => {
    let signed = await signPrepared(await xadesProfile.prepare(memorySource(Buffer.from(DOCUMENT)), nodeCrypto), first);
    signed = await signPrepared(await xadesProfile.prepare(memorySource(signed), nodeCrypto), second);
    const changed = signed.toString().replace('<ds:KeyInfo>', '<ds:KeyInfo Id="x">');
    const { signatures } = await verifyXmlBytes(changed, trust);
    expect(signatures.map(({ signer }) => signer.integrity)).toEqual(['intact', 'failed']);
  });

  it('stands beside the first one where both sign an element', async () => {
    const signed = await signById(await signById(DOCUMENT, '#sum', 'block'), '#sum', 'block', second);
    const report = await verifyXmlBytes(signed, trust);
    expect(report.signatures).toHaveLength(2);
    expect(verdictOf(report)).toBe('total-passed');
  });

  it('over the whole document stands at its end where the first one signs an element', async () => {
    const signed = await signById(DOCUMENT, '#sum', 'block');
    const both = await signPrepared(await xmldsigProfile.prepare(memorySource(signed), nodeCrypto), second);
    expect(both.toString()).toMatch(/<\/ds:Signature><\/申請>$/);
    expect(verdictOf(await verifyXmlBytes(both, trust))).toBe('total-passed');
  });

  it('is refused where it would break the first one', async () => {
    const whole = await signPrepared(
      await xmldsigProfile.prepare(memorySource(Buffer.from(DOCUMENT)), nodeCrypto),
      first,
    );
    expect(await rejection(signById(whole, '#sum', 'block', second))).toBe('ERR_SIGN_FORMAT xml-breaks-signature');
    const block = await signById(DOCUMENT, '#block', 'root');
    expect(await rejection(signById(block, '#sum', 'block', second))).toBe('ERR_SIGN_FORMAT xml-breaks-signature');
  });

  it('is refused beside one that cannot be read', async () => {
    const broken = (await signById(DOCUMENT, '#sum', 'block'))
      .toString()
      .replace(/<SignatureValue>.*<\/SignatureValue>/, '');
    expect(
      await rejection(Promise.resolve().then(() => placeForEnveloped(readXmlWithSignatures(Buffer.from(broken))))),
    ).toBe('ERR_SIGN_FORMAT xml-existing-signature');
  });
});
