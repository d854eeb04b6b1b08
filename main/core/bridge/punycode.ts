/** Parameters of Punycode, RFC 3492 §5. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_N = 0x80;
const MAX_CODE_POINT = 0x10ffff;
const LABEL_LENGTH = 255;

/**
 * Decodes one label without its `xn--` prefix (RFC 3492 §6.2). Undefined where the label is not Punycode, is longer than
 * a host name can be, or yields a surrogate or a number that is no code point.
 */
export function decodePunycode(label: string): string | undefined {
  if (label.length > LABEL_LENGTH) return undefined;
  const delimiter = label.lastIndexOf('-');
  const output = Array.from(label.slice(0, Math.max(delimiter, 0)), (character) => character.codePointAt(0) ?? 0);
  if (output.some((codePoint) => codePoint >= INITIAL_N)) return undefined;

  let position = Math.max(delimiter, 0) + (delimiter > 0 ? 1 : 0);
  let n = INITIAL_N;
  let i = 0;
  let bias = INITIAL_BIAS;
  for (let first = true; position < label.length; first = false) {
    const delta = decodeDelta(label, position, bias);
    if (delta === undefined) return undefined;
    position = delta.end;
    const length = output.length + 1;
    bias = adapt(delta.value, length, first);
    i += delta.value;
    n += Math.floor(i / length);
    i %= length;
    if (n > MAX_CODE_POINT || (n >= 0xd800 && n <= 0xdfff)) return undefined;
    output.splice(i, 0, n);
    i++;
  }
  return String.fromCodePoint(...output);
}

/** One generalised variable-length integer (RFC 3492 §3.3) and where it ends. */
function decodeDelta(label: string, start: number, bias: number): { value: number; end: number } | undefined {
  let value = 0;
  let weight = 1;
  for (let position = start, k = BASE; position < label.length; position++, k += BASE) {
    const digit = digitValue(label.charCodeAt(position));
    if (digit === undefined) return undefined;
    value += digit * weight;
    const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (digit < threshold) return { value, end: position + 1 };
    weight *= BASE - threshold;
    if (!Number.isSafeInteger(value + weight * BASE)) return undefined;
  }
  return undefined;
}

/** `a`–`z` are 0–25 in either case, `0`–`9` are 26–35 (RFC 3492 §5). */
function digitValue(codeUnit: number): number | undefined {
  if (codeUnit >= 0x30 && codeUnit <= 0x39) return codeUnit - 0x30 + 26;
  const lower = codeUnit | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 : undefined;
}

/** Bias adaptation, RFC 3492 §6.1. */
function adapt(delta: number, length: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / length);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
