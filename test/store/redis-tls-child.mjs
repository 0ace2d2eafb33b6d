// Opens a link to the Redis of an address, and says 'open' or why not. Runs the built program, in a process of its own:
// whom a process trusts is settled when it begins.

import { readAddress } from '../../dist/store/redis/address.js';
import { openLink } from '../../dist/store/redis/link.js';

try {
  const link = await openLink(readAddress(process.argv[2]), { timeoutMs: 2000 });
  await link.close();
  process.stdout.write('open');
} catch (error) {
  process.stdout.write(String(error));
}
