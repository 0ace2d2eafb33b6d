import type { User } from '../directory/user.ts';
import { invalidValue, ScimError } from './error.ts';
import { ELEMENT, type Element, parseFilter } from './filter.ts';
import type { Operation } from './patch.ts';
import { type Said, saidBy } from './user-fields.ts';

/** What a user is after the steps of a PATCH. @throws ScimError 400 */
export function patchUser(user: User, operations: readonly Operation[]): User {
  let after = user;
  for (const operation of operations) after = { ...after, ...said(after, operation) };
  return after;
}

function said(user: User, { op, path, value }: Operation): Said {
  const { name, filter, part } = path;
  if (filter !== undefined)
    return name === 'emails' ? saidOfEmail(user, filter, part, op, value) : {};
  const whole = part === undefined ? name : `${name}.${part}`;
  if (op === 'remove') {
    if (whole === 'active') throw invalidValue("active can't be removed.");
    return whole === 'emails.value' ? { mail: null } : saidBy(whole, null);
  }
  if (whole === 'emails.value') return saidBy('emails', value);
  // To add an address beside the one there is, there is no place, unless it comes before.
  if (whole === 'emails' && op === 'add' && user.mail !== null) return saidOfAdded(value);
  return saidBy(whole, value);
}

function saidOfAdded(value: unknown): Said {
  const emails = Array.isArray(value) ? value : [value];
  const isFirst = emails.some((each) => each?.primary === true || each?.type === 'work');
  return isFirst ? saidBy('emails', value) : {};
}

/**
 * The one address there is place for is the primary one, and that of work. An address of another kind has none;
 * that no address is the one meant is told otherwise.
 */
function saidOfEmail(
  { mail }: User,
  filter: string,
  part: string | undefined,
  op: Operation['op'],
  value: unknown,
): Said {
  const meant = parseFilter<Element>(filter, ELEMENT);
  const kept: Element = { type: 'work', primary: true, ...(mail !== null && { value: mail }) };
  if (!meant.matches(kept)) {
    if (meant.names.has('value')) {
      throw new ScimError(400, `No email is one with ${filter}.`, 'noTarget');
    }
    return {};
  }
  if (part !== undefined && part !== 'value') return {};
  return op === 'remove' ? { mail: null } : saidBy('emails', value);
}
