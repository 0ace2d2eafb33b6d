import { type AttributePath, attributeName, parsePath } from './attribute-path.ts';
import { attributesOf, listOf } from './body.ts';
import { invalidValue, ScimError } from './error.ts';

/** Operations in one PATCH; more are refused. */
const MOST_OPERATIONS = 1000;

/** One step of a PATCH. */
export interface Operation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: AttributePath;
  readonly value: unknown;
  /** The client named the attribute itself, and not a resource that has it among others. */
  readonly isNamed: boolean;
}

/** What can't be written, because it is given by the server. */
const READ_ONLY = ['id', 'meta', 'groups', 'schemas'];

/**
 * The steps of a PATCH, in their order; one without a path is a step for each attribute of its value, whose names
 * may have dots, as Entra writes them. Source: RFC 7644, section 3.5.2. Operations are understood in any case
 * (Entra says `Replace`).
 * @throws ScimError 400
 */
export function parsePatch(body: unknown): Operation[] {
  const operations = listOf(attributesOf(body).get('operations'), 'Operations');
  if (operations.length === 0) throw invalidValue('Operations must not be empty.');
  if (operations.length > MOST_OPERATIONS) {
    throw invalidValue(`There may be ${MOST_OPERATIONS} Operations at most.`);
  }
  return operations.flatMap(stepsOf).filter(isWritable);
}

function stepsOf(operation: unknown): Operation[] {
  const given = attributesOf(operation, 'Each of Operations');
  const op = opOf(given.get('op'));
  const path = given.get('path');
  const value = given.get('value');
  if (typeof path === 'string' && path !== '') {
    return [{ op, path: parsePath(path), value, isNamed: true }];
  }
  if (path !== undefined && path !== null && path !== '') throw invalidValue('path must be text.');
  if (op === 'remove') throw new ScimError(400, 'remove needs a path.', 'noTarget');
  return Array.from(attributesOf(value, 'value'), ([name, each]) => ({
    op,
    path: wholeAttribute(name),
    value: each,
    isNamed: false,
  }));
}

/** A key may be a path too: `emails[type eq "work"].value`. What can't be one is an attribute without a place. */
function wholeAttribute(name: string): AttributePath {
  if (name.includes('[')) return parsePath(name);
  return { name: attributeName(name), filter: undefined, part: undefined };
}

function opOf(value: unknown): Operation['op'] {
  const op = typeof value === 'string' ? value.toLowerCase() : '';
  if (op === 'add' || op === 'replace' || op === 'remove') return op;
  throw new ScimError(400, 'op must be add, replace or remove.', 'invalidSyntax');
}

/** What a whole resource says of such attributes is passed over, as with PUT. */
function isWritable({ path: { name }, isNamed }: Operation): boolean {
  const [first = ''] = name.split('.');
  if (!READ_ONLY.includes(first)) return true;
  if (isNamed) throw new ScimError(400, `${first} can't be written.`, 'mutability');
  return false;
}
