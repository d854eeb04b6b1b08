/** What Windows keeps for devices, whatever follows a dot; superscript digits included. */
const RESERVED = /^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|$)/i;

/** Whether Windows takes a bare file name for a device, or for no name at all. */
export function isReservedFileName(name: string): boolean {
  return RESERVED.test(name) || /^[ .]*$/.test(name);
}

/**
 * The same for two relative paths, with `/`, that Windows or macOS would take for one file: composed, without regard to
 * letters' case in any of its forms (`σ` and `ς`, `ß` and `SS`), and each part without the dots and spaces at its end.
 */
export function comparablePath(path: string): string {
  return path
    .split('/')
    .map((part) => part.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC'))
    .map(withoutEnd)
    .join('/');
}

/** A loop, because a pattern anchored at the end takes quadratic time on many spaces. */
function withoutEnd(part: string): string {
  let end = part.length;
  while (end > 0 && (part[end - 1] === ' ' || part[end - 1] === '.')) end -= 1;
  return part.slice(0, end);
}
