/** @import * as Protocol from '../../sdk/protocol/index.js' */

const AREAS = /** @type {const} */ ([
  ['USER', 'The person decided, or did not.'],
  ['ORIGIN', 'Who asks is not allowed to ask.'],
  ['POLICY', "An administrator's, a registry entry's or the product's own rule."],
  ['PROTOCOL', "The caller's program must be corrected, or must wait."],
  ['INTERNAL', 'Nobody outside can act. Pages see `ERR_INTERNAL` without details.'],
  ['PCSC', "The computer's smart-card service or reader. Pages see `ERR_CARD_UNAVAILABLE` instead."],
  ['CARD', 'The card itself. Pages see `ERR_CARD_UNAVAILABLE` instead.'],
  ['PIN', 'The secret. Pages see `ERR_CARD_UNAVAILABLE` instead.'],
  ['CERT', 'A certificate. Pages see `ERR_CARD_UNAVAILABLE` instead; a verifier sees the code.'],
  ['SIGN', 'A signature. Pages see `ERR_CARD_UNAVAILABLE` instead; a verifier sees the code.'],
]);

/**
 * Every code with its cause and remedy, as Markdown.
 * @param {typeof Protocol} protocol
 */
export function errorTable({ ERROR_CODES, ERRORS, errorArea, publicErrorCode }) {
  const sections = AREAS.map(([area, meaning]) => {
    const rows = ERROR_CODES.filter((code) => errorArea(code) === area).map((code) => {
      const seen = area === 'CARD' && publicErrorCode(code) === code ? 'this is what pages see: ' : '';
      return `| \`${code}\` | ${seen}${ERRORS[code].cause} | ${ERRORS[code].remedy} |`;
    });
    return [`## ${area}`, '', meaning, '', '| Code | Cause | Remedy |', '| --- | --- | --- |', ...rows].join('\n');
  });
  return [
    '# Errors',
    '',
    'Generated from `sdk/protocol/error-codes.ts` by `npm run docs`. Codes are API and travel unchanged through client, bridge,',
    'SDKs and `--json`; messages are not API.',
    '',
    ...sections.flatMap((section) => [section, '']),
  ].join('\n');
}
