import { expect } from 'vitest';
import { takeHand, the, type Hand, type HandName } from './window-hand.js';
import { windowTexts, type TextNode, type WindowSession } from './window-session.js';

/** A consent window with what is asked in it, worked with in one way. */
export interface OpenConsent<Result> {
  readonly hand: Hand;
  readonly outcome: Promise<Result>;
}

/** What every consent goes through, step by step, in the words of the windows. */
export class Consents {
  readonly consent: TextNode;
  readonly pin: TextNode;
  readonly common: TextNode;

  private constructor({ consent, pin, common }: Pick<Consents, 'consent' | 'pin' | 'common'>) {
    this.consent = consent;
    this.pin = pin;
    this.common = common;
  }

  static async load(): Promise<Consents> {
    return new Consents({
      consent: await windowTexts('consent'),
      pin: await windowTexts('pin'),
      common: await windowTexts('common'),
    });
  }

  /** `work` asks; its window is open and has the keyboard. */
  async ask<Result>(session: WindowSession, name: HandName, work: () => Promise<Result>): Promise<OpenConsent<Result>> {
    let outcome: Promise<Result> | undefined;
    const page = await session.openConsent(() => {
      outcome = work();
      outcome.catch(() => undefined);
    });
    if (!outcome) throw new Error('nothing was asked');
    return { hand: await takeHand(name, page), outcome };
  }

  /** From the consent to the PIN. `operation` as the texts have it. */
  async agree(hand: Hand, operation: string): Promise<void> {
    const agreeing = the.button(this.consent.get(`agree.${operation}`));
    await hand.finds(agreeing, { disabled: false });
    await hand.press(agreeing);
  }

  /** Types a PIN and sends it. `heading` and `submit` as the texts have them. */
  async enter(
    hand: Hand,
    digits: string,
    { heading = 'heading', submit }: { readonly heading?: string; readonly submit: string },
  ): Promise<void> {
    await hand.arrives(this.pin.get(heading));
    await hand.type(digits);
    const submitting = the.button(this.pin.get(submit));
    await hand.finds(submitting, { disabled: false });
    await hand.press(submitting);
  }

  /** The end of it, as the window tells it. */
  async finish(hand: Hand, operation: string): Promise<void> {
    await hand.arrives(this.consent.get('done.title'));
    await hand.hears(this.consent.get(`done.${operation}`));
    await hand.page.close();
  }

  /** The consent that a page's own action opens, gone through in the same way. @returns its page's hand, at the first PIN */
  async openedBy(session: WindowSession, name: HandName, act: () => Promise<void>): Promise<Hand> {
    const asked = session.host.nextConversation();
    await act();
    const { events } = await asked;
    const page = await session.host.open(session.context, 'consent');
    await page.locator('h1').first().waitFor();
    events.focused(true);
    const hand = await takeHand(name, page);
    await expect.poll(() => session.host.conversation?.view.agreement, { timeout: 10_000 }).toBe('possible');
    return hand;
  }
}
