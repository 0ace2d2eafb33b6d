import type { FastifyInstance } from 'fastify';

/** Why the server can't serve now; undefined when it can. */
export type Readiness = () => Promise<string | undefined>;

/**
 * `/healthz`: the process answers. `/readyz`: it can also serve; 503 with the reason when it can't,
 * so that a load balancer sends requests elsewhere.
 */
export function registerHealth(app: FastifyInstance, whyNotReady: Readiness): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_, response) => {
    const reason = await whyNotReady();
    if (reason === undefined) return { status: 'ready' };
    return response.code(503).header('retry-after', '5').send({ status: 'not ready', reason });
  });
}
