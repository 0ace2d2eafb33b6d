import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Access } from '../auth/permissions.ts';
import { batchSchema } from './batch.ts';
import { LARGEST_BODY_BYTES } from './read-json.ts';
import type { Route } from './route.ts';

const errorSchema = Type.Object({
  error: Type.Object({
    code: Type.String(),
    message: Type.String(),
    innerError: Type.Object({
      date: Type.String(),
      'request-id': Type.String(),
      'client-request-id': Type.String(),
    }),
  }),
});

/** The OpenAPI 3.1 document of the route table. docs/openapi.json holds the same, checked by a test. */
export function openApiDocument(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    for (const path of route.paths) {
      const template = path.replaceAll(/:(\w+)/g, '{$1}');
      paths[template] = {
        ...paths[template],
        [route.method.toLowerCase()]: operation(route, path),
      };
    }
  }
  paths['/$batch'] = {
    post: {
      operationId: 'batch',
      summary: 'Up to 20 requests in one',
      requestBody: { required: true, content: { 'application/json': { schema: batchSchema } } },
      responses: { '200': { description: 'One response for each part.' }, default: ERROR },
    },
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Porchlight',
      version: '1.0',
      description: `The Microsoft Graph presence API. Bodies up to ${LARGEST_BODY_BYTES} bytes.`,
    },
    servers: [{ url: '/v1.0' }, { url: '/beta' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { error: errorSchema },
    },
  };
}

/** Serves the document at `/porchlight/openapi.json`, without a token. */
export function registerOpenApi(app: FastifyInstance, routes: readonly Route[]): void {
  const document = openApiDocument(routes);
  app.get('/porchlight/openapi.json', async () => document);
}

const ERROR = {
  description: "Graph's error envelope.",
  content: { 'application/json': { schema: { $ref: '#/components/schemas/error' } } },
};

function operation(route: Route, path: string): object {
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return {
    operationId: `${route.operation}_${route.paths.indexOf(path)}`,
    summary: route.summary,
    description: permissions(route.access),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: route.body } } },
    }),
    responses: {
      '200': route.result
        ? { description: 'OK', content: { 'application/json': { schema: route.result } } }
        : { description: 'Done; no body.' },
      default: ERROR,
    },
  };
}

function permissions({ own, other, application }: Access): string {
  const list = (names: readonly string[] | 'refused') =>
    names === 'refused' || names.length === 0 ? 'not supported' : names.join(' or ');
  return `Delegated, own presence: ${list(own)}. Delegated, someone else's: ${list(other)}. Application: ${list(application)}.`;
}
