// Loaded before a node (`node --import`): its clock is wrong by LINEAR_SKEW_MS, and runs at the right pace.
const skewMs = Number(process.env.LINEAR_SKEW_MS ?? 0);
const RightDate = Date;
const now = () => RightDate.now() + skewMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, given, as) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, as),
  apply: () => new RightDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : target[name]),
});
