import type { EncryptedContent } from '../../notifications/decrypt.ts';

/** An item of what was posted, as far as it is looked at. */
export interface Notification {
  readonly subscriptionId: string;
  readonly clientState: string | undefined;
  /** In a notice about the subscription itself. */
  readonly lifecycleEvent: string | undefined;
  /** Whose presence changed; the resource's name where no id is given. */
  readonly userId: string;
  readonly encryptedContent: EncryptedContent | undefined;
}

/** It isn't a body of notifications; the message says where. */
export class Malformed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Malformed';
  }
}

/** The items of a POST's body. @throws Malformed when it isn't one of notifications */
export function notificationsIn(body: Uint8Array): readonly Notification[] {
  const { value } = recordOf(jsonOf(body), 'the body');
  if (!Array.isArray(value)) throw new Malformed('the body has no value that is an array');
  return value.map((item, at) => notificationOf(item, `value[${at}]`));
}

function notificationOf(item: unknown, place: string): Notification {
  const { subscriptionId, clientState, lifecycleEvent, resource, ...more } = recordOf(item, place);
  const { id } = recordOf(more.resourceData ?? {}, `${place}.resourceData`);
  return {
    subscriptionId: textOf(subscriptionId, `${place}.subscriptionId`),
    clientState: optionalText(clientState, `${place}.clientState`),
    lifecycleEvent: optionalText(lifecycleEvent, `${place}.lifecycleEvent`),
    userId:
      optionalText(id, `${place}.resourceData.id`) ??
      optionalText(resource, `${place}.resource`) ??
      '',
    encryptedContent: contentOf(more.encryptedContent, `${place}.encryptedContent`),
  };
}

function contentOf(content: unknown, place: string): EncryptedContent | undefined {
  if (content === undefined || content === null) return undefined;
  const { data, dataKey, dataSignature, encryptionCertificateId } = recordOf(content, place);
  return {
    data: textOf(data, `${place}.data`),
    dataKey: textOf(dataKey, `${place}.dataKey`),
    dataSignature: textOf(dataSignature, `${place}.dataSignature`),
    encryptionCertificateId: textOf(encryptionCertificateId, `${place}.encryptionCertificateId`),
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new Malformed('the body is not JSON');
  }
}

function recordOf(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Malformed(`${place} is not an object`);
}

function textOf(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw new Malformed(`${place} is not a text`);
}

function optionalText(value: unknown, place: string): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value, place);
}
