/** How long changes are told of, by tenant; ms, 0 where they never are. */
export type HistoryRetention = (tenantId: string) => number;
