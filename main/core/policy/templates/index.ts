import { adml, admx } from './admx.js';
import { policyJsonSchema } from './json-schema.js';
import { SAMPLE_POLICY, sampleProfile } from './sample.js';

export { policyMarkdown } from './markdown.js';

/**
 * Everything administrators' tools take, which follows from the table of policies: names relative to `resources/policy`,
 * JSON not laid out yet.
 */
export function policyFiles(): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: 'madoguchi.admx', text: admx() },
    { name: 'ja-JP/madoguchi.adml', text: adml('ja') },
    { name: 'en-US/madoguchi.adml', text: adml('en') },
    { name: 'madoguchi.mobileconfig', text: sampleProfile() },
    { name: 'policy.schema.json', text: JSON.stringify(policyJsonSchema()) },
    { name: 'policy.sample.json', text: JSON.stringify(SAMPLE_POLICY) },
  ];
}
