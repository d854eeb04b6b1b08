import type { z } from 'zod';

/** A schema for each call's request; `Calls` is one topic's table. */
export type RequestSchemas<Calls> = {
  readonly [Name in keyof Calls]: z.ZodType<Calls[Name] extends { readonly request: infer Request } ? Request : never>;
};
