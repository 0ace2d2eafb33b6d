/** The worker's code, as it lies in a built Porchlight. */
export const ENCRYPTION_WORKER = new URL('../notifications/encryption-worker.js', import.meta.url);
