import { closeLedgerAfterFile } from './pin-ledger.js';

closeLedgerAfterFile();
