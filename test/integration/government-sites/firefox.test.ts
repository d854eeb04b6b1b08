import { describe } from 'vitest';
import { firefoxMissing } from '../../support/browsers/firefox.js';
import { startGovernmentFirefox } from '../../support/browsers/government-firefox.js';
import { startGovernmentFixture } from '../../support/government-fixture.js';
import { describeGovernmentSites } from '../../support/government-suite.js';
import { opensslMissing } from '../../support/openssl.js';

const missing = firefoxMissing() ?? opensslMissing();
if (missing !== undefined) console.warn(`skipped: government sites in Firefox: ${missing}`);

describe.skipIf(missing !== undefined)('government sites in Firefox', () => {
  describeGovernmentSites({
    startFixture: () => startGovernmentFixture('firefox'),
    startBrowser: startGovernmentFirefox,
    // What the relaying script needs was given with the installation, and holds government sites, too; so there is no question.
    givenOrigins: ['http://127.0.0.1/*', 'http://localhost/*', 'https://*/*'],
    asks: false,
  });
});
