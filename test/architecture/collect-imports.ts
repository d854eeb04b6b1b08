import ts from 'typescript';
import type { ImportStatement } from '../../tools/import-table.js';

export interface FoundImport extends ImportStatement {
  /** From 1. */
  readonly line: number;
}

type Found = Pick<ImportStatement, 'typeOnly'> & { readonly source: ts.Node | undefined };

/** `require`, `require.resolve`, `import.meta.resolve` and `process.getBuiltinModule` name a module as an import does. */
function namesModule(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'require';
  if (!ts.isPropertyAccessExpression(callee)) return callee.kind === ts.SyntaxKind.ImportKeyword;
  if (callee.name.text === 'getBuiltinModule') return true;
  if (callee.name.text !== 'resolve') return false;
  return ts.isMetaProperty(callee.expression) || callee.expression.getText() === 'require';
}

function readNode(node: ts.Node): Found | undefined {
  if (ts.isImportDeclaration(node)) {
    return { source: node.moduleSpecifier, typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { source: node.moduleSpecifier, typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node)) {
    return { source: ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, typeOnly: true };
  }
  if (ts.isExternalModuleReference(node)) return { source: node.expression, typeOnly: false };
  if (ts.isCallExpression(node) && namesModule(node.expression)) {
    return { source: node.arguments[0], typeOnly: false };
  }
  return undefined;
}

/** `/// <reference …>` brings types in without an import. */
function collectReferences(file: ts.SourceFile): FoundImport[] {
  const at = (reference: ts.FileReference, prefix: string): FoundImport => ({
    importer: file.fileName,
    specifier: prefix + reference.fileName,
    typeOnly: true,
    line: file.getLineAndCharacterOfPosition(reference.pos).line + 1,
  });
  return [
    ...file.referencedFiles.map((reference) => at(reference, reference.fileName.startsWith('.') ? '' : './')),
    ...file.typeReferenceDirectives.map((reference) => at(reference, reference.fileName === 'node' ? 'node:' : '')),
  ];
}

/**
 * Every statement of a file that names another module.
 * @param path from the repository's root, with `/`
 */
export function collectImports(path: string, text: string): FoundImport[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = collectReferences(file);
  const visit = (node: ts.Node): void => {
    const statement = readNode(node);
    if (statement !== undefined) {
      const { source, typeOnly } = statement;
      const specifier = source !== undefined && ts.isStringLiteralLike(source) ? source.text : undefined;
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      found.push({ importer: path, specifier, typeOnly, line });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
