import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, type Porchlight, startPorchlight, USER } from '../porchlight.ts';
import {
  berlin,
  EVENTS,
  type EventsJson,
  made,
  meeting,
  mondays,
  startOf,
  VIEW,
  viewed,
} from './planning.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
  await made(porchlight, meeting({ subject: 'Planning' }));
  await made(
    porchlight,
    meeting({
      subject: "Anna's day",
      isAllDay: true,
      start: berlin('25T00:00'),
      end: berlin('26T00:00'),
    }),
  );
  await made(
    porchlight,
    meeting({ subject: 'Trip', showAs: 'oof', start: berlin('23T12:00'), end: berlin('24T18:00') }),
  );
  await made(porchlight, mondays());
});
afterAll(() => porchlight.close());

const get = (address: string) => porchlight.as().get(address);

async function subjects(query: string): Promise<string[]> {
  const { value } = (await get(`${EVENTS}?${query}`)).body as EventsJson;
  return value.map(({ subject }) => subject);
}

describe('GET /events', () => {
  test('lists single events and series, by when they begin', async () => {
    const answer = await get(EVENTS);
    expect(answer.status).toBe(200);
    const { value } = answer.body as EventsJson;
    expect(value.map(({ subject, type }) => [subject, type])).toEqual([
      ['Planning', 'singleInstance'],
      ['Monday', 'seriesMaster'],
      ['Trip', 'singleInstance'],
      ["Anna's day", 'singleInstance'],
    ]);
    expect(answer.body).toMatchObject({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/events`,
    });
    expect(answer.body).not.toHaveProperty('@odata.nextLink');
  });

  test('$top, $skip and $count make pages, each with a link to the next', async () => {
    const seen: string[] = [];
    let address = `${EVENTS}?$top=3&$count=true&$select=subject`;
    for (let pages = 0; address !== ''; pages++) {
      expect(pages).toBeLessThan(3);
      const page = (await get(address)).body as EventsJson;
      expect(page['@odata.count']).toBe(4);
      seen.push(...page.value.map(({ subject }) => subject));
      address = page['@odata.nextLink']?.replace(porchlight.origin, '') ?? '';
    }
    expect(seen).toEqual(['Planning', 'Monday', 'Trip', "Anna's day"]);
  });

  test('$select gives what is asked for, beside the id', async () => {
    const { body } = await get(`${EVENTS}?$top=1&$select=subject,start`);
    expect(body).toMatchObject({
      '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/events(subject,start)`,
    });
    const [event = {}] = (body as { value: object[] }).value;
    expect(Object.keys(event)).toEqual(['@odata.etag', 'id', 'subject', 'start']);
  });

  test.each([
    ['start/dateTime desc', ["Anna's day", 'Trip', 'Monday', 'Planning']],
    ['subject', ["Anna's day", 'Monday', 'Planning', 'Trip']],
    ['isAllDay desc', undefined],
    ['lastModifiedDateTime desc,subject desc', ['Trip', 'Planning', 'Monday', "Anna's day"]],
    ['end/dateTime', ['Planning', 'Monday', 'Trip', "Anna's day"]],
  ])('$orderby %s', async (order, expected) => {
    const query = `$orderby=${encodeURIComponent(order)}`;
    if (expected !== undefined) expect(await subjects(query)).toEqual(expected);
    else expectError(await get(`${EVENTS}?${query}`), 400, 'BadRequest');
  });

  test.each([
    ["start/dateTime ge '2026-11-23T08:00:00Z'", ['Monday', 'Trip', "Anna's day"]],
    ["start/dateTime gt '2026-11-23T08:00:00Z'", ['Trip', "Anna's day"]],
    ["start/dateTime lt '2026-11-23T12:00:00' and end/dateTime gt '2026-11-23T09:00:00'", ['Trip']],
    ['start/dateTime le 2026-11-21T09:30:00Z', ['Planning']],
    ["showAs eq 'oof'", ['Trip']],
    ["showAs ne 'oof' and (isAllDay eq false)", ['Planning', 'Monday']],
    ['isAllDay eq true', ["Anna's day"]],
    ["subject eq 'Anna''s day'", ["Anna's day"]],
    ["startswith(subject,'T')", ['Trip']],
    ["isAllDay eq true or not (start/dateTime ge '2026-11-22')", ['Planning', "Anna's day"]],
    ["startsWith( subject , 'm' ) AND type eq 'seriesMaster'", ['Monday']],
  ])('$filter %s', async (filter, expected) => {
    expect(await subjects(`$filter=${encodeURIComponent(filter)}`)).toEqual(expected);
  });

  test.each([
    '$filter=',
    '$filter=start/dateTime startswith 2026',
    '$filter=end/dateTime ge true',
    "$filter=contains(subject,'a')",
    '$filter=isAllDay eq 1',
    "$filter=constructor eq 'a'",
    '$filter=start/dateTime ge yesterday',
    `$filter=${'('.repeat(4000)}`,
    '$top=0',
    '$top=1001',
    '$top=ten',
    '$skip=-1',
    '$count=yes',
    '$select=mood',
    '$expand=attachments',
    '$search=plan',
  ])('%s is 400', async (query) => {
    const [option = '', ...rest] = query.split('=');
    const answer = await get(`${EVENTS}?${option}=${encodeURIComponent(rest.join('='))}`);
    expect(answer.status).toBe(400);
    expect((answer.body as { error: { message: string } }).error.message).toContain(option);
  });

  test('a zone that nobody knows is 400, other preferences are let pass', async () => {
    const app = porchlight.as();
    const unknown = await app.get(EVENTS, { prefer: 'outlook.timezone="Moon"' });
    expect(expectError(unknown, 400, 'InvalidArgument')).toContain("'Moon'");
    const other = await app.get(EVENTS, { prefer: 'IdType="ImmutableId", odata.maxpagesize=5' });
    expect(other.status).toBe(200);
    expect(other.headers.get('preference-applied')).toBeNull();
  });

  test('a body is given as text where that is preferred', async () => {
    const body = { contentType: 'html', content: '<p>Tea &amp; <i>cake</i></p><style>p{}</style>' };
    const { id } = await made(
      porchlight,
      meeting({ body, start: berlin('30T12:00'), end: berlin('30T13:00') }),
    );
    const app = porchlight.as();
    const prefer = 'outlook.timezone="W. Europe Standard Time", outlook.body-content-type="text"';
    const answer = await app.get(`${EVENTS}/${id}`, { prefer });
    expect(answer.headers.get('preference-applied')).toBe(prefer);
    expect(answer.body).toMatchObject({
      body: { contentType: 'text', content: 'Tea & cake' },
      start: { dateTime: '2026-11-30T12:00:00.0000000', timeZone: 'W. Europe Standard Time' },
    });
    expect((await app.get(`${EVENTS}/${id}`)).body).toMatchObject({ body });
    await app.delete(`${EVENTS}/${id}`);
  });
});

