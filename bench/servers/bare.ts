import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, givenArgument } from '../child.ts';

/** What a bare server does with a request: the least that an answer of that kind can cost. */
export type BareOptions =
  | { readonly kind: 'keep the body' }
  | { readonly kind: 'answer a constant'; readonly bytes: number };

const kept = new Map<string, unknown>();

const keepTheBody: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    kept.set(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString()));
    response.end();
  });
};

function answerConstant(bytes: number): RequestListener {
  const body = JSON.stringify({ value: '-'.repeat(bytes - '{"value":""}'.length) });
  return (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(body);
  };
}

const options = givenArgument<BareOptions>();
const server = createServer(
  options.kind === 'keep the body' ? keepTheBody : answerConstant(options.bytes),
);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

answer({
  origin: () => `http://127.0.0.1:${port}`,
  cpuMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
});
