const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Text of a notification where desktops read mark-up in it (Linux: Desktop Notifications Specification, “Markup”). */
export function notificationBody(text: string, platform: NodeJS.Platform): string {
  return platform === 'linux' ? text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? '') : text;
}
