import type { Browser, Page } from 'playwright-core';

const PATIENCE_MS = 10_000;

export interface WatchedPage {
  readonly page: Page;
  /** Whomever it asked for anything. */
  readonly origins: ReadonlySet<string>;
  /** `GET https://localhost:4281/v1.0/me 200`. */
  readonly answers: readonly string[];
  /** `GET /me`, for each part of each batch. */
  readonly batched: readonly string[];
  /** Requests without an answer, and errors that nobody caught. */
  readonly failures: readonly string[];
}

/** An empty page, of which is written down what it asks for and what it gets. */
export async function openWatchedPage(browser: Browser): Promise<WatchedPage> {
  const origins = new Set<string>();
  const answers: string[] = [];
  const batched: string[] = [];
  const failures: string[] = [];
  const viewport = { width: 320, height: 200 };
  const context = await browser.newContext({ viewport, deviceScaleFactor: 4 });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();

  page.on('request', (request) => {
    const { protocol, origin, pathname } = new URL(request.url());
    if (protocol !== 'data:') origins.add(origin);
    if (pathname.endsWith('/$batch')) batched.push(...partsOf(request.postData() ?? ''));
  });
  page.on('response', (response) => {
    const method = response.request().method();
    answers.push(`${method} ${withoutQuery(response.url())} ${response.status()}`);
  });
  page.on('requestfailed', (request) => {
    failures.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on('pageerror', (error) => failures.push(String(error)));
  return { page, origins, answers, batched, failures };
}

function partsOf(batch: string): readonly string[] {
  const { requests } = JSON.parse(batch) as {
    requests: readonly { readonly method: string; readonly url: string }[];
  };
  return requests.map(({ method, url }) => `${method} ${withoutQuery(url)}`);
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*/, '');
}
