import { mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADA, APP, call, FABRIKAM, TENANT } from '../cli/graph.ts';
import { blocksOf } from '../docs/readme-blocks.ts';
import { type DevServer, ROOT, startPorchlightDev, tokenOf } from '../program.ts';
import { launchChromium } from './chromium.ts';
import { type PageServer, servePage } from './page-server.ts';
import { type Colour, pixelsOf, shareOf } from './png.ts';
import { openWatchedPage, type WatchedPage } from './watched-page.ts';

/**
 * Graph Toolkit's components, unchanged, in a page in Chromium, against the program as `porchlight dev`
 * starts it: directory, photos and presence as a browser gets them, from another origin.
 */

const BRUNO = '55b02b97-4f73-4022-a6f0-2a3b400d2e28';
const CHIDI = '44cb989b-cf82-458f-83b0-b7644cedab7a';
/** Nobody sets anything about her. */
const DILARA = 'cf11f49c-b347-406e-b5e1-50d2772b13ca';
const HAMID = '4f3225a7-3f5a-47a5-8f90-472965991987';

/** The toolkit's colours of the badge. */
const RED: Colour = [0xd1, 0x34, 0x38];
const GREEN: Colour = [0x13, 0xa1, 0x0e];
const YELLOW: Colour = [0xea, 0xa3, 0x00];

const FOLDER = fileURLToPath(new URL('person', import.meta.url));
const SCREENSHOTS = join(tmpdir(), 'porchlight-screenshots');

let server: DevServer;
let token: string;
let pages: PageServer;
let browser: Browser;

beforeAll(async () => {
  server = await startPorchlightDev();
  [pages, token] = await Promise.all([
    servePage(FOLDER),
    tokenOf(server, '--roles', 'Presence.ReadWrite.All ProfilePhoto.ReadWrite.All'),
  ]);
  browser = await launchChromium(server.caPath);
});

afterAll(async () => {
  await Promise.all([browser?.close(), pages?.close(), server?.stop()]);
});

async function setPresence(user: string, availability: string, activity: string): Promise<void> {
  const session = { sessionId: APP, availability, activity, expirationDuration: 'PT1H' };
  const path = `/users/${user}/presence/setPresence`;
  expect(await call(server.http, token, 'POST', path, session)).toMatchObject({ status: 200 });
}

/** The page for somebody, who is signed in. */
function address(asked: Readonly<Record<string, string>>): string {
  const parameters = { origin: server.https, app: APP, ...asked };
  return `${pages.origin}/?${new URLSearchParams(parameters)}`;
}

const nameOf = (person: Locator) => person.locator('.line1').textContent();

const badgeOf = (person: Locator, title: string) =>
  person.locator(`.presence-wrapper[title="${title}"] svg`);

/** Not what shimmers in its place while it is loaded. */
const pictureOf = (person: Locator) => person.locator('.avatar-wrapper > img');

interface Picture {
  readonly naturalWidth: number;
  readonly src: string;
  decode(): Promise<void>;
}

/** What a picture is, and its width in pixels once it was decoded. Fails when it can't be. */
const seenOf = (picture: Locator) =>
  picture.evaluate((image: Picture) =>
    image.decode().then(() => ({ src: image.src, width: image.naturalWidth })),
  );

/** The same of one of the example tenant's photos. */
function photo(name: string): { src: string; width: number } {
  const bytes = readFileSync(join(ROOT, 'examples/photos', name));
  return {
    src: `data:image/png;base64,${bytes.toString('base64')}`,
    width: bytes.readUInt32BE(16),
  };
}

/** Those of the answers that the server gave, without its address. */
function ofPorchlight(answers: readonly string[]): readonly string[] {
  return answers
    .filter((answer) => answer.includes(server.https))
    .map((answer) => answer.replace(server.https, ''));
}

/** How much of what is seen there has this colour. */
const share = async (colour: Colour, where: Locator) =>
  shareOf(colour, pixelsOf(await where.screenshot()));

async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  await page.screenshot({ path });
  console.log(`screenshot: ${path}`);
}