describe('GET /calendarView', () => {
  test('gives single events and occurrences that lie in the range, if only in part', async () => {
    const view = await viewed(porchlight, '2026-11-23T08:30:00Z', '2026-11-30T08:00:01Z');
    expect(view.map((event) => [event.subject, startOf(event), event.type])).toEqual([
      ['Monday', '11-23 08:00', 'occurrence'],
      ['Trip', '11-23 11:00', 'singleInstance'],
      ["Anna's day", '11-25 00:00', 'singleInstance'],
      ['Monday', '11-30 08:00', 'occurrence'],
    ]);
  });

  test('what ends as the range begins, or begins as it ends, is not in it', async () => {
    const view = await viewed(porchlight, '2026-11-21T10:30:00Z', '2026-11-23T08:00:00Z');
    expect(view).toEqual([]);
    expect(await viewed(porchlight, '2026-11-21T10:29:59Z', '2026-11-23T08:00:01Z')).toHaveLength(
      2,
    );
  });

  test('an offset in the range counts, also when its plus sign was not encoded', async () => {
    for (const plus of ['%2B', '+']) {
      const view = await viewed(
        porchlight,
        `2026-11-21T11:29:59${plus}01:00`,
        `2026-11-21T12:00:00${plus}01:00`,
      );
      expect(view.map(({ subject }) => subject)).toEqual(['Planning']);
    }
  });

  test('pages, order and filter work on occurrences', async () => {
    const range = 'startDateTime=2026-11-21&endDateTime=2027-11-21';
    const filter = encodeURIComponent("startswith(subject,'Mon')");
    const query = `${range}&$filter=${filter}&$orderby=start/dateTime desc&$top=2&$count=true`;
    const first = (await get(`${VIEW}?${query}`)).body as EventsJson;
    expect(first['@odata.count']).toBe(52);
    expect(first.value.map(startOf)).toEqual(['11-15 08:00', '11-08 08:00']);
    const next = first['@odata.nextLink']?.replace(porchlight.origin, '') ?? '';
    const second = (await get(next)).body as EventsJson;
    expect(second.value.map(startOf)).toEqual(['11-01 08:00', '10-25 07:00']);
  });

  test.each([
    ['', 'startDateTime is missing'],
    ['startDateTime=2026-11-21', 'endDateTime is missing'],
    ['startDateTime=2026-11-21&endDateTime=2026-11-20', 'The end is before the start'],
    ['startDateTime=2026-11-21&endDateTime=2031-11-21', 'Maximum number of days: 1825'],
    ['startDateTime=soon&endDateTime=2031-11-21', '[startDateTime]'],
  ])('the range %j is 400', async (query, message) => {
    const answer = await get(`${VIEW}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  test('more than a view may hold is 400, and says what to do', async () => {
    const other = await startPorchlight({ profile: 'extended' });
    const recurrence = { '@porchlight.rrule': 'FREQ=MINUTELY' };
    const { id } = await made(other, mondays({ recurrence }));
    const range = 'startDateTime=2026-11-23&endDateTime=2031-11-01';
    for (const address of [`${VIEW}?${range}`, `${EVENTS}/${id}/instances?${range}`]) {
      const answer = await other.as().get(address);
      expect(expectError(answer, 400, 'ErrorInvalidRequest')).toContain('Ask for a shorter one.');
    }
    const short = 'startDateTime=2026-11-24T10:00:00&endDateTime=2026-11-24T10:10:00';
    expect((await other.as().get(`${VIEW}?${short}&$count=true`)).body).toMatchObject({
      '@odata.count': 69,
    });
    await other.close();
  });
});
