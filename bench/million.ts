import { inTemporaryFolder } from './folder.ts';
import { figure, type LargeStore, type Settings } from './question.ts';
import { seedStore } from './seed.ts';

/** Runs `work` with a million users × 2 sessions at hand; the store is gone afterwards. */
export function withMillionUsers<Result>(
  { quick, note }: Pick<Settings, 'quick' | 'note'>,
  work: (millionUsers: () => Promise<LargeStore>) => Promise<Result>,
): Promise<Result> {
  return inTemporaryFolder((path) => {
    let built: Promise<LargeStore> | undefined;
    const build = async () => {
      const users = quick ? 10_000 : 1_000_000;
      note(`building a store of ${figure(users)} users`);
      const builtInMs = await seedStore(path, { users, sessions: 'two' });
      note(`built in ${figure(builtInMs / 1000, 1)} s`);
      return { path, users, builtInMs };
    };
    return work(() => {
      built ??= build();
      return built;
    });
  });
}
