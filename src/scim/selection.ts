import { attributeName } from './attribute-path.ts';

/** Which attributes of a resource an answer has. */
export type Selection = (resource: Resource) => Resource;

export type Resource = Readonly<Record<string, unknown>>;

/** In every answer, whatever was asked for. Source: RFC 7643, section 3.1. */
const ALWAYS = ['schemas', 'id'];

/** How many names are looked at. */
const MOST_NAMES = 100;

/**
 * `attributes` says which are to be there, `excludedAttributes` which are not; of both the first counts.
 * Source: RFC 7644, section 3.9.
 * @param attributes names, perhaps with parts behind a dot; undefined where nothing was said
 */
export function selectionOf(
  attributes: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): Selection {
  if (attributes !== undefined && attributes.length > 0) {
    const wanted = namesOf(attributes);
    return (resource) => only(resource, wanted);
  }
  if (excluded !== undefined && excluded.length > 0) {
    const unwanted = namesOf(excluded);
    return (resource) => without(resource, unwanted);
  }
  return (resource) => resource;
}

/** Names in a query, separated by commas. */
export function namesIn(text: string | null): readonly string[] | undefined {
  return text?.split(',').flatMap((name) => name.trim() || []);
}

/** Whether an answer has a list of values under this name: else they needn't be looked for. */
export function selects(selection: Selection, name: string): boolean {
  return Object.hasOwn(selection({ [name]: [{ value: '' }] }), name);
}

function namesOf(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.slice(0, MOST_NAMES).map(attributeName));
}

function only(resource: Resource, wanted: ReadonlySet<string>): Resource {
  const entries = Object.entries(resource).flatMap(([name, value]): [string, unknown][] => {
    const lower = name.toLowerCase();
    if (ALWAYS.includes(name) || wanted.has(lower)) return [[name, value]];
    if (typeof value !== 'object') return [];
    const parts = withParts(value, (part) => wanted.has(`${lower}.${part.toLowerCase()}`));
    return isEmpty(parts) ? [] : [[name, parts]];
  });
  return Object.fromEntries(entries);
}

function without(resource: Resource, unwanted: ReadonlySet<string>): Resource {
  const entries = Object.entries(resource).flatMap(([name, value]): [string, unknown][] => {
    const lower = name.toLowerCase();
    if (ALWAYS.includes(name)) return [[name, value]];
    if (unwanted.has(lower)) return [];
    return [[name, withParts(value, (part) => !unwanted.has(`${lower}.${part.toLowerCase()}`))]];
  });
  return Object.fromEntries(entries);
}

/** The parts of a value, or of each of several. */
function withParts(value: unknown, keeps: (part: string) => boolean): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => withParts(each, keeps)).filter((each) => !isEmpty(each));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => keeps(name)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
