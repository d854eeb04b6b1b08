/** As on a telephone: the last one stands alone in the last line. */
const USUAL_ORDER: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];

/** Fills bytes at random: `crypto.getRandomValues`. */
export type FillRandom = (bytes: Uint8Array<ArrayBuffer>) => void;

/** The ten digits as a keypad has them, each of the possible orders as likely as any other where `fillRandom` is given. */
export function keypadOrder(fillRandom?: FillRandom): readonly number[] {
  const order = [...USUAL_ORDER];
  if (!fillRandom) return order;
  for (let last = order.length - 1; last > 0; last -= 1) {
    const chosen = randomBelow(last + 1, fillRandom);
    [order[last], order[chosen]] = [order[chosen] ?? 0, order[last] ?? 0];
  }
  return order;
}

/** Bytes that would make some results likelier than others are drawn again. */
function randomBelow(count: number, fillRandom: FillRandom): number {
  const byte = new Uint8Array(1);
  const usable = 256 - (256 % count);
  for (;;) {
    fillRandom(byte);
    const drawn = byte[0] ?? 0;
    if (drawn < usable) return drawn % count;
  }
}
