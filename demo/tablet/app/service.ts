/** The service for which this page was served, and requests to it besides the caches. */

const { content: address = '' } = document.querySelector<HTMLMetaElement>('meta[name="freshet-service"]') ?? {};

/** `http://127.0.0.1:8787` */
export const SERVICE: string = address;
export const API: string = `${SERVICE}/api/v1`;

interface Problem {
  detail: string;
}

/** The user of a token. @throws Error with a text for the user */
export async function whoami(token: string): Promise<string> {
  const { user } = (await ask('/whoami/', token)) as { user: string };
  return user;
}

/** Makes the service load a cache again, as a system whose rows changed does. @throws Error with a text for the user */
export async function announceChange(title: string, parameters: object, token: string): Promise<void> {
  await ask('/cache/refresh/', token, { resource_title: title, ...parameters });
}

async function ask(path: string, token: string, body?: unknown): Promise<unknown> {
  const init: RequestInit = {
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    cache: 'no-store',
    credentials: 'omit',
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  };
  let answer: Response;
  try {
    answer = await fetch(API + path, init);
  } catch {
    throw new Error(
      `The service at ${SERVICE} cannot be reached. Does npm start still run, and is this device online?`,
    );
  }
  const read = (await answer.json().catch(() => null)) as unknown;
  if (answer.ok) return read;
  throw new Error((read as Problem | null)?.detail ?? `The service has answered ${answer.status}.`);
}
