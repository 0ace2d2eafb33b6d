import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes of the heap that are in use when the garbage is collected. */
export function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
