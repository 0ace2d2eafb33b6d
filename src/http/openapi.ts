import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Access } from '../auth/permissions.ts';
import { LARGEST_IMAGE_BYTES } from '../graph/image.ts';
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

/**
 * The OpenAPI 3.1 document of the route tables: Graph's, and that of our own addresses.
 * docs/openapi.json holds the same, checked by a test.
 */
export function openApiDocument(routes: readonly Route[], ownRoutes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  const schemas: Record<string, unknown> = { error: errorSchema };
  const add = (route: Route, more: object) => {
    for (const path of route.paths) {
      const template = path.replaceAll(/:(\w+)/g, '{$1}');
      paths[template] = {
        ...paths[template],
        [route.method.toLowerCase()]: {
          ...(withReferences(operation(route, path), schemas) as object),
          ...more,
        },
      };
    }
  };
  for (const route of routes) add(route, {});
  for (const route of ownRoutes) add(route, { servers: [{ url: '/' }] });
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
      description: `The Microsoft Graph presence API. Bodies up to ${LARGEST_BODY_BYTES} bytes, images up to ${LARGEST_IMAGE_BYTES}.`,
    },
    servers: [{ url: '/v1.0' }, { url: '/beta' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas,
    },
  };
}

/** Serves the document at `/porchlight/openapi.json`, without a token. */
export function registerOpenApi(
  app: FastifyInstance,
  routes: readonly Route[],
  ownRoutes: readonly Route[],
): void {
  const document = openApiDocument(routes, ownRoutes);
  app.get('/porchlight/openapi.json', async () => document);
}

/** What has an `$id` stands once among `schemas`, and is referred to: some of it is in a dozen operations. */
function withReferences(value: unknown, schemas: Record<string, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withReferences(each, schemas));
  const { $id, ...rest } = value as { readonly $id?: unknown };
  const plain = Object.fromEntries(
    Object.entries(rest).map(([name, inner]) => [name, withReferences(inner, schemas)]),
  );
  if (typeof $id !== 'string') return plain;
  schemas[$id] = plain;
  return { $ref: `#/components/schemas/${$id}` };
}

const ERROR = {
  description: "Graph's error envelope.",
  content: { 'application/json': { schema: { $ref: '#/components/schemas/error' } } },
};

function operation(route: Route, path: string): object {
  const schema = { type: 'string' };
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema,
    })),
    ...Object.entries(route.query ?? {}).map(([name, description]) => ({
      name,
      in: 'query',
      description,
      schema,
    })),
  ];
  return {
    operationId: `${route.operation}_${route.paths.indexOf(path)}`,
    summary: route.summary,
    description: permissions(route.access),
    ...(parameters.length > 0 && { parameters }),
    ...requestBody(route),
    responses: {
      [route.success ?? 200]: success(route),
      default: ERROR,
    },
  };
}

function requestBody({ body, imageBody }: Route): object {
  if (imageBody !== undefined)
    return { requestBody: { required: true, content: images(imageBody) } };
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: body } } } };
}

/** Bytes have no schema in OpenAPI 3.1. */
function images(types: readonly string[]): Record<string, object> {
  return Object.fromEntries(types.map((type) => [type, {}]));
}

function success({ result, imageResult, events }: Route): object {
  if (imageResult !== undefined) return { description: 'The image.', content: images(imageResult) };
  if (events !== undefined) {
    const content = { 'text/event-stream': { schema: { type: 'string' } } };
    return { description: events, content };
  }
  if (result === undefined) return { description: 'Done; no body.' };
  return { description: 'OK', content: { 'application/json': { schema: result } } };
}

function permissions({ own, other, application, added }: Access): string {
  const list = (names: readonly string[] | 'refused') =>
    names === 'refused' || names.length === 0 ? 'not supported' : names.join(' or ');
  const more = added === undefined ? '' : ` (in profile extended ${list(added.application)})`;
  return `Delegated, about oneself: ${list(own)}. Delegated, someone else's: ${list(other)}. Application: ${list(application)}${more}.`;
}
