/** The import table as a lint rule, so that an editor says at once what the architecture test would say later. */
import { relative, resolve, sep } from 'node:path';
import { judgeImport } from './import-table.js';

/** @import { Rule } from 'eslint' */

/**
 * The part of typescript-estree's nodes this rule looks at.
 * @typedef {{ type: string, name?: string, value?: unknown, expressions?: unknown[], importKind?: string,
 *   exportKind?: string, quasis?: { value: { cooked: string } }[], source?: AstNode | null, expression?: AstNode,
 *   object?: AstNode, property?: AstNode, callee?: AstNode, arguments?: AstNode[] }} AstNode
 */

const REPOSITORY = resolve(import.meta.dirname, '..');

/**
 * @param {AstNode | undefined | null} source
 * @returns {string | undefined} Undefined where the text is computed.
 */
function literalText(source) {
  if (source?.type === 'Literal' && typeof source.value === 'string') return source.value;
  if (source?.type === 'TemplateLiteral' && source.expressions?.length === 0) return source.quasis?.[0]?.value.cooked;
  return undefined;
}

/**
 * `require`, `require.resolve`, `import.meta.resolve` and `process.getBuiltinModule` name a module as an import does.
 * @param {AstNode | undefined} callee
 */
function namesModule(callee) {
  if (callee?.type === 'Identifier') return callee.name === 'require';
  const name = callee?.property?.name;
  if (name === 'resolve') return callee?.object?.name === 'require' || callee?.object?.type === 'MetaProperty';
  return name === 'getBuiltinModule';
}

/** @param {Rule.RuleContext} context @returns {Rule.RuleListener} */
function create(context) {
  const importer = relative(REPOSITORY, context.filename).split(sep).join('/');

  /** @param {AstNode} node @param {AstNode | undefined | null} source @param {boolean} typeOnly */
  const check = (node, source, typeOnly) => {
    const breach = judgeImport({ importer, specifier: literalText(source), typeOnly });
    if (breach !== undefined) context.report({ node: /** @type {Rule.Node} */ (node), message: breach });
  };

  /** @type {Record<string, (node: AstNode) => void>} */
  const listener = {
    ImportDeclaration: (node) => check(node, node.source, node.importKind === 'type'),
    ExportAllDeclaration: (node) => check(node, node.source, node.exportKind === 'type'),
    'ExportNamedDeclaration[source]': (node) => check(node, node.source, node.exportKind === 'type'),
    ImportExpression: (node) => check(node, node.source, false),
    TSImportType: (node) => check(node, node.source, true),
    TSExternalModuleReference: (node) => check(node, node.expression, false),
    CallExpression: (node) => {
      if (namesModule(node.callee)) check(node, node.arguments?.[0], false);
    },
  };
  return /** @type {Rule.RuleListener} */ (listener);
}

/** @type {Rule.RuleModule} */
const importTable = { meta: { type: 'problem', schema: [] }, create };

/** @type {{ rules: Record<string, Rule.RuleModule> }} */
export const importTablePlugin = { rules: { 'import-table': importTable } };
