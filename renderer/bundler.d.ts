interface ImportMeta {
  /** The bundler's: files that match, each a chunk of its own, by path. */
  readonly glob: (patterns: readonly string[]) => Readonly<Record<string, () => Promise<unknown>>>;
}
