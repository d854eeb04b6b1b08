/**
 * A web site as browsers meet it: https under names of its own, by a certificate of an authority that is made for the test
 * and thrown away. The names lead here only in browsers that were started for the site (`PrivateSystem`).
 */
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import {
  authorityKeyIdentifier,
  basicConstraints,
  extKeyUsage,
  issueCertificate,
  keyUsage,
  subjectKeyIdentifier,
  testKey,
  yearsFromNow,
  type TestName,
} from '../test-pki.js';
import { encodePemCertificate } from '../../../sdk/formats/index.js';

/** What the SDK for pages was compiled to. */
const BROWSER_SDK = join(import.meta.dirname, '../../../dist/sdk/browser');
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';

export type SiteHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface HttpsSite {
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  readonly names: readonly string[];
  /** The authority that browsers have to trust. */
  readonly authority: { readonly der: Uint8Array; readonly pem: string };
  /** `https://name:port`, without a slash at the end. */
  origin(name: string): string;
  close(): Promise<void>;
}

/** Serves `names` until it is closed. A handler that throws answers 500. */
export async function startHttpsSite(names: readonly string[], handler: SiteHandler): Promise<HttpsSite> {
  const { authority, key, certificate } = issueServerCertificate(names);
  const server = createServer({ key, cert: encodePemCertificate(certificate) }, (request, response) => {
    void Promise.resolve(handler(request, response)).catch((thrown: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'Content-Type': 'text/plain' });
      response.end(String(thrown));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    names,
    authority: { der: authority, pem: encodePemCertificate(authority) },
    origin: (name) => `https://${name}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/**
 * Answers requests for the SDK's modules below `prefix`, which begins and ends with a slash; `index.js` is the one to
 * import. False, and nothing done, for every other request.
 */
export async function serveBrowserSdk(
  request: IncomingMessage,
  response: ServerResponse,
  prefix = '/sdk/',
): Promise<boolean> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const name = path.startsWith(prefix) ? /^[a-z0-9-]+\.js$/.exec(path.slice(prefix.length))?.[0] : undefined;
  if (name === undefined) return false;
  const module = await readFile(join(BROWSER_SDK, name));
  response.writeHead(200, { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' }).end(module);
  return true;
}

interface ServerCertificate {
  readonly authority: Uint8Array;
  readonly certificate: Uint8Array;
  /** PEM of the server's private key. */
  readonly key: string;
}

function issueServerCertificate(names: readonly string[]): ServerCertificate {
  const issuer = { subject: commonName('Madoguchi test site authority'), key: testKey('site-authority', 'P-256') };
  const authority = issueCertificate({
    ...issuer,
    serialNumber: 1,
    extensions: [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true), subjectKeyIdentifier(issuer.key)],
  });
  const key = testKey('site', 'P-256');
  const certificate = issueCertificate({
    subject: commonName(names[0] ?? ''),
    key,
    issuer,
    serialNumber: 2,
    notAfter: yearsFromNow(1),
    extensions: [
      keyUsage('digitalSignature'),
      extKeyUsage(false, SERVER_AUTHENTICATION),
      dnsNames(names),
      subjectKeyIdentifier(key),
      authorityKeyIdentifier(issuer.key),
    ],
  });
  return { authority, certificate, key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function commonName(name: string): TestName {
  return [['CN', name]];
}

/** subjectAltName with a dNSName for each (RFC 5280 §4.2.1.6). */
function dnsNames(names: readonly string[]): pkijs.Extension {
  const value = names.map(
    (name) =>
      new asn1js.Primitive({ idBlock: { tagClass: 3, tagNumber: 2 }, valueHex: new TextEncoder().encode(name).buffer }),
  );
  return new pkijs.Extension({
    extnID: '2.5.29.17',
    critical: false,
    extnValue: new asn1js.Sequence({ value }).toBER(),
  });
}
