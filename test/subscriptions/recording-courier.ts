import type { Courier } from '../../src/subscriptions/courier.ts';

/** Notes what it is told, `put <id>` and `remove <id>`; what it announces is a document of `letters`. */
export function recordingCourier() {
  const told: string[] = [];
  const courier: Courier = {
    place: async () => 'here',
    put: ({ id }) => told.push(`put ${id}`),
    remove: (id) => told.push(`remove ${id}`),
    announce: ({ id }, event) => [{ collection: 'letters', id, text: event }],
    health: () => undefined,
  };
  return { courier, told };
}
