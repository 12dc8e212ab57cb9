/** Table `walks`: the progress of each slow walk over a table, which does a limited step at a time. */

/** The place at which the last step of a walk ended; null: the walk begins at the start. */
export async function readWalk<Place>(db: D1Database, name: string): Promise<Place | null> {
  const cursor = await db.prepare('SELECT cursor FROM walks WHERE name = ?1').bind(name).first<string>('cursor');
  return cursor === null ? null : (JSON.parse(cursor) as Place);
}

/**
 * The statement that ends a step at a place, as JSON. Null: the table has ended, and the next walk begins at its start.
 */
export function moveWalk(db: D1Database, name: string, place: unknown): D1PreparedStatement {
  if (place === null) return db.prepare('DELETE FROM walks WHERE name = ?1').bind(name);
  return db
    .prepare('INSERT INTO walks (name, cursor) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET cursor = ?2')
    .bind(name, JSON.stringify(place));
}
