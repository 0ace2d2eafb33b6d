import { constants, createDecipheriv, createHmac, privateDecrypt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

/**
 * A receiver of notifications at https://localhost, in the process of the client that subscribes.
 *
 * @param {{ keyPath: string, certPath: string }} tls PEM files
 * @param {(path: string, items: object[]) => void} [onNotification] told of each as it comes
 */
export async function openTlsReceiver({ keyPath, certPath }, onNotification = () => {}) {
  const received = [];
  const waiting = new Set();
  const server = createServer(
    { key: readFileSync(keyPath), cert: readFileSync(certPath) },
    async (request, response) => {
      const url = new URL(request.url, 'https://localhost');
      let body = '';
      for await (const chunk of request) body += chunk;
      const token = url.searchParams.get('validationToken');
      if (token === null) response.writeHead(202).end();
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
      received.push({ path: url.pathname, query: url.search.slice(1), token, body });
      for (const look of waiting) look();
      if (token === null) onNotification(url.pathname, JSON.parse(body).value);
    },
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  let looked = 0;
  return {
    origin: `https://localhost:${server.address().port}`,
    /** Validation requests so far. */
    handshakes: () => received.filter(({ token }) => token !== null),
    /** The next notification at a path, after those that were given before. */
    next: (path) =>
      new Promise((resolve) => {
        const look = () => {
          const at = received.findIndex(
            (each, index) => index >= looked && each.token === null && each.path === path,
          );
          if (at === -1) return;
          looked = at + 1;
          waiting.delete(look);
          resolve({ query: received[at].query, ...JSON.parse(received[at].body) });
        };
        waiting.add(look);
        look();
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * What is inside `encryptedContent`.
 *
 * @param {Record<string, string>} content
 * @param {string} privateKey PEM
 */
export function decrypted({ data, dataKey, dataSignature }, privateKey) {
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const encryptedKey = Buffer.from(dataKey, 'base64');
  const key = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha1' }, encryptedKey);
  const bytes = Buffer.from(data, 'base64');
  const signature = createHmac('sha256', key).update(bytes).digest('base64');
  if (signature !== dataSignature) throw new Error('the data was changed on its way');
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
  return JSON.parse(Buffer.concat([decipher.update(bytes), decipher.final()]).toString('utf8'));
}
