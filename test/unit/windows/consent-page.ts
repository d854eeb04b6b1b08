import { readFileSync } from 'node:fs';
import { createElement, Fragment, type FunctionComponent, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { ConsentModel } from '../../../main/core/consent/consent-model.js';
import type { DocumentPreview } from '../../../main/core/documents/document-preview.js';
import type { ConsentView } from '../../../main/core/consent-window/consent-view.js';
import { shownConsent } from '../../../main/ipc/shown-consent.js';

export type Tree = { readonly [key: string]: string | Tree };
export type WindowTestLanguage = 'ja' | 'en';

export function readTree(path: string): Tree {
  return JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')) as Tree;
}

export function windowTexts(language: WindowTestLanguage): Tree {
  const topics = ['common', 'consent', 'error', 'pin'].map((topic) => [
    topic,
    readTree(`renderer/locales/${language}/${topic}.json`),
  ]);
  return {
    ...(Object.fromEntries(topics) as Tree),
    document: readTree(`resources/locales/documents/${language}.json`),
  };
}

/** `a.b.c` and text, for each text of a tree. */
export function flat(tree: Tree, prefix = ''): readonly (readonly [string, string])[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[prefix + key, value] as const] : flat(value, `${prefix}${key}.`),
  );
}

type Provider = FunctionComponent<Readonly<Record<string, unknown>>>;

/** Modules of the renderer, which is compiled for a browser and not for these tests. */
async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  const address = new URL(`../../../renderer/${path}`, import.meta.url).pathname;
  return (await import(address)) as Readonly<Record<string, unknown>>;
}

/**
 * Draws the window's content in one state, as text and as markup, in one language.
 * @param isDisclosed whether the person has opened everything, previews too
 */
export async function consentPage(language: WindowTestLanguage, isDisclosed = true) {
  const texts = windowTexts(language);
  const { createTexts, GivenTexts } = await load('app/text.tsx');
  const { ApiProvider } = await load('app/api.tsx');
  const { ConversationProvider } = await load('features/consent/conversation.tsx');
  const { PreviewContent } = await load('features/consent/preview-view.tsx');
  const { AllDisclosed } = await load('ui/disclosure.tsx');
  const { ConsentSteps } = await load('features/consent/consent-window.tsx');
  const made = await (createTexts as (language: string, load: () => Promise<Tree>) => Promise<unknown>)(language, () =>
    Promise.resolve(texts),
  );
  const within = (provider: unknown, values: object, child: ReactNode): ReactNode =>
    createElement(provider as Provider, { ...values, children: child });
  const { previewText = '', previewText_self: own = '' } = (texts['consent'] as Tree)['items'] as Tree;
  const heading = ({ requester }: ConsentModel) => (requester.kind === 'self' ? own : previewText);
  return (consent: ConsentModel, view: ConsentView): { readonly text: string; readonly markup: string } => {
    const steps = createElement(ConsentSteps as Provider, { keypadShuffle: false });
    const disclosed = within(AllDisclosed, { value: isDisclosed }, steps);
    const conversation = within(ConversationProvider, { consent: shownConsent(consent), view }, disclosed);
    const never = () => new Promise(() => undefined);
    const api = { consent: { act: never, preview: never } };
    // What the window asks for item by item, and then shows.
    const previews = consent.items.flatMap((item, key) =>
      isDisclosed && item.kind === 'document' && hasContent(item.preview)
        ? [createElement(PreviewContent as Provider, { key, preview: item.preview, heading: heading(consent) })]
        : [],
    );
    const markup = renderToStaticMarkup(
      within(
        GivenTexts,
        { texts: made },
        within(ApiProvider, { api }, createElement(Fragment, {}, conversation, ...previews)),
      ),
    );
    return { markup, text: textOf(markup) };
  };
}

function hasContent(preview: DocumentPreview | undefined): boolean {
  return preview?.text !== undefined || (preview?.fields ?? []).length > 0;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/** What a person could read. Parts beside each other stand apart, but for the groups of a digest. */
function textOf(markup: string): string {
  return markup
    .replace(/<\/span><span class="[^"]*group[^"]*">/g, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&(amp|lt|gt|quot|#x27);/g, (_all, name: string) => ENTITIES[name] ?? '');
}

const patterns = new Map<string, RegExp>();

/** Whether a text with `{{values}}` is in what was drawn, whatever the values are. */
export function holds(text: string, template: string): boolean {
  if (!template.includes('{{')) return text.includes(template);
  const parts = template.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = patterns.get(template) ?? new RegExp(parts.join('[^\\n]*?'), 'u');
  patterns.set(template, pattern);
  return pattern.test(text);
}