describe('in the page of somebody with colleagues', () => {
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    await setPresence(ADA, 'Busy', 'InACall');
    await setPresence(BRUNO, 'Away', 'Away');
    await setPresence(CHIDI, 'DoNotDisturb', 'Presenting');
    watched = await openWatchedPage(browser);
    page = watched.page;
    await page.goto(
      address({
        tenant: TENANT,
        user: 'ada@contoso.example',
        colleague: BRUNO,
        team: `${CHIDI},${DILARA}`,
      }),
    );
  });

  test('a person shows name, picture and presence of who is signed in', async () => {
    const me = page.locator('#me');
    const badge = badgeOf(me, 'In a call');
    await badge.waitFor();
    expect(await nameOf(me)).toBe('Ada Moreau');
    expect(await seenOf(pictureOf(me))).toEqual(photo('ada.png'));
    expect(await share(RED, badge)).toBeGreaterThan(0.6);
  });

  test('a person shows someone else, asked for by id', async () => {
    const colleague = page.locator('#colleague');
    const badge = badgeOf(colleague, 'Away');
    await badge.waitFor();
    expect(await nameOf(colleague)).toBe('Bruno Castellani');
    expect(await seenOf(pictureOf(colleague))).toEqual(photo('bruno.png'));
    expect(await share(YELLOW, badge)).toBeGreaterThan(0.4);
  });

  test('people shows several', async () => {
    const chidi = page.locator('#team mgt-person').first();
    const dilara = page.locator('#team mgt-person').last();
    await badgeOf(chidi, 'Presenting').waitFor();
    await badgeOf(dilara, 'Offline').waitFor();
    expect(await seenOf(pictureOf(chidi))).toEqual(photo('chidi.png'));
    expect(await seenOf(pictureOf(dilara))).toEqual(photo('dilara.png'));
    await keepScreenshot(page, 'person');
  });

  test('the badge changes when presence does', async () => {
    const badge = badgeOf(page.locator('#me'), 'Available');
    await page
      .locator('mgt-get')
      .evaluate((poll: { setAttribute(name: string, value: string): void }) =>
        poll.setAttribute('resource', '/me/presence'),
      );
    await setPresence(ADA, 'Available', 'Available');
    await badge.waitFor();
    expect(await share(GREEN, badge)).toBeGreaterThan(0.4);
    await keepScreenshot(page, 'person-available');
  });

  test('all was answered at the first try, and no other server was needed', () => {
    const { failures, origins, answers, batched } = watched;
    expect(failures).toEqual([]);
    expect(origins).toEqual(new Set([pages.origin, server.https]));
    expect(new Set(batched)).toEqual(
      new Set([
        ...['GET /me', 'GET /me/photo/$value'],
        ...[`GET /users/${BRUNO}`, `GET /users/${BRUNO}/photo/$value`],
        ...[`GET /users/${CHIDI}`, `GET /users/${DILARA}`],
      ]),
    );
    expect([...new Set(ofPorchlight(answers))].sort()).toEqual(
      [
        `POST /${TENANT}/oauth2/v2.0/token 200`,
        'GET /v1.0/me 200',
        'POST /v1.0/$batch 200',
        'GET /v1.0/me/presence 200',
        `GET /v1.0/users/${BRUNO}/presence 200`,
        'POST /v1.0/communications/getPresencesByUserId 200',
        'GET /v1.0/users/chidi%40contoso.example/photo/$value 200',
        'GET /v1.0/users/dilara%40contoso.example/photo/$value 200',
        'GET /beta/me/presence 200',
      ].sort(),
    );
  });

  test('a picture that the browser has kept is fetched again only when it has changed', async () => {
    const visitLater = async () => {
      const before = watched.answers.length;
      await page.goto(`${page.url()}&pictures=old`);
      const { src } = await seenOf(pictureOf(page.locator('#colleague')));
      const path = `GET /v1.0/users/${BRUNO}/photo`;
      const asked = ofPorchlight(watched.answers.slice(before)).filter((answer) =>
        answer.startsWith(path),
      );
      return { src, asked: asked.map((answer) => answer.slice(path.length)) };
    };

    expect(await visitLater()).toEqual({ src: photo('bruno.png').src, asked: [' 200'] });
    const { status } = await fetch(`${server.http}/v1.0/users/${BRUNO}/photo/$value`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
      body: readFileSync(join(ROOT, 'examples/photos/emil.png')),
    });
    expect(status).toBe(200);
    expect(await visitLater()).toEqual({
      src: photo('emil.png').src,
      asked: [' 200', '/$value 200'],
    });
  });
});

describe('in the page of somebody where nobody has a picture', () => {
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await openWatchedPage(browser);
    const asked = { tenant: FABRIKAM, user: 'gwen@fabrikam.example', search: 'Hamid' };
    await watched.page.goto(address({ ...asked, colleague: HAMID, team: HAMID }));
  });

  test.each([
    ['me', 'who is signed in', 'Gwen Hale', 'GH'],
    ['colleague', 'someone else', 'Hamid Rezai', 'HR'],
    ['found', 'whom the page searched by name', 'Hamid Rezai', 'HR'],
  ])('a person (#%s) shows the initials of %s', async (id, _, name, initials) => {
    const person = watched.page.locator(`#${id}`);
    await badgeOf(person, 'Offline').waitFor();
    expect(await nameOf(person)).toBe(name);
    expect((await person.locator('.initials').textContent())?.trim()).toBe(initials);
    expect(watched.failures).toEqual([]);
  });
});

test('docs/sdks.md shows what the page does', () => {
  const script = readFileSync(join(FOLDER, 'page.js'), 'utf8');
  const blocks = blocksOf(readFileSync(join(ROOT, 'docs/sdks.md'), 'utf8')).filter(
    ({ heading, language }) => heading.endsWith('Graph Toolkit') && language === 'js',
  );
  expect(blocks).toHaveLength(2);
  for (const { text } of blocks) {
    const here = text
      .replace("'https://localhost:4281'", 'origin')
      .replace("'localhost'", 'new URL(origin).hostname');
    expect(script).toContain(here);
  }
});
