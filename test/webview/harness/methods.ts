import type { Page } from 'playwright-core';

/** For what is computed on a slow machine. */
export const PATIENT = { timeout: 25_000 };

export const part = (page: Page, testid: string) => page.locator(`[data-testid=${testid}]`);

/** Chooses a method by its name. */
export async function choose(page: Page, method: string): Promise<void> {
  await part(page, 'method').click();
  await part(page, 'method-search').fill(method);
  await part(page, 'method-search').press('Enter');
}

/** What is said of a result so far; on a slow machine a method may ask first. */
export async function facts(page: Page): Promise<string> {
  const [run, said] = [part(page, 'run'), part(page, 'attribution-facts')];
  if (await run.isVisible()) await run.click({ timeout: 2000 }).catch(() => undefined);
  return (await said.count()) > 0 ? ((await said.textContent()) ?? '') : '';
}
