import { GroupChanged, GroupNameTaken, UserChanged, UserNameTaken } from '../directory/errors.ts';
import { toGraphError } from '../errors.ts';
import { ERROR } from './schema-ids.ts';

/** RFC 7644, section 3.12, table 9, as far as it is said here. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'uniqueness';

/** What a provisioning client is told went wrong. */
export class ScimError extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    scimType?: ScimType,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'ScimError';
    this.status = status;
    this.scimType = scimType;
    this.headers = headers;
  }
}

/** A value of the request that isn't as it must be: 400. */
export function invalidValue(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidValue');
}

export function notFound(what: string): ScimError {
  return new ScimError(404, `There is no ${what}.`);
}

/** Whatever was thrown, in SCIM's words. */
export function asScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof UserNameTaken || error instanceof GroupNameTaken) {
    return new ScimError(409, `Not possible: ${error.message}.`, 'uniqueness');
  }
  if (error instanceof UserChanged || error instanceof GroupChanged) {
    return new ScimError(503, 'Others change it all the time.', undefined, { 'retry-after': '1' });
  }
  const { status, message, headers } = toGraphError(error);
  return new ScimError(status, message, status === 400 ? 'invalidSyntax' : undefined, headers);
}

/** The envelope of an error. Source: RFC 7644, section 3.12; the status is text there. */
export function errorBody({ status, scimType, message }: ScimError): object {
  return {
    schemas: [ERROR],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail: message,
  };
}
