import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { HostileRequest } from './requests.ts';

export interface InProcessAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
  /** What the answer took of the clock on the wall, and of the processor: a busy machine makes them differ. */
  readonly ms: number;
  readonly cpuMs: number;
}

/**
 * Hands a request to the server's handler, without a socket and without Node's parser in between: what the
 * parser would refuse or tidy up comes through as it is.
 */
export function answerInProcess(
  handler: RequestListener,
  { method, url, headers, body }: HostileRequest,
): Promise<InProcessAnswer> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  const request = new IncomingMessage(new Socket());
  const rawHeaders = Object.entries({ host: 'porchlight.example', ...headers });
  Object.assign(request, {
    method,
    url,
    httpVersion: '1.1',
    httpVersionMajor: 1,
    httpVersionMinor: 1,
  });
  for (const [name, value] of rawHeaders) {
    Object.defineProperty(request.headers, name, { value, enumerable: true, writable: true });
  }
  if (body.length > 0) {
    request.headers['content-length'] ??= String(body.length);
    request.push(body);
  }
  request.push(null);
  request.complete = true;

  const response = new ServerResponse(request);
  const received: string[] = [];
  const sink = new Socket();
  sink.write = (chunk: unknown, ...more: unknown[]) => {
    received.push(Buffer.isBuffer(chunk) ? chunk.toString() : String(chunk));
    for (const each of more) if (typeof each === 'function') each();
    return true;
  };
  response.assignSocket(sink);
  return new Promise((resolve) => {
    response.once('finish', () => {
      const text = received.join('');
      resolve({
        status: response.statusCode,
        contentType: /^content-type: (.*)\r$/im.exec(text)?.[1],
        text: text.slice(text.indexOf('\r\n\r\n') + 4),
        ms: performance.now() - startMs,
        cpuMs: cpuMsSince(startCpu),
      });
      sink.destroy();
    });
    handler(request, response);
  });
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}
