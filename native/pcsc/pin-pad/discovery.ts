import { ScardError, type ScardName } from '../../scard-error.js';
import { announcesPinPad, FEATURE, parseFeatureList, parseUsbId, type FeatureList } from './features.js';
import type { SendControl } from './pin-entry.js';

/** What a reader told of itself. */
export interface ReaderFeatures {
  /** It announces a feature for PIN entry. Some readers do and have no keys; see `ReaderQuirk`. */
  readonly pinPad: boolean;
  /** `idVendor:idProduct`, or null where the driver does not tell. */
  readonly usbId: string | null;
}

/** How drivers without the request answer it. */
const NOT_SUPPORTED: ReadonlySet<ScardName> = new Set(['SCARD_E_UNSUPPORTED_FEATURE', 'SCARD_E_NOT_TRANSACTED']);
const NO_FEATURES: ReaderFeatures = { pinPad: false, usbId: null };

/**
 * Asks for the features of a reader. A driver that does not know the question has none.
 * @param getFeatureRequest control code of `CM_IOCTL_GET_FEATURE_REQUEST`
 * @throws ScardError what the control call failed with, SCARD_E_COMM_DATA_LOST for an answer that is no feature list
 */
export async function discoverFeatures(send: SendControl, getFeatureRequest: number): Promise<ReaderFeatures> {
  const answer = await supported(send(getFeatureRequest, new Uint8Array(0)));
  if (!answer) return NO_FEATURES;
  const features = parseFeatureList(answer);
  if (!features) throw new ScardError('SCARD_E_COMM_DATA_LOST', 'the reader answered what is no feature list');
  return { pinPad: announcesPinPad(features), usbId: await usbIdOf(send, features) };
}

async function usbIdOf(send: SendControl, features: FeatureList): Promise<string | null> {
  const controlCode = features.get(FEATURE.GET_TLV_PROPERTIES);
  if (controlCode === undefined) return null;
  const properties = await supported(send(controlCode, new Uint8Array(0)));
  return (properties && parseUsbId(properties)) ?? null;
}

async function supported(answer: Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof ScardError && NOT_SUPPORTED.has(thrown.scard)) return undefined;
    throw thrown;
  }
}
