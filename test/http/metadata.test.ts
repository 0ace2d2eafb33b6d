import { describe, expect, test } from 'vitest';
import { metadataXml } from '../../src/graph/metadata.ts';
import { PRESENCE_PROPERTIES } from '../../src/graph/presence-json.ts';
import { exampleRoutes } from './routes.ts';
import { elements, parseXml } from './xml.ts';

describe.each(['v1.0', 'beta'] as const)('%s', (version) => {
  const schema = elements(parseXml(metadataXml(version)), 'Schema')[0];
  const actions = schema === undefined ? [] : elements(schema, 'Action');
  const named = (name: string) => actions.find(({ attributes }) => attributes.Name === name);

  test(`the ${version} metadata is well-formed XML with one schema, microsoft.graph`, () => {
    expect(schema?.attributes).toMatchObject({ Namespace: 'microsoft.graph', Alias: 'graph' });
  });

  test(`the ${version} metadata has every action of the route table, and no other`, () => {
    const routes = exampleRoutes().filter(({ method }) => method === 'POST');
    expect(actions.map(({ attributes }) => attributes.Name).sort()).toEqual(
      routes.map(({ operation }) => operation).sort(),
    );
  });

  test(`the ${version} metadata gives each action the parameters that its body has`, () => {
    for (const { operation, method, body } of exampleRoutes()) {
      if (method !== 'POST') continue;
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
