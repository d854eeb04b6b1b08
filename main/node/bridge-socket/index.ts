export { findSocket, socketAddresses, type AddressOptions } from './address.js';
export { encodeFrame, FrameDecoder, FrameError, type ByteOrder } from './frames.js';
export { isClientServing, startBridgeSocket, startUserSocket, type BridgeSocket } from './serve.js';
