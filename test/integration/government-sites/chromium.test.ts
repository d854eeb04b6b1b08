import { describe } from 'vitest';
import { chromiumMissing } from '../../support/browsers/chromium.js';
import { startGovernmentChromium } from '../../support/browsers/government-chromium.js';
import { startGovernmentFixture } from '../../support/government-fixture.js';
import { describeGovernmentSites } from '../../support/government-suite.js';
import { opensslMissing } from '../../support/openssl.js';

const missing = chromiumMissing() ?? opensslMissing();
if (missing !== undefined) console.warn(`skipped: government sites in Chromium: ${missing}`);

describe.skipIf(missing !== undefined)('government sites in Chromium', () => {
  describeGovernmentSites({
    startFixture: () => startGovernmentFixture('chrome'),
    startBrowser: startGovernmentChromium,
    givenOrigins: [],
    asks: true,
  });
});
