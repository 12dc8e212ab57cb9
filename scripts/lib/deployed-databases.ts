/**
 * Messages of a deploy about databases that sources read over Hyperdrive. The deploy creates no Hyperdrive
 * configuration, because it does not know the passwords.
 */

/** What to do so that a source can name a binding. */
export const HOW_TO_BIND = `Create it, and name it in wrangler.toml with the printed id:
  npx wrangler hyperdrive create <name> --connection-string='postgres://…' --caching-disabled true
  [[hyperdrive]]
  binding = "SQL_…"
  id = "…"
docs/origins.md "Databases" says which role it needs. Then run npm run deploy again.`;

/** A query for the sources that name a database, for `wrangler d1 execute --json`. */
export const NAMED_DATABASES =
  "SELECT name, json_extract(definition, '$.database') AS binding FROM sources WHERE json_extract(definition, '$.database') IS NOT NULL ORDER BY name";

/** Returns a note if a message is about a binding without an id; null for other messages. */
export function noteOfUnbound(message: string): string | null {
  return /"hyperdrive\[\d+\]" bindings must have a "id"/.test(message)
    ? `A [[hyperdrive]] binding in wrangler.toml has no id: a deploy does not create Hyperdrive configurations. ${HOW_TO_BIND}`
    : null;
}

/**
 * Returns a note about sources whose loads will fail.
 *
 * @param answer result of the query above
 * @param bindings bindings in wrangler.toml
 * @returns null if there are none
 */
export function noteOfMissing(answer: string, bindings: readonly string[]): string | null {
  const [{ results = [] } = {}] = JSON.parse(answer) as { results?: { name: string; binding: string }[] }[];
  const missing = results.filter(({ binding }) => !bindings.includes(binding));
  if (missing.length === 0) return null;
  const names = missing.map(({ name, binding }) => `The source "${name}" names the binding ${binding}`);
  return `${names.join('.\n')}, which wrangler.toml does not have: its loads fail as misconfigured. ${HOW_TO_BIND}`;
}
