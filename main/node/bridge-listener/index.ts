export {
  startBridgeListener,
  type BridgeListener,
  type BridgeListenerOptions,
  type ListenerLimits,
} from './listener.js';
