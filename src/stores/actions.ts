/** Table `actions`: what administrators changed. */

import type { Action, ActionPlace, Actions } from '../contract/action.ts';

const COLUMNS = 'at, id, user, action, target, count, reason, request_id';

const BEGIN = `INSERT INTO actions (at, id, user, action, target, reason, request_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`;
const END = 'UPDATE actions SET count = ?3 WHERE at = ?1 AND id = ?2';
const DROP = 'DELETE FROM actions WHERE at = ?1 AND id = ?2';

/** The statement of a list, filtered by these columns. Whichever they are, it reads one range of an index. */
const listSql = (columns: readonly string[]) => `
  SELECT ${COLUMNS} FROM actions
  WHERE ${columns.map((column) => `${column} = ? AND `).join('')}at >= ? AND (at, id) < (?, ?)
  ORDER BY at DESC, id DESC LIMIT ?`;

const DROP_OLD = `
  DELETE FROM actions
  WHERE (at, id) IN (SELECT at, id FROM actions WHERE at < ?1 ORDER BY at, id LIMIT ?2)`;

interface Row extends Omit<Action, 'requestId'> {
  request_id: string;
}

/** The actions of a database. All methods throw what D1 throws. */
export function d1Actions(db: D1Database): Actions {
  const run = async (sql: string, ...values: (string | number | null)[]) => {
    await db
      .prepare(sql)
      .bind(...values)
      .run();
  };
  return {
    begin: ({ at, id, user, action, target, reason, requestId }) =>
      run(BEGIN, at, id, user, action, target, reason, requestId),

    end: ({ at, id }, count) => run(END, at, id, count),

    drop: ({ at, id }) => run(DROP, at, id),

    async list({ user, action, since }, before, limit) {
      const { at, id } = before ?? { at: Number.MAX_SAFE_INTEGER, id: '' };
      const filters = Object.entries({ user, action }).filter(
        (filter): filter is [string, string] => filter[1] !== undefined,
      );
      const { results } = await db
        .prepare(listSql(filters.map(([column]) => column)))
        .bind(...filters.map(([, value]) => value), since, at, id, limit + 1)
        .all<Row>();
      const actions = results.slice(0, limit).map(actionOf);
      return { actions, next: results.length > limit ? placeOf(actions.at(-1)) : null };
    },

    dropOld: (before, limit) => run(DROP_OLD, before, limit),
  };
}

function actionOf({ request_id: requestId, ...row }: Row): Action {
  return { ...row, requestId };
}

function placeOf(action: Action | undefined): ActionPlace | null {
  return action === undefined ? null : { at: action.at, id: action.id };
}
