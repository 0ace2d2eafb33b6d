import { expect, test } from 'vitest';
import { Seats } from '../../src/stream/seats.ts';

const app = { tenantId: 'a', appId: '1' };
const sameAppElsewhere = { tenantId: 'b', appId: '1' };
const otherApp = { tenantId: 'a', appId: '2' };

test('one application has so many seats in a tenant, and leaves the others theirs', () => {
  const seats = new Seats({ perApp: 2, inAll: 10 });
  const leave = seats.take(app);
  seats.take(app);
  expect(() => seats.take(app)).toThrow(expect.objectContaining({ status: 429 }));
  seats.take(sameAppElsewhere);
  seats.take(otherApp);
  leave();
  // Once too often counts once.
  leave();
  seats.take(app);
  expect(() => seats.take(app)).toThrow(
    expect.objectContaining({ code: 'TooManyRequests', headers: { 'retry-after': '5' } }),
  );
});

test('all together have so many seats', () => {
  const seats = new Seats({ perApp: 2, inAll: 3 });
  const leave = seats.take(app);
  seats.take(app);
  seats.take(otherApp);
  expect(() => seats.take(sameAppElsewhere)).toThrow(
    expect.objectContaining({ status: 503, code: 'ServiceUnavailable' }),
  );
  leave();
  seats.take(sameAppElsewhere);
});
