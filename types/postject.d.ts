declare module 'postject' {
  /** Puts `resource` into the program `file`, in place, and turns its fuse on. */
  export function inject(
    file: string,
    name: string,
    resource: Buffer,
    options?: { readonly sentinelFuse?: string },
  ): Promise<void>;
}
