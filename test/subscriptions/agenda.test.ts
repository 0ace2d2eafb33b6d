import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agenda } from '../../src/subscriptions/agenda.ts';

test('what is due comes out once, at its last time set, earliest first', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), atMs: fc.nat(20) }),
      fc.nat(20),
      fc.constantFrom('a', 'b', 'c'),
    ),
    { maxLength: 300, size: 'max' },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const agenda = new Agenda();
      const model = new Map<string, number>();
      for (const step of all) {
        if (typeof step === 'number') {
          const due = [...model].filter(([, atMs]) => atMs <= step);
          const taken = agenda.take(step);
          expect(taken.map((id) => model.get(id))).toEqual(
            due.map(([, atMs]) => atMs).sort((a, b) => a - b),
          );
          expect([...taken].sort()).toEqual(due.map(([id]) => id).sort());
          for (const id of taken) model.delete(id);
        } else if (typeof step === 'string') {
          agenda.delete(step);
          model.delete(step);
        } else {
          agenda.set(step.id, step.atMs);
          model.set(step.id, step.atMs);
        }
        expect(agenda.earliestMs).toBe(model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});
