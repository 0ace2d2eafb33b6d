import { DEV_USAGE } from '../../src/cli/dev.ts';
import { LISTEN_USAGE } from '../../src/cli/listen.ts';
import { REPORT_USAGE } from '../../src/cli/report.ts';
import { SCIM_USAGE } from '../../src/cli/scim.ts';
import { SERVE_USAGE } from '../../src/cli/serve.ts';
import { STORE_USAGE } from '../../src/cli/store.ts';
import { SUBSCRIPTIONS_USAGE } from '../../src/cli/subscriptions.ts';
import { TOKEN_USAGE } from '../../src/cli/token.ts';
import { WHY_USAGE } from '../../src/cli/why.ts';
import { configSchema } from '../../src/config/schema.ts';

/** A JSON schema, as far as the configuration uses one. */
interface Schema {
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly items?: Schema | undefined;
}

interface Row {
  readonly field: string;
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
}

const USAGES = [
  DEV_USAGE,
  SERVE_USAGE,
  TOKEN_USAGE,
  LISTEN_USAGE,
  SUBSCRIPTIONS_USAGE,
  WHY_USAGE,
  REPORT_USAGE,
  STORE_USAGE,
  SCIM_USAGE,
];

/** docs/configuration.md, from the schema, the usage texts and the example. */
export function configurationPage(exampleJson: string): string {
  return `<!-- Generated from src/config/schema.ts and the usage texts in src/cli: UPDATE=1 npx vitest run test/docs -->

# Configuration

Porchlight is one program with eight commands. \`dev\` takes flags and nothing else; \`serve\` takes a
file.

## Commands

${USAGES.map((usage) => `\`\`\`text\n${usage}\n\`\`\``).join('\n\n')}

## The file of \`porchlight serve\`

JSON. Paths in it are relative to its own folder. A field that isn't listed here is refused, and so is
a file that would leave the server open: the message names the file, the field and what it must be.
A field of an object that may be left out is required where the object is given.

${table(rows(configSchema))}

## An example

[examples/serve.json](../examples/serve.json), for one tenant of Microsoft Entra ID, behind a proxy on
the same machine that speaks HTTPS:

\`\`\`json
${exampleJson.trim()}
\`\`\`

Several servers that share a Redis: [cluster.md](cluster.md), with [examples/cluster.json](../examples/cluster.json).
`;
}

/** A row for each field, parents first; \`issuers[].tenant\` is a field of each entry of a list. */
export function rows(schema: Schema, prefix = ''): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true;
    const row = {
      field: path,
      type: typeOf(field),
      fallback: fallbackOf(field, required),
      description: field.description ?? '',
    };
    return [row, ...rows(field, `${path}.`), ...rows(field.items ?? {}, `${path}[].`)];
  });
}

function typeOf({ type, enum: values, items, minimum, maximum }: Schema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (items !== undefined) return items.type === 'object' ? 'list of objects' : 'list of texts';
  if (type === 'integer') return `${minimum}–${maximum}`;
  return { string: 'text', boolean: 'true, false' }[type ?? ''] ?? type ?? '';
}

/** What an object falls back to is said by the rows of its fields. */
function fallbackOf({ type, default: value }: Schema, required: boolean): string {
  if (value === undefined) return required ? 'required' : '';
  return type === 'object' ? '' : `\`${value}\``;
}

function table(all: readonly Row[]): string {
  return [
    '| Field | Type | Default | What it is |',
    '| --- | --- | --- | --- |',
    ...all.map(
      ({ field, type, fallback, description }) =>
        `| \`${field}\` | ${type} | ${fallback} | ${description.replaceAll('|', '\\|')} |`,
    ),
  ].join('\n');
}
