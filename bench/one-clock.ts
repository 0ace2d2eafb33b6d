/** ms of the machine's clock that never steps: the same clock in all processes. */
export function sharedMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
