import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * Who may import whom: the house's one-way streets (docs/architecture.md). A folder, or a file at the
 * top, may import itself and what is listed here.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  engine: [],
  'heap.ts': [],
  'queues.ts': [],
  store: ['engine', 'heap.ts'],
  graph: ['engine'],
  'clock.ts': ['heap.ts'],
  'random.ts': [],
  testing: [
    'auth',
    'clock.ts',
    'directory',
    'faults',
    'graph',
    'http',
    'notifications',
    'outbound',
    'queues.ts',
    'random.ts',
    'store',
    'time',
    'server.ts (types)',
  ],
  'testing.ts': ['testing', 'server.ts'],
  time: [
    'auth',
    'clock.ts',
    'engine',
    'graph',
    'http',
    'outbound',
    'queues.ts',
    'store',
    'subscriptions',
  ],
  history: ['clock.ts', 'engine', 'graph', 'store'],
  faults: [
    'auth',
    'clock.ts',
    'graph',
    'http',
    'notifications',
    'outbound',
    'random.ts',
    'subscriptions',
  ],
  usage: ['auth', 'clock.ts', 'graph', 'http'],
  calendar: ['engine', 'graph'],
  mailbox: ['calendar', 'clock.ts', 'engine', 'graph', 'presence', 'queues.ts', 'store'],
  feeds: [
    'calendar',
    'clock.ts',
    'engine',
    'graph',
    'heap.ts',
    'mailbox',
    'outbound',
    'presence',
    'random.ts',
    'store',
  ],
  directory: ['auth', 'clock.ts', 'engine', 'graph', 'presence', 'store'],
  presence: ['engine', 'store', 'graph', 'clock.ts'],
  sharing: ['clock.ts', 'store'],
  auth: ['clock.ts', 'graph'],
  'errors.ts': ['auth', 'graph', 'store'],
  http: [
    'auth',
    'calendar',
    'clock.ts',
    'directory',
    'engine',
    'errors.ts',
    'feeds',
    'graph',
    'history',
    'mailbox',
    'presence',
    'subscriptions',
  ],
  scim: ['auth', 'directory', 'errors.ts', 'graph', 'http', 'presence', 'store'],
  config: ['graph', 'outbound', 'store'],
  outbound: ['graph'],
  subscriptions: [
    'auth',
    'clock.ts',
    'engine',
    'graph',
    'heap.ts',
    'outbound',
    'presence',
    'queues.ts',
    'store',
  ],
  notifications: [
    'clock.ts',
    'engine',
    'graph',
    'outbound',
    'presence',
    'random.ts',
    'store',
    'subscriptions',
  ],
  stream: ['auth', 'clock.ts', 'engine', 'graph', 'http', 'presence', 'store'],
  copy: ['directory', 'feeds', 'mailbox', 'notifications', 'store', 'subscriptions'],
  'shifts.ts': ['clock.ts', 'feeds', 'mailbox', 'notifications', 'presence', 'sharing', 'store'],
  'following.ts': [
    'clock.ts',
    'directory',
    'feeds',
    'graph',
    'mailbox',
    'notifications',
    'outbound',
    'presence',
    'random.ts',
    'shifts.ts',
    'store',
    'stream',
    'subscriptions',
  ],
  'provisioning.ts': [
    'auth',
    'clock.ts',
    'directory',
    'http',
    'random.ts',
    'scim',
    'shifts.ts',
    'store',
  ],
  'server-parts.ts': [
    'auth',
    'clock.ts',
    'directory',
    'feeds',
    'graph',
    'history',
    'http',
    'notifications',
    'outbound',
    'presence',
    'random.ts',
    'scim',
    'store',
    'usage',
  ],
  'core.ts': [
    'auth',
    'clock.ts',
    'directory',
    'feeds',
    'following.ts',
    'history',
    'http',
    'mailbox',
    'notifications',
    'presence',
    'provisioning.ts',
    'random.ts',
    'server-parts.ts',
    'stream',
  ],
  'steering.ts': [
    'clock.ts',
    'core.ts',
    'faults',
    'http',
    'outbound',
    'presence',
    'server-parts.ts',
    'time',
    'usage',
  ],
  'server.ts': [
    'clock.ts',
    'core.ts',
    'faults',
    'feeds',
    'http',
    'presence',
    'random.ts',
    'server-parts.ts',
    'shifts.ts',
    'steering.ts',
    'subscriptions',
    'time',
  ],
  cli: [
    'auth',
    'clock.ts',
    'config',
    'copy',
    'directory',
    'faults',
    'feeds',
    'graph',
    'history',
    'notifications',
    'outbound',
    'presence',
    'random.ts',
    'store',
    'testing',
    'time',
    'usage',
    'server.ts (types)',
  ],
  'main.ts': ['cli', 'server.ts'],
};

/** Folders whose files may use no package and nothing of Node either. */
const PURE = ['engine'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const room = (file: string) => file.split('/')[0] ?? file;

function importsOf(file: string, source: string): Import[] {
  const statements = source.matchAll(
    /^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, isType, name = '', dynamic]) => {
    const target = dynamic ?? name;
    if (!target.startsWith('.')) return { from: file, to: target };
    const to = posix.join(dirname(file), target);
    return { from: file, to: isType && to === 'server.ts' ? 'server.ts (types)' : to };
  });
}

/** What is wrong with an import, or undefined. */
function complaint({ from, to }: Import): string | undefined {
  const own = room(from);
  const isOurs = to.endsWith('.ts') || to.endsWith('(types)');
  if (!isOurs) return PURE.includes(own) ? `${from} is pure, and imports ${to}` : undefined;
  const target = room(to);
  if (target === own || MAY_IMPORT[own]?.includes(target)) return undefined;
  return `${from} may not import ${to}`;
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

test('imports run one way', () => {
  const imports = sources().flatMap((file) =>
    importsOf(file, readFileSync(join(SRC, file), 'utf8')),
  );
  expect(imports.length).toBeGreaterThan(100);
  expect(imports.map(complaint).filter((each) => each !== undefined)).toEqual([]);
});

test('an import against the direction is found', () => {
  const planted = [
    ['engine/pair.ts', "import { isGuid } from '../graph/guid.ts';"],
    ['engine/pair.ts', "import { readFileSync } from 'node:fs';"],
    ['store/lmdb/open.ts', "import {\n  type A,\n  b,\n} from '../../presence/service.ts';"],
    ['graph/path.ts', "export { toGraphError } from '../errors.ts';"],
    ['http/app.ts', "import { openServer } from '../server.ts';"],
    ['cli/dev.ts', "const { openServer } = await import('../server.ts');"],
  ];
  for (const [file = '', source = ''] of planted) {
    expect(importsOf(file, source).map(complaint), file).toEqual([expect.any(String)]);
  }
});
