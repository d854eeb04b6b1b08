import type {
  AttributeAnswer,
  AuthenticationToken,
  EncryptedOutput,
  ErrorCode,
  Operation,
  RequestedAttribute,
  SessionOutput,
  SessionResult,
  SignedItem,
  StatusResult,
  WireError,
} from '../protocol/index.js';
import { malformedAnswer, MadoguchiError } from './errors.js';

type Json = Readonly<Record<string, unknown>>;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Of a session or an upload. */
const HANDLE = /^[A-Za-z0-9_-]{43}$/;
/** Compact serialisation of RFC 7516 §7.1. */
const COMPACT_JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$/;
const REFERENCE = /^[A-Za-z0-9_-]{22}$/;
const ATTRIBUTES = ['name', 'address', 'birthDate', 'gender'];
const ERROR_CODE = /^ERR_[A-Z]+_[A-Z_]+$/;

/**
 * The result in an envelope that came from the bridge. Members this release does not know are ignored.
 * @throws MadoguchiError the envelope's own error, or `ERR_PROTOCOL_MALFORMED`
 */
export function readEnvelope(unverifiedAnswer: unknown): unknown {
  const { ok, result, error } = object(unverifiedAnswer);
  if (ok === true) return result;
  check(ok === false);
  throw new MadoguchiError(readError(error));
}

/** Result of `GET /v1/status`. */
export function readStatus(unverifiedResult: unknown): StatusResult {
  const { protocolVersions } = object(unverifiedResult);
  check(Array.isArray(protocolVersions) && protocolVersions.every((version) => Number.isInteger(version)));
  return { protocolVersions: protocolVersions as number[] };
}

/** Result of `POST /v1/sessions`: the session's id. */
export function readSessionId(unverifiedResult: unknown): string {
  const { sessionId } = object(unverifiedResult);
  check(typeof sessionId === 'string' && HANDLE.test(sessionId));
  return sessionId;
}

/** Result of `POST /v1/uploads`. */
export function readUploadResult(unverifiedResult: unknown): { readonly uploadId: string; readonly size: number } {
  const { uploadId, size } = object(unverifiedResult);
  check(typeof uploadId === 'string' && HANDLE.test(uploadId) && typeof size === 'number');
  return { uploadId, size };
}

/** Result of `GET /v1/sessions/{id}`. */
export function readSessionResult(unverifiedResult: unknown): SessionResult {
  const { status, output } = object(unverifiedResult);
  if (status === 'pending') return { status };
  check(status === 'done');
  return { status, output: readOutput(output) };
}

function readOutput(unverifiedOutput: unknown): SessionOutput {
  const output = object(unverifiedOutput);
  if ('jwe' in output) return readEncrypted(output);
  switch (output['operation']) {
    case 'authenticate':
      return { operation: 'authenticate', token: readToken(output['token']) };
    case 'sign':
      return { operation: 'sign', items: list(output['items']).map(readSignedItem) };
    case 'readAttributes': {
      const { assurance, answers } = output;
      check(assurance === 'client-asserted');
      return { operation: 'readAttributes', assurance, answers: list(answers).map(readAttributeAnswer) };
    }
    default:
      throw malformedAnswer();
  }
}

function readEncrypted({ operation, jwe, reference }: Json): EncryptedOutput {
  check(operation === 'authenticate' || operation === 'sign' || operation === 'readAttributes');
  check(typeof jwe === 'string' && COMPACT_JWE.test(jwe) && typeof reference === 'string' && REFERENCE.test(reference));
  return { operation: operation satisfies Operation, jwe, reference };
}

function readAttributeAnswer(unverifiedAnswer: unknown): AttributeAnswer {
  const { attribute: unverifiedAttribute, status, value } = object(unverifiedAnswer);
  const attribute = readAttribute(unverifiedAttribute);
  if (status === 'given') {
    check(typeof value === (typeof attribute === 'string' ? 'string' : 'boolean'));
    return { attribute, status, value: value as string | boolean };
  }
  check(status === 'declined' || status === 'unknown');
  return { attribute, status };
}

function readAttribute(unverifiedAttribute: unknown): RequestedAttribute {
  if (typeof unverifiedAttribute === 'string') {
    check(ATTRIBUTES.includes(unverifiedAttribute));
    return unverifiedAttribute as RequestedAttribute;
  }
  const { ageOver } = object(unverifiedAttribute);
  check(Number.isInteger(ageOver));
  return { ageOver: ageOver as number };
}

function readToken(unverifiedToken: unknown): AuthenticationToken {
  const { unverifiedCertificate, algorithm, signature, format } = object(unverifiedToken);
  check(algorithm === 'RS256' || algorithm === 'ES384');
  check(format === 'web-eid:1.0');
  return { unverifiedCertificate: base64(unverifiedCertificate), algorithm, signature: base64(signature), format };
}

function readSignedItem(unverifiedItem: unknown): SignedItem {
  const { status, name, signature, certificate, error } = object(unverifiedItem);
  check(typeof name === 'string');
  if (status === 'signed') {
    const signed = { status, name, signature: base64(signature) } as const;
    return certificate === undefined ? signed : { ...signed, certificate: base64(certificate) };
  }
  check(status === 'failed');
  return { status, name, error: readError(error) };
}

function readError(unverifiedError: unknown): WireError {
  const { code, message, retriable, details = {} } = object(unverifiedError);
  check(typeof message === 'string' && typeof retriable === 'boolean' && isErrorCode(code));
  return { code, message, retriable, details: readDetails(details) };
}

function readDetails(unverifiedDetails: unknown): WireError['details'] {
  const details = object(unverifiedDetails);
  check(Object.values(details).every((value) => ['string', 'number', 'boolean'].includes(typeof value)));
  return details as WireError['details'];
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && ERROR_CODE.test(value);
}

function base64(value: unknown): string {
  check(typeof value === 'string' && BASE64.test(value) && value.length % 4 === 0);
  return value;
}

function list(value: unknown): readonly unknown[] {
  check(Array.isArray(value));
  return value as readonly unknown[];
}

function object(value: unknown): Json {
  check(typeof value === 'object' && value !== null && !Array.isArray(value));
  return value as Json;
}

function check(condition: boolean): asserts condition {
  if (!condition) throw malformedAnswer();
}
