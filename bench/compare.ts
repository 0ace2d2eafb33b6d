import type { Request } from 'autocannon';
import { startGenerator } from './load/generator.ts';
import { figure, type Row, type Settings } from './question.ts';
import { type Figures, interleave, median, ratios } from './rounds.ts';
import type { ServerProcess } from './servers/start.ts';

/** Porchlight against a bare server under the same requests; stops both. */
export async function compare(
  { what, aim }: { readonly what: string; readonly aim: number },
  requests: readonly Request[],
  { porchlight, bare }: { readonly porchlight: ServerProcess; readonly bare: ServerProcess },
  settings: Settings,
): Promise<Row> {
  const generator = await startGenerator(requests);
  try {
    const [own, other] = await interleave(
      [
        { server: porchlight, generator },
        { server: bare, generator },
      ],
      settings,
    );
    if (own === undefined || other === undefined) throw new Error('there are two servers');
    const ratio = ratios(own.perSecond, other.perSecond);
    return {
      what,
      result: `${figure(ratio.median, 2)} of bare (${figure(ratio.least, 2)}–${figure(ratio.greatest, 2)})`,
      aim: `≥ ${aim}`,
      met: ratio.median >= aim,
      figures: `${described(own)}; bare ${described(other)}`,
    };
  } finally {
    await Promise.all([generator.stop(), porchlight.stop(), bare.stop()]);
  }
}

export function described({ perSecond, cpuMicros, p99Ms }: Figures): string {
  return `${figure(median(perSecond))}/s, ${figure(median(cpuMicros), 1)} µs CPU each, p99 ${figure(median(p99Ms))} ms`;
}
