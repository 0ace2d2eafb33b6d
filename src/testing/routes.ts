import Type, { type Static, type TObject } from 'typebox';
import { STEER_SERVER } from '../auth/permissions.ts';
import { GraphError } from '../graph/error.ts';
import { bodySchema } from '../http/body.ts';
import { json, type Route } from '../http/route.ts';
import { clockJson, clockSchema } from '../time/clock-json.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { inboxRoutes } from './inbox-routes.ts';
import type { Inboxes } from './inboxes.ts';
import type { Snapshots } from './snapshots.ts';
import type { Tokens } from './tokens.ts';

export interface TestRoutesParts {
  readonly clock: VirtualClock;
  /** Resolves when nothing is under way. */
  readonly settled: () => Promise<void>;
  readonly tokens: Tokens;
  readonly inboxes: Inboxes;
  /** Undefined where the server keeps what it is told beyond its process. */
  readonly snapshots: Snapshots | undefined;
}

const TEXT = Type.String({ maxLength: 256 });

const restoreBody = bodySchema({ id: TEXT });
const tokenBody = bodySchema({
  tenant: Type.Optional(Type.String({ maxLength: 256, description: 'Id or domain.' })),
  app: Type.Optional(Type.String({ maxLength: 256, description: 'Client id or name.' })),
  user: Type.Optional(
    Type.String({ maxLength: 256, description: 'Object id or name: then it is delegated.' }),
  ),
  permissions: Type.Optional(Type.Array(TEXT, { maxItems: 100 })),
  expiresIn: Type.Optional(Type.String({ maxLength: 64, description: 'ISO 8601, such as PT1H.' })),
});
const dateTime = Type.String({ format: 'date-time' });
const snapshotSchema = Type.Object({ id: Type.String(), dateTime });
const tokenSchema = Type.Object({ token: Type.String(), expiresDateTime: dateTime });

/**
 * What a test in another language steers a server with, as `porchlight/testing` does in its process
 * (docs/decisions/0071-test-kit.md).
 */
export function testRoutes(parts: TestRoutesParts): readonly Route[] {
  const { clock, settled, tokens, inboxes } = parts;

  const route = (
    name: string,
    [operation, summary]: readonly [string, string],
    act: (body: unknown) => Promise<string>,
    { body, result = clockSchema }: { body?: TObject; result?: TObject } = {},
  ): Route => ({
    operation,
    summary,
    method: 'POST',
    paths: [`/porchlight/test/${name}`],
    access: STEER_SERVER,
    ...(body && { body }),
    result,
    handle: async (call) => json(await act(call.body)),
  });

  return [
    route(
      'reset',
      ['resetServer', 'Put everything back to how it was just after the start'],
      async () => {
        await inMemory(parts).reset();
        return clockJson(clock);
      },
    ),
    route(
      'snapshot',
      ['takeSnapshot', 'Mark this moment, to come back to'],
      async () => {
        const { id, takenAt } = await inMemory(parts).take();
        return JSON.stringify({ id, dateTime: takenAt.toISOString() });
      },
      { result: snapshotSchema },
    ),
    route(
      'restore',
      ['restoreSnapshot', 'Put everything back to a moment'],
      async (body) => {
        await inMemory(parts).restore((body as Static<typeof restoreBody>).id);
        return clockJson(clock);
      },
      { body: restoreBody },
    ),
    route(
      'settled',
      ['settle', 'Wait until nothing is under way, notifications among it'],
      async () => {
        await settled();
        return clockJson(clock);
      },
    ),
    route(
      'tokens',
      ['createToken', 'Get a token of any user or application'],
      async (body) => {
        const { token, expiresMs } = await tokens.issue(body as Static<typeof tokenBody>);
        const expiresDateTime = new Date(expiresMs).toISOString();
        return JSON.stringify({ token, expiresDateTime });
      },
      { body: tokenBody, result: tokenSchema },
    ),
    ...inboxRoutes(inboxes),
  ];
}

/** @throws GraphError 409 */
function inMemory({ snapshots }: TestRoutesParts): Snapshots {
  if (snapshots !== undefined) return snapshots;
  throw new GraphError(
    409,
    'Conflict',
    'This server keeps what it is told in a folder. To put it back, start it in memory: porchlight dev --memory.',
  );
}
