/** One task by its id: live to its end, why it waits, and taken back. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../scripts/test/needs.ts';
import { Asked } from './support/asked.ts';
import { tabTo } from './support/keys.ts';
import { startedConsole, startedOrigin } from './support/suite.ts';

interface Task {
  task_id: string;
  task_state: string;
}

describe.skipIf(!isThere('browser'))('the console and a task', () => {
  const host = startedConsole();
  const origin = startedOrigin();

  async function defined(title: string, retry: object = { max_attempts: 1, backoff_s: 1 }, at?: object): Promise<void> {
    await host.api('PUT', `/resources/${title}/`, {
      ...{ origin: { conditional: false, ...(at ?? { url: `${origin.url}/${title}` }) }, retry },
      tables: [{ name: 'rows', rows: '', columns: ['id', 'name'] }],
    });
  }
  const asked = (title: string) => host.api<Task>('POST', '/cache/refresh/', { resource_title: title });
  const comesTo = ({ task_id: id }: Task, state: string) =>
    expect.poll(async () => (await host.api<Task>('GET', `/cache/state/?task_id=${id}`)).task_state).toBe(state);

  /** The origin answers no more, until what it gives is called. */
  function held(): () => void {
    let open = (): void => undefined;
    origin.gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      origin.gate = null;
      open();
    };
  }
  const shownState = (page: Page) => page.locator('dl .tag');

  it('is found by its pasted id, by keys alone, and seen live to its end', async () => {
    await defined('live');
    origin.rows('buick');
    const release = held();
    const task = await asked('live');
    await comesTo(task, 'STARTED');
    const page = await host.signedIn('/tasks');
    const sent = new Asked(page);
    await tabTo(page, 'Task id');
    await page.keyboard.insertText(task.task_id.toUpperCase());
    await page.keyboard.press('Enter');
    await shownState(page).getByText('STARTED').waitFor();
    await page.getByText('The service asks the origin').waitFor();
    release();
    await shownState(page).getByText('SUCCESS').waitFor();
    await page.getByText('Version 1, Rows 1').waitFor();
    await page.getByText('The cache was loaded.').waitFor();
    // Asked for once, then told.
    const states = sent.requests.filter((request) => new URL(request.url()).pathname === '/api/v1/cache/state/');
    expect(states.map((request) => request.headers().accept ?? 'once')).toEqual(['once', 'text/event-stream']);
    await page.getByRole('link', { name: 'live' }).click();
    await page.getByRole('heading', { level: 1, name: 'live' }).waitFor();
    await page.getByRole('link', { name: task.task_id }).click();
    await page.getByRole('heading', { level: 1, name: 'Task' }).waitFor();
  });

  it('says that it waits for another load of its cache, which one that is, and is taken back by keys', async () => {
    await defined('behind');
    origin.rows('buick');
    const release = held();
    const first = await asked('behind');
    await comesTo(first, 'STARTED');
    const second = await asked('behind');
    expect(second.task_id).not.toBe(first.task_id);
    const page = await host.signedIn(`/tasks/${second.task_id}`);
    await shownState(page).getByText('PENDING').waitFor();
    await page.getByText('The task waits for another load of the same cache').waitFor();
    await page.getByRole('link', { name: first.task_id }).waitFor();
    await tabTo(page, 'Cancel');
    await page.keyboard.press('Enter');
    await shownState(page).getByText('REVOKED').waitFor();
    await page.getByText('The task was revoked').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel' }).count()).toBe(0);
    release();
    await comesTo(first, 'SUCCESS');
    const [action] = await host.api<object[]>('GET', '/actions/?limit=1');
    expect(action).toMatchObject({ action: 'revoke', target: second.task_id });
  });

  it('says why its attempt failed, what to do, and when the next one begins', async () => {
    await defined('retried', { max_attempts: 3, backoff_s: 3600 });
    origin.fail(503, 'closed for stocktaking');
    const task = await asked('retried');
    await comesTo(task, 'RETRY');
    const page = await host.signedIn(`/tasks/${task.task_id}`);
    await page.getByText('Attempt 1 failed for a reason that may be temporary').waitFor();
    const said = await page.locator('main').textContent();
    expect(said).toContain('Next attempt');
    expect(said).toContain('closed for stocktaking');
    expect(said).toContain('What to do');
    await page.getByLabel('Language').selectOption('ru');
    await page.getByText('Попытка 1 не удалась').waitFor();
    await page.getByRole('button', { name: 'Отменить' }).click();
    await shownState(page).getByText('REVOKED').waitFor();
  });

  it('says that the limits of its source keep it waiting, on its screen and that of its cache, until they let it in', async () => {
    await host.api('PUT', '/sources/narrow/', { url: origin.url, concurrency: 1 });
    const over = (title: string) => defined(title, undefined, { source: 'narrow', url: `/${title}` });
    await over('runs');
    await over('waits');
    origin.rows('buick');
    await comesTo(await asked('waits'), 'SUCCESS');
    const release = held();
    const before = await asked('runs');
    await comesTo(before, 'STARTED');
    const task = await asked('waits');
    const page = await host.signedIn(`/tasks/${task.task_id}`);
    const said = page.getByText('The limits of its source do not admit another load now');
    await said.waitFor();
    await page.getByText('until another load of the source ends').waitFor();
    await page.getByLabel('Language').selectOption('ru');
    await page.getByText('до конца другой загрузки').waitFor();
    await page.getByLabel('Язык').selectOption('en');
    await page.getByRole('link', { name: 'waits' }).click();
    const row = page.getByRole('row').filter({ hasText: 'PENDING' });
    await row.getByText('until another load of the source ends').waitFor();
    await row.getByRole('link', { name: 'narrow' }).click();
    await page.getByRole('heading', { level: 1, name: 'narrow' }).waitFor();
    await page.goBack();
    await row.getByRole('link', { name: task.task_id }).click();
    await said.waitFor();
    release();
    // The message of a load that was not let in comes back after a while that grows.
    await shownState(page).getByText('SUCCESS').waitFor({ timeout: 60_000 });
    expect(await said.count()).toBe(0);
  });

  it('says of an id that is none, or unknown, what is wrong with it', async () => {
    const page = await host.signedIn('/tasks');
    await page.getByRole('heading', { name: 'Loads by outcome' }).waitFor();
    await page.getByLabel('Task id').fill('4711');
    await page.getByRole('button', { name: 'Show the task' }).click();
    await page.getByRole('alert').getByText('A task id is a UUID').waitFor();
    const unknown = crypto.randomUUID();
    await page.getByLabel('Task id').fill(unknown);
    await page.getByRole('button', { name: 'Show the task' }).click();
    await page.locator('.problem').getByText(`There is no task ${unknown}`).waitFor();
    const auditor = await host.signedIn(`/tasks/${unknown}`, { scope: 'cache:inspect', user: 'auditor' });
    await auditor.locator('.problem').getByText('insufficient-scope').waitFor();
  });
});
