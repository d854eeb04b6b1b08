/** The `code` of what `act` throws; undefined where it throws nothing or something without a code. */
export function errorCode(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}
