/** Table `walks`: how far each slow walk over a table has got, a bounded step at a time. */

/** The place at which the last step of a walk ended; null: the walk begins at the start. */
export async function readWalk<Place>(db: D1Database, name: string): Promise<Place | null> {
  const cursor = await db.prepare('SELECT cursor FROM walks WHERE name = ?1').bind(name).first<string>('cursor');
  return cursor === null ? null : (JSON.parse(cursor) as Place);
}

/** The statement that ends a step at a place, as JSON; null: at the end of the table, so that the next begins anew. */
export function moveWalk(db: D1Database, name: string, place: unknown): D1PreparedStatement {
  if (place === null) return db.prepare('DELETE FROM walks WHERE name = ?1').bind(name);
  return db
    .prepare('INSERT INTO walks (name, cursor) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET cursor = ?2')
    .bind(name, JSON.stringify(place));
}
