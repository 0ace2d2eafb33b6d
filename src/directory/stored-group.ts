import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { jsonOf } from '../store/document-json.ts';
import { StoreUnusable } from '../store/errors.ts';

/** A group of users. Who is in it, their own documents say (docs/decisions/0065-scim.md). */
export interface Group {
  /** A lower-case GUID. */
  readonly id: string;
  readonly displayName: string;
  /** What the provisioning client calls it. */
  readonly externalId: string | null;
}

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

const stored = Compile(
  Type.Object({
    format: Type.Literal(FORMAT),
    displayName: Type.String(),
    externalId: Type.Optional(Type.String()),
  }),
);

/** Where the groups of a tenant are kept: one document for each, under its id. */
export function groupCollection(tenantId: string): string {
  return `scim-group ${tenantId}`;
}

/** The collection of the names of groups, each kept for the one that has it. */
export function groupNameCollection(tenantId: string): string {
  return `scim-group-name ${tenantId}`;
}

export function groupText({ displayName, externalId }: Group): string {
  return JSON.stringify({ format: FORMAT, displayName, externalId: externalId ?? undefined });
}

/** @throws StoreUnusable when the document isn't a group's */
export function parseGroup(collection: string, id: string, text: string): Group {
  const value = jsonOf(text);
  if (!stored.Check(value)) {
    const reason = 'is no group, or one of a newer Porchlight.';
    throw new StoreUnusable('StoreDamaged', `${collection}/${id}`, reason);
  }
  return { id, displayName: value.displayName, externalId: value.externalId ?? null };
}
