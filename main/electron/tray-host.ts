/** Runs a program and answers what it printed. Rejects where it fails or takes long. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

/** GLib's own tool, on every desktop that could have a tray: asks the session's bus who owns a name. */
const QUESTION = [
  'call',
  '--session',
  '--dest=org.freedesktop.DBus',
  '--object-path=/org/freedesktop/DBus',
  '--method=org.freedesktop.DBus.NameHasOwner',
  'org.kde.StatusNotifierWatcher',
] as const;

/**
 * Whether this desktop shows icons in a tray. Linux only asks (StatusNotifierItem: without a watcher nobody shows them, as in
 * GNOME without an extension); what cannot be found out counts as no.
 */
export async function showsTray(platform: NodeJS.Platform, run: RunProgram): Promise<boolean> {
  if (platform !== 'linux') return true;
  try {
    return (await run('gdbus', QUESTION)).includes('true');
  } catch {
    return false;
  }
}
