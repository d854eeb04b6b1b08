/** For when what had the focus is gone: the page's heading is read, and the next Tab is below it. */
export function focusPageHeading(): void {
  document.querySelector<HTMLElement>('h1')?.focus();
}
