import { clientWith } from './client-with.mjs';
import { applicationToken, delegatedToken, report, shortLivedToken, task } from './task.mjs';
import { decrypted, openTlsReceiver } from './tls-receiver.mjs';

/**
 * An application that subscribes with Microsoft's client, and receives. Beside what every task has:
 *
 * @typedef {object} SubscriberTask
 * @property {string} keyPath of the receiver's TLS, PEM
 * @property {string} certPath
 * @property {string} certificate for resource data, base64 of DER
 * @property {string} privateKey that belongs to it, PEM
 */

const { app, user, colleague, certificate, privateKey } = task;
const receiver = await openTlsReceiver(task);

const daemon = clientWith(applicationToken);
const signedIn = clientWith(() => delegatedToken());

const inMinutes = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const set = (availability, activity, who = colleague) =>
  daemon.api(`/users/${who}/presence/setPresence`).post({
    sessionId: app,
    availability,
    activity,
    expirationDuration: 'PT1H',
  });
const subscription = {
  changeType: 'updated',
  notificationUrl: `${receiver.origin}/changes?key=of%20mine`,
  lifecycleNotificationUrl: `${receiver.origin}/lifecycle`,
  resource: `/communications/presences?$filter=id in ('${user}','${colleague}')`,
  clientState: 'a secret',
};
const seen = {};

seen.created = await signedIn
  .api('/subscriptions')
  .post({ ...subscription, expirationDateTime: inMinutes(50) });
seen.handshakes = receiver.handshakes();
await set('Busy', 'InACall');
seen.plain = await receiver.next('/changes');

const path = `/subscriptions/${seen.created.id}`;
seen.renewed = await signedIn.api(path).patch({ expirationDateTime: inMinutes(59) });
await set('Away', 'Away', user);
seen.afterRenewal = await receiver.next('/changes');
seen.read = await signedIn.api(path).get();
seen.list = (await signedIn.api('/subscriptions').get()).value;
await signedIn.api(path).delete();
seen.deleted = (await signedIn.api('/subscriptions').get()).value;

seen.createdWithData = await signedIn.api('/subscriptions').post({
  ...subscription,
  expirationDateTime: inMinutes(50),
  includeResourceData: true,
  encryptionCertificate: certificate,
  encryptionCertificateId: 'mine',
});
await set('DoNotDisturb', 'Presenting');
seen.rich = await receiver.next('/changes');
seen.inside = decrypted(seen.rich.value[0].encryptedContent, privateKey);
await signedIn.api(`/subscriptions/${seen.createdWithData.id}`).delete();

// The token is good for five seconds: halfway it is asked for another.
const hasty = clientWith(() => shortLivedToken('PT5S'));
seen.createdInHaste = await hasty
  .api('/subscriptions')
  .post({ ...subscription, expirationDateTime: inMinutes(50) });
seen.lifecycle = await receiver.next('/lifecycle');
await signedIn.api(`/subscriptions/${seen.createdInHaste.id}/reauthorize`).post();
await set('Available', 'Available');
seen.afterReauthorization = await receiver.next('/changes');
await signedIn.api(`/subscriptions/${seen.createdInHaste.id}`).delete();

receiver.close();
report(seen);
