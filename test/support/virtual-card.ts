import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { testCardDirectory } from '../../main/node/test-card.js';
import {
  openVirtualCard,
  type CardProfile,
  type CardProfileName,
  type VirtualCard,
} from '../../native/virtual-card/index.js';
import type { RunKeys } from './run-keys.js';

/** AIDs of the card's applications, and its files, as the bytes commands carry. */
export const JPKI_AID = 'd392f000260100000001';
export const TEXT_AID = 'd3921000310001010408';

/** '1234' and 'ABC123' as VERIFY carries them, with Lc. */
export const AUTHENTICATION_PIN = '0431323334';
export const SIGNING_PIN = '06414243313233';

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Bytes of hexadecimal digits; spaces only separate. */
export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

/** Transmits one command written in hexadecimal. @returns the response in hexadecimal */
export function send(card: VirtualCard, command: string): string {
  return hex(card.transmit(unhex(command)));
}

/** Sends `commands` and expects 9000 of each: for what comes before the thing under test. */
export function succeed(card: VirtualCard, ...commands: readonly string[]): void {
  for (const command of commands) {
    const response = send(card, command);
    if (!response.endsWith('9000')) throw new Error(`set-up command was answered ${response.slice(-4)}`);
  }
}

export const selectAid = (aid: string) => `00a4040c 0a ${aid}`;
export const selectEf = (fileId: string) => `00a4020c 02 ${fileId}`;

/** Reads the whole current EF in pieces of 256 bytes. */
export function readCurrentFile(card: VirtualCard): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; offset += 256) {
    const response = card.transmit(Uint8Array.of(0x00, 0xb0, offset >> 8, offset & 0xff, 0x00));
    if (hex(response) === '6b00') return Buffer.concat(parts);
    if (!hex(response).endsWith('9000')) throw new Error(`READ BINARY was answered ${hex(response)}`);
    parts.push(response.subarray(0, -2));
  }
}

/** The DER object at the beginning of a file; two-byte length. */
export function withoutFiller(content: Uint8Array): Uint8Array {
  return content.subarray(0, 4 + Buffer.from(content).readUInt16BE(2));
}

/**
 * A new card's state in `directory`, unless one is there: with the keys of this run, or with keys of its own where the run
 * has none, as when figures are taken.
 */
export async function putNewCard(directory: string): Promise<void> {
  if (existsSync(directory)) return;
  const keys = inject('runKeys') as RunKeys | undefined;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (keys) cpSync(keys.cardDirectory, directory, { recursive: true });
  else await openVirtualCard({ stateDirectory: directory });
}

/** Where a client that keeps its state in `stateDirectory` has its test card, such a card. */
export async function putNewTestCard(stateDirectory: string): Promise<void> {
  await putNewCard(testCardDirectory(stateDirectory));
}

/** As many new cards as a test file wants, with the same keys and each with PINs of its own. */
export class CardFactory {
  readonly #root = mkdtempSync(join(tmpdir(), 'madoguchi-card-'));
  #count = 0;

  static async create(): Promise<CardFactory> {
    const factory = new CardFactory();
    await putNewCard(factory.#template);
    return factory;
  }

  get #template(): string {
    return join(this.#root, 'template');
  }

  /** Directory of a card nobody used yet. */
  newDirectory(): string {
    this.#count += 1;
    const directory = join(this.#root, String(this.#count));
    cpSync(this.#template, directory, { recursive: true });
    return directory;
  }

  /** A card nobody used yet, under power. */
  async newCard(profile: CardProfileName | CardProfile = 'default'): Promise<VirtualCard> {
    const card = await openVirtualCard({ stateDirectory: this.newDirectory(), profile });
    card.powerOn();
    return card;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
