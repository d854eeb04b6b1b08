/** The card process, for shells that start it by means of their own. */
export { CardServer, loadPcscBinding, type CardProcessChannel, type CardServerHost } from '../../native/pcsc/index.js';
