/** Who calls, as a verified token says. */
export interface Caller {
  /** Lower-case GUID. Everything the caller can reach lies in this tenant. */
  readonly tenantId: string;
  /** The application's client id, a lower-case GUID. */
  readonly appId: string;
  /** Object id of the signed-in user for a delegated token, null for an application token. */
  readonly userId: string | null;
  /** Delegated permissions (`scp`) or application permissions (`roles`). */
  readonly permissions: ReadonlySet<string>;
  /** When the token ends, Unix time in ms. */
  readonly expiresMs: number;
}
