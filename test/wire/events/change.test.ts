import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, MINUTE_MS, type Porchlight, startPorchlight } from '../porchlight.ts';
import { berlin, EVENTS, eventOf, made, meeting, mondays } from './planning.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

describe('PATCH and DELETE', () => {
  test('PATCH changes what it says, and gives the event with a new tag', async () => {
    const before = await made(porchlight, meeting());
    porchlight.clock.advance(MINUTE_MS);
    const path = `${EVENTS}/${before.id}`;
    const after = eventOf(await porchlight.as().patch(path, { subject: 'Plans' }));
    expect(after).toMatchObject({
      id: before.id,
      subject: 'Plans',
      start: before.start,
      lastModifiedDateTime: '2026-11-21T09:01:00.0000000Z',
    });
    expect(after['@odata.etag']).not.toBe(before['@odata.etag']);
    expect(eventOf(await porchlight.as().get(path))).toMatchObject({
      '@odata.etag': after['@odata.etag'],
      subject: 'Plans',
    });
  });

  test('null makes a property as if nobody had ever said it', async () => {
    const { id } = await made(porchlight, meeting({ showAs: 'oof', categories: ['Blue'] }));
    const nothing = { showAs: null, categories: null, subject: null, location: null };
    expect(eventOf(await porchlight.as().patch(`${EVENTS}/${id}`, nothing))).toMatchObject({
      showAs: 'busy',
      categories: [],
      subject: '',
    });
  });

  test('a change that makes no sense with the rest is 400, and nothing is changed', async () => {
    const { id } = await made(porchlight, meeting());
    const app = porchlight.as();
    const before = await app.get(`${EVENTS}/${id}`);
    for (const change of [{ end: berlin('21T09:00') }, { isAllDay: true }, { start: null }]) {
      expectError(await app.patch(`${EVENTS}/${id}`, change), 400, 'InvalidArgument');
    }
    expect((await app.get(`${EVENTS}/${id}`)).body).toEqual(before.body);
  });

  test('a single event becomes a series, and a series a single event', async () => {
    const { recurrence } = mondays() as { recurrence: object };
    const { id } = await made(porchlight, meeting());
    const app = porchlight.as();
    expect(eventOf(await app.patch(`${EVENTS}/${id}`, { recurrence }))).toMatchObject({
      type: 'seriesMaster',
      start: { dateTime: '2026-11-23T09:30:00.0000000' },
    });
    expect(eventOf(await app.patch(`${EVENTS}/${id}`, { recurrence: null }))).toMatchObject({
      type: 'singleInstance',
    });
  });

  test.each(['PATCH', 'DELETE'])('%s of what was changed meanwhile is 412', async (method) => {
    const event = await made(porchlight, meeting());
    const path = `${EVENTS}/${event.id}`;
    const app = porchlight.as();
    const on = (tag: string) =>
      method === 'PATCH'
        ? app.patch(path, { subject: 'Mine' }, { 'if-match': tag })
        : app.delete(path, undefined, { 'if-match': tag });
    const changed = eventOf(await app.patch(path, { subject: 'Theirs' }));
    expectError(await on(event['@odata.etag']), 412, 'ErrorIrresolvableConflict');
    expect(eventOf(await app.get(path)).subject).toBe('Theirs');
    const tags = `"another", ${changed['@odata.etag']}`;
    expect((await on(tags)).status).toBe(method === 'PATCH' ? 200 : 204);
  });

  test('a part of a batch has conditions and preferences of its own', async () => {
    const { id } = await made(porchlight, meeting());
    const url = `${EVENTS.replace('/v1.0', '')}/${id}`;
    const { body } = await porchlight.as().post('/v1.0/$batch', {
      requests: [
        { id: '1', method: 'GET', url, headers: { Prefer: 'outlook.timezone="Asia/Tokyo"' } },
        { id: '2', method: 'DELETE', url, headers: { 'If-Match': 'W/"another"' } },
      ],
    });
    const { responses } = body as { responses: { id: string; status: number; body: unknown }[] };
    expect(responses).toMatchObject([
      { id: '1', status: 200, body: { start: { timeZone: 'Asia/Tokyo' } } },
      { id: '2', status: 412 },
    ]);
  });
});

describe('answers', () => {
  const organizer = { emailAddress: { address: 'alex@contoso.example' } };

  test.each([
    ['accept', 'accepted', 'busy'],
    ['tentativelyAccept', 'tentativelyAccepted', 'tentative'],
    ['decline', 'declined', 'tentative'],
  ])('%s answers 202, and the event says %s', async (action, response, showAs) => {
    const { id } = await made(porchlight, meeting({ organizer }));
    const body = { comment: 'As you like', sendResponse: true };
    const answer = await porchlight.as().post(`${EVENTS}/${id}/${action}`, body);
    expect([answer.status, answer.text]).toEqual([202, '']);
    const event = eventOf(await porchlight.as().get(`${EVENTS}/${id}`));
    expect(event).toMatchObject({ showAs, responseStatus: { response } });
  });

  test('one occurrence may be answered alone', async () => {
    const { id } = await made(porchlight, mondays({ organizer }));
    const app = porchlight.as();
    expect((await app.post(`${EVENTS}/${id}_20261130T090000/decline`, {})).status).toBe(202);
    const one = eventOf(await app.get(`${EVENTS}/${id}_20261130T090000`));
    const next = eventOf(await app.get(`${EVENTS}/${id}_20261207T090000`));
    expect([one, next].map((each) => each.responseStatus.response)).toEqual([
      'declined',
      'notResponded',
    ]);
  });

  test('cancel makes it a cancelled event, for its organizer', async () => {
    const { id } = await made(porchlight, meeting());
    const app = porchlight.as();
    expect((await app.post(`${EVENTS}/${id}/cancel`, { Comment: 'No' })).status).toBe(202);
    expect(eventOf(await app.get(`${EVENTS}/${id}`)).isCancelled).toBe(true);
  });

  test('only who organizes may cancel, only who doesn’t may answer: 400', async () => {
    const own = await made(porchlight, meeting());
    const invited = await made(porchlight, meeting({ organizer }));
    const app = porchlight.as();
    const answered = await app.post(`${EVENTS}/${own.id}/accept`, {});
    expect(expectError(answered, 400, 'ErrorInvalidRequest')).toContain('organizer');
    const cancelled = await app.post(`${EVENTS}/${invited.id}/cancel`, {});
    expect(expectError(cancelled, 400, 'ErrorInvalidRequest')).toContain('organizer');
  });
});
