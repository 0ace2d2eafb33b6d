import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openApiDocument } from '../../src/http/openapi.ts';
import { VirtualClock } from '../../src/time/virtual-clock.ts';
import { startPorchlight } from '../wire/porchlight.ts';
import {
  exampleDirectoryRoutes,
  exampleOwnRoutes,
  exampleRoutes,
  exampleTestRoutes,
} from './routes.ts';

const FILE = new URL('../../docs/openapi.json', import.meta.url);
const UPDATE = 'UPDATE=1 npx vitest run test/http/openapi.test.ts';

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Record<string, readonly string[]>[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[];
  readonly requestBody?: { content: Record<string, { schema: object }> };
  readonly servers?: readonly { readonly url: string }[];
  readonly responses: Record<string, object>;
}

/** Graph's. */
const routes = [...exampleRoutes(), ...exampleDirectoryRoutes()];

/** Porchlight's, of a server that is steered. */
const ownRoutes = [...exampleOwnRoutes(), ...exampleTestRoutes()];

const document = JSON.parse(JSON.stringify(openApiDocument(routes, ownRoutes))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
);

test('docs/openapi.json is the document of the route table', () => {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (process.env.UPDATE !== undefined) writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8'), `the routes have changed; run: ${UPDATE}`).toBe(text);
});

test('/porchlight/openapi.json serves the same document, without a token', async () => {
  const virtual = new VirtualClock(systemClock);
  const parts = { ownRoutes: exampleTestRoutes() };
  const porchlight = await startPorchlight({ virtual, faults: true, parts });
  const answer = await porchlight.send('GET', '/porchlight/openapi.json');
  await porchlight.close();
  expect(answer.status).toBe(200);
  expect(answer.body, `run: ${UPDATE}`).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
});

test('every path and method of the route table is in the document', () => {
  const all = [...routes, ...ownRoutes];
  for (const { operation, method, paths } of all) {
    for (const path of paths) {
      const template = path.replaceAll(/:(\w+)/g, '{$1}');
      const found = document.paths[template]?.[method.toLowerCase()];
      expect(found?.operationId, `${method} ${path}`).toMatch(new RegExp(`^${operation}_`));
    }
  }
  const inTable = all.flatMap(({ paths }) => paths).length;
  expect(operations).toHaveLength(inTable + 1);
});

describe('the document is OpenAPI 3.1 in shape', () => {
  test('it says which version, title, servers and security it has', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Porchlight', version: expect.any(String) });
    expect(document.servers).toEqual([{ url: '/v1.0' }, { url: '/beta' }]);
    for (const name of document.security.flatMap(Object.keys)) {
      expect(document.components.securitySchemes).toHaveProperty(name);
    }
  });

  test('operation ids are unique, and each operation has a summary', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) expect(operation.summary).toMatch(/\S/);
  });

  test('each variable of a path is a required string parameter, and all others stand in the query', () => {
    for (const { path, operation } of operations) {
      const variables = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = operation.parameters ?? [];
      expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(
        variables,
      );
      for (const parameter of parameters) {
        expect(parameter.schema).toEqual({ type: 'string' });
        if (parameter.in === 'path') expect(parameter.required).toBe(true);
        else expect(parameter).toMatchObject({ in: 'query', description: expect.any(String) });
      }
    }
  });

  test('only addresses of our own stand outside the two versions', () => {
    for (const { path, operation } of operations) {
      const isOwn = path.startsWith('/porchlight/');
      expect(operation.servers, path).toEqual(isOwn ? [{ url: '/' }] : undefined);
    }
  });

  test('every operation says what a success and what an error looks like', () => {
    for (const { operation, path } of operations) {
      expect(Object.keys(operation.responses), path).toEqual([
        expect.stringMatching(/^20[0124]$/),
        'default',
      ]);
      for (const response of Object.values(operation.responses)) {
        expect(response).toHaveProperty('description');
      }
    }
  });

  test('methods and reference targets exist', () => {
    const text = JSON.stringify(document);
    for (const [, target = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(document.components.schemas).toHaveProperty(target);
    }
    for (const { method } of operations) {
      expect(['get', 'put', 'post', 'delete', 'patch']).toContain(method);
    }
  });

  test('schemas carry nothing but JSON Schema: no trace of the library that wrote them', () => {
    expect(JSON.stringify(document)).not.toMatch(/"~/);
  });
});
