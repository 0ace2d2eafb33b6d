/** Where a server is. */
export interface Server {
  readonly host: string;
  readonly port: number;
}

/** HOST:PORT, as addresses have it. */
export function serverName({ host, port }: Server): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
