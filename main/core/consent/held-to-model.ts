import type { Decision } from '../ports.js';
import type { ConsentModel, Requester } from './consent-model.js';

/**
 * A dialog's answer, held to what it was asked. Nothing can be left out but optional attributes: where a dialog says
 * otherwise, or leaves nothing to give, the careful reading is that the person refused.
 */
export function heldToModel(decision: Decision, model: ConsentModel): Decision {
  if (decision.answer !== 'agreed') {
    const block = decision.block === true && mayBlock(model.requester);
    return { answer: 'refused', ...(block && { block }) };
  }
  const { attributes = [] } = model;
  const withheld = [...new Set(decision.withheld)];
  // False also where there is no such position.
  const onlyOptional = withheld.every(
    (position) => Number.isInteger(position) && attributes[position]?.required === false,
  );
  const nothingLeft = attributes.length > 0 && withheld.length === attributes.length;
  if (!onlyOptional || nothingLeft) return { answer: 'refused' };
  const remember = decision.remember === true && model.remembered === 'may-be';
  return { answer: 'agreed', ...(withheld.length > 0 && { withheld }), ...(remember && { remember }) };
}

/** Whether the person can block this asker for good. What another program says in a site's name blocks the name, too. */
export function mayBlock(requester: Requester): boolean {
  return requester.kind === 'origin';
}
