/** Whether `thrown` is an error of the operating system with that code: `ENOENT`. */
export function isSystemError(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
