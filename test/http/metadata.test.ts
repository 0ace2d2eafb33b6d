import { describe, expect, test } from 'vitest';
import { metadataXml } from '../../src/graph/metadata/metadata.ts';
import { PRESENCE_PROPERTIES } from '../../src/graph/presence-json.ts';
import { eventSchema } from '../../src/http/operations/calendar/event-schema.ts';
import { userSchema } from '../../src/http/operations/directory/user-schema.ts';
import { subscriptionSchema } from '../../src/http/operations/subscription-schema.ts';
import { EVENT_PROPERTIES } from '../../src/mailbox/events/json.ts';
import { SETTINGS_PROPERTIES } from '../../src/mailbox/settings/settings-json.ts';
import { exampleRoutes } from './routes.ts';
import { elements, parseXml } from './xml.ts';

/** The operations that OData calls actions; a POST to a collection is none. */
const actionRoutes = exampleRoutes().filter(
  ({ method, operation }) => method === 'POST' && !operation.startsWith('create'),
);

describe.each(['v1.0', 'beta'] as const)('%s', (version) => {
  const schema = elements(parseXml(metadataXml(version)), 'Schema')[0];
  const actions = schema === undefined ? [] : elements(schema, 'Action');
  const named = (name: string) => actions.find(({ attributes }) => attributes.Name === name);

  test(`the ${version} metadata is well-formed XML with one schema, microsoft.graph`, () => {
    expect(schema?.attributes).toMatchObject({ Namespace: 'microsoft.graph', Alias: 'graph' });
  });

  test(`the ${version} metadata has every action of the route table, and no other`, () => {
    expect(actions.map(({ attributes }) => attributes.Name).sort()).toEqual(
      actionRoutes.map(({ operation }) => operation).sort(),
    );
  });

  test(`the ${version} metadata gives each action the parameters that its body has`, () => {
    for (const { operation, body } of actionRoutes) {
      const action = named(operation);
      const parameters = (action === undefined ? [] : elements(action, 'Parameter')).map(
        ({ attributes }) => attributes.Name,
      );
      expect(parameters, operation).toEqual([
        'bindingParameter',
        ...Object.keys(body?.properties ?? {}),
      ]);
    }
  });

  test(`the ${version} metadata knows the properties of presence in the order of the wire`, () => {
    const types = schema === undefined ? [] : elements(schema, 'EntityType');
    const properties = types
      .filter(({ attributes }) => ['entity', 'presence'].includes(attributes.Name ?? ''))
      .flatMap((type) => elements(type, 'Property').map(({ attributes }) => attributes.Name));
    expect(properties).toEqual([...PRESENCE_PROPERTIES]);
  });

  test(`the ${version} metadata knows the mailbox settings in the order of the wire`, () => {
    const types = schema === undefined ? [] : elements(schema, 'ComplexType');
    const type = types.find(({ attributes }) => attributes.Name === 'mailboxSettings');
    const properties = type === undefined ? [] : elements(type, 'Property');
    expect(properties.map(({ attributes }) => attributes.Name)).toEqual([...SETTINGS_PROPERTIES]);
  });

  test(`the ${version} metadata has the subscriptions, with the properties of the wire`, () => {
    const sets = schema === undefined ? [] : elements(schema, 'EntitySet');
    expect(sets.map(({ attributes }) => attributes)).toContainEqual({
      Name: 'subscriptions',
      EntityType: 'graph.subscription',
    });
    const type = (schema === undefined ? [] : elements(schema, 'EntityType')).find(
      ({ attributes }) => attributes.Name === 'subscription',
    );
    const properties = type === undefined ? [] : elements(type, 'Property');
    expect(properties.map(({ attributes }) => attributes.Name)).toEqual(
      Object.keys(subscriptionSchema.properties).filter((name) => name !== 'id'),
    );
  });

  test(`the ${version} metadata knows the properties of users, and their photos`, () => {
    const type = (schema === undefined ? [] : elements(schema, 'EntityType')).find(
      ({ attributes }) => attributes.Name === 'user',
    );
    const names = (kind: string) =>
      (type === undefined ? [] : elements(type, kind)).map(({ attributes }) => attributes.Name);
    expect(['id', ...names('Property')].sort()).toEqual(
      [...Object.keys(userSchema.properties), 'accountEnabled', 'mailboxSettings'].sort(),
    );
    expect(names('NavigationProperty')).toEqual([
      'photo',
      'photos',
      'presence',
      'calendar',
      'events',
      'calendarView',
    ]);
  });

  test(`the ${version} metadata has the events, with the properties of the wire`, () => {
    const type = (schema === undefined ? [] : elements(schema, 'EntityType')).find(
      ({ attributes }) => attributes.Name === 'event',
    );
    const properties = type === undefined ? [] : elements(type, 'Property');
    expect(['id', ...properties.map(({ attributes }) => attributes.Name)]).toEqual([
      ...EVENT_PROPERTIES,
    ]);
    expect(Object.keys(eventSchema.properties)).toEqual([...EVENT_PROPERTIES]);
  });

  test(`every type that the ${version} metadata names, it also declares`, () => {
    if (schema === undefined) throw new Error('no schema');
    const declared = [...elements(schema, 'ComplexType'), ...elements(schema, 'EntityType')].map(
      ({ attributes }) => `graph.${attributes.Name}`,
    );
    const used = ['Property', 'Parameter', 'NavigationProperty', 'ReturnType'].flatMap((name) =>
      elements(schema, name).map(({ attributes }) =>
        (attributes.Type ?? '').replace(/^Collection\((.*)\)$/, '$1'),
      ),
    );
    const missing = used.filter((type) => !type.startsWith('Edm.') && !declared.includes(type));
    expect(missing).toEqual([]);
  });
});

describe('the reader of these tests', () => {
  test.each([
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a b=c/>',
    '<a b="1" b="2"/>',
    '<a b="&"/>',
    '<a>text</a>',
    '</a>',
    '',
    '<a/><?xml version="1.0"?>',
  ])('refuses %j', (text) => {
    expect(() => parseXml(text)).toThrow();
  });
});
