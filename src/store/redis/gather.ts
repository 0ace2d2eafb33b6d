import { reasonOf } from './link-error.ts';

/**
 * What those say who answer: all of them, or as many as have answered `graceMs` after the first.
 * @throws Error with the reasons when nobody answers
 */
export function gather<T>(asked: readonly Promise<T>[], graceMs: number): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const answers: T[] = [];
    const reasons = new Set<string>();
    let open = asked.length;
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      if (answers.length > 0) resolve(answers);
      else reject(new Error([...reasons].join('; ')));
    };
    if (open === 0) settle();
    for (const each of asked) {
      each
        .then(
          (answer) => {
            answers.push(answer);
            timer ??= setTimeout(settle, graceMs);
          },
          (error) => reasons.add(reasonOf(error)),
        )
        .finally(() => {
          if (--open === 0) settle();
        });
    }
  });
}
