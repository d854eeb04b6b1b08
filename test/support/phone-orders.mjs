/**
 * Takes orders from the parent process, one at a time, and answers each; ends with it.
 * @param {Record<string, (parameters: any) => unknown>} orders
 */
export function takeOrders(orders) {
  process.on('disconnect', () => process.exit());
  process.on('message', async (/** @type {{ name: string, parameters: object }} */ { name, parameters }) => {
    try {
      process.send?.({ result: (await orders[name]?.(parameters)) ?? null });
    } catch (error) {
      const { code, name, message, end } = /** @type {Error & Record<string, string>} */ (error);
      process.send?.({ error: { code: code ?? end, name, message } });
    }
  });
}
