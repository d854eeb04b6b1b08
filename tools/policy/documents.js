import { format } from 'prettier';

/** @import * as Templates from '../../main/core/policy/templates/index.js' */

export const DEPLOYMENT_DOCUMENT = 'docs/deployment.md';
const BEGIN = '<!-- policies: written by `npm run docs` -->';
const END = '<!-- end of policies -->';

/**
 * Path from the repository's root, and text, of everything that follows from the table of policies.
 * @param {typeof Templates} templates
 * @param {string} deployment The document as it is, of which only the part between the marks is written.
 * @returns {Promise<[path: string, text: string][]>}
 */
export async function generatePolicyFiles(templates, deployment) {
  /** @type {[path: string, text: string][]} */
  const files = [];
  for (const { name, text } of templates.policyFiles()) {
    const isJson = name.endsWith('.json');
    files.push([`resources/policy/${name}`, isJson ? await format(text, { parser: 'json', printWidth: 120 }) : text]);
  }
  const table = await format(templates.policyMarkdown(), { parser: 'markdown', printWidth: 120 });
  files.push([DEPLOYMENT_DOCUMENT, between(deployment, table)]);
  return files;
}

/** @param {string} text @param {string} written */
function between(text, written) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${DEPLOYMENT_DOCUMENT} lacks its marks`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${written}\n${text.slice(end)}`;
}
