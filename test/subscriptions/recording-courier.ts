import type { DocumentEdit } from '../../src/store/store.ts';
import type { Courier, Prepared } from '../../src/subscriptions/courier.ts';

/** Keeps a document for each subscription it delivers to, and notes what was applied: `begin <id>`. */
export function recordingCourier() {
  const applied: string[] = [];

  function prepared(what: string, edits: readonly DocumentEdit[]): Prepared {
    return {
      edits,
      apply() {
        applied.push(what);
      },
    };
  }

  const edit = (id: string, text: string | undefined): DocumentEdit[] => [
    { collection: 'couriers', id, text },
  ];
  const courier: Courier = {
    begin: async ({ id }) => prepared(`begin ${id}`, edit(id, 'begun')),
    resume: ({ id }) => applied.push(`resume ${id}`),
    change: ({ id }) => prepared(`change ${id}`, edit(id, 'changed')),
    end: ({ id }) => prepared(`end ${id}`, edit(id, undefined)),
    announce: ({ id }, event) =>
      prepared(`${event} ${id}`, [{ collection: 'letters', id, text: event }]),
    health: () => undefined,
  };
  return { courier, applied };
}
