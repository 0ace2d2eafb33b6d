import Type, { type Static, type TObject } from 'typebox';
import { STEER_SERVER } from '../auth/permissions.ts';
import { bodySchema, nullable } from '../http/body.ts';
import { type Call, json, NO_CONTENT, type Reply, type Route } from '../http/route.ts';
import type { ChangeNotification, LifecycleNotification } from './inbox.ts';
import type { Inboxes } from './inboxes.ts';
import type { KeptInbox } from './kept-inbox.ts';

const dateTime = Type.String({ format: 'date-time' });
const changeBody = bodySchema({
  status: Type.Integer({
    minimum: 200,
    maximum: 599,
    description: 'What it answers to notifications; 202 accepts them.',
  }),
  times: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How often; always without it.' }),
  ),
});

const named = { name: Type.String(), url: Type.String() };
const inboxSchema = Type.Object(named);
const certificateSchema = Type.Object({
  encryptionCertificate: Type.String({ description: 'base64 of DER.' }),
  encryptionCertificateId: Type.String(),
});
const notification = Type.Object({}, { description: 'As Graph sends it.' });
const contentSchema = Type.Object({
  ...named,
  notifications: Type.Array(
    Type.Object({
      dateTime,
      notification,
      presence: nullable(
        Type.Object({}, { description: "Decrypted, where it has the inbox's certificate." }),
      ),
    }),
  ),
  lifecycle: Type.Array(Type.Object({ dateTime, notification })),
});

/** Receivers inside the server, by name. */
export function inboxRoutes(inboxes: Inboxes): readonly Route[] {
  const route = (
    method: Route['method'],
    suffix: string,
    [operation, summary]: readonly [string, string],
    handle: (name: string, call: Call) => Reply,
    shapes: { body?: TObject; result?: TObject; success?: 204 } = {},
  ): Route => ({
    operation,
    summary,
    method,
    paths: [`/porchlight/test/inboxes/:name${suffix}`],
    access: STEER_SERVER,
    ...shapes,
    handle: async (call) => handle(call.params.name ?? '', call),
  });

  return [
    route(
      'POST',
      '',
      ['openInbox', 'Make an inbox, unless it is there'],
      (name) => shown(inboxes.open(name)),
      { result: inboxSchema },
    ),
    route(
      'GET',
      '',
      ['readInbox', 'Read what an inbox has received'],
      (name) => json(JSON.stringify(contentOf(inboxes.get(name)))),
      { result: contentSchema },
    ),
    route(
      'PATCH',
      '',
      ['changeInbox', 'Say what an inbox answers to notifications'],
      (name, { body }) => {
        const { status, times } = body as Static<typeof changeBody>;
        const inbox = inboxes.get(name);
        inbox.fail(status, times);
        return shown(inbox);
      },
      { body: changeBody, result: inboxSchema },
    ),
    route(
      'DELETE',
      '',
      ['removeInbox', 'Remove an inbox, and what it has received'],
      (name) => {
        inboxes.remove(name);
        return NO_CONTENT;
      },
      { success: 204 },
    ),
    route(
      'GET',
      '/certificate',
      ['getInboxCertificate', 'Get what resource data for an inbox is to be encrypted with'],
      (name) => {
        const { encryptionCertificate, encryptionCertificateId } = inboxes.get(name);
        return json(JSON.stringify({ encryptionCertificate, encryptionCertificateId }));
      },
      { result: certificateSchema },
    ),
  ];
}

function shown({ name, url }: KeptInbox): Reply {
  return json(JSON.stringify({ name, url }));
}

function contentOf(inbox: KeptInbox): Static<typeof contentSchema> {
  const told = ({ receivedAt, body }: ChangeNotification | LifecycleNotification) => ({
    dateTime: receivedAt.toISOString(),
    notification: body,
  });
  return {
    name: inbox.name,
    url: inbox.url,
    notifications: inbox.received.map((each) => ({
      ...told(each),
      presence: inbox.presenceIn(each) ?? null,
    })),
    lifecycle: inbox.lifecycle.map(told),
  };
}
