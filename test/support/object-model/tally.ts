/** What happened in a campaign: how often each command, and each rare event that it must cover. */

/** Rare events that must have happened, since otherwise the campaign shows nothing about them. */
export const SOMETIMES = [
  'a claim is answered a second time',
  'a commit is answered a second time',
  'a purge fences a load that goes on',
  'a commit is not answered before somebody else is',
  'a lease ends before its load is committed',
  'an upsert comes late and is refused by its revision',
  'D1 has what the object does not know of',
  'a task waits for D1, and is SUCCESS when it is there',
  'a task is given up since D1 took nothing for an hour',
  'a message revives a task after the alarm was lost',
  'the alarm revives a task after its message was lost',
  'a dead letter wakes a task',
  'a message comes after its task has ended',
  'a refresh waits behind a load under way',
  'a backoff is cut short by force',
  'a read is handed what was loaded after it looked',
  'a read joins a load under way',
  'a failure holds reads off',
  'a load goes by a newer definition than its task was asked by',
  'a device is ahead of what its location knows',
  'a purge is answered only when it is asked for again',
  'a soft purge expires what a load under way brings',
  'a task is revoked in RETRY',
  'a user who left comes back',
  'blobs are removed',
  'a removal fails, and stays owed',
  'an object dies while a load is under way',
  'a cache that nobody has is not watched',
  'a hub is told what is new',
  'a hub that has not answered is told again',
  'a hub has another watch set while it answers that nobody is left',
  'a watched cache is loaded when it expires',
  'a watched cache expires while nobody is connected',
  'a cache that rested is asked for again',
] as const;
export type Sometimes = (typeof SOMETIMES)[number];

export class Tally {
  readonly commands: Record<string, number> = {};
  readonly sometimes = Object.fromEntries(SOMETIMES.map((thing) => [thing, 0])) as Record<Sometimes, number>;

  command(name: string): void {
    this.commands[name] = (this.commands[name] ?? 0) + 1;
  }

  /** Rare events that have not happened yet. */
  get lacking(): string[] {
    return SOMETIMES.filter((thing) => this.sometimes[thing] === 0);
  }

  /** Notes a rare event if the condition is true. */
  when(holds: boolean, thing: Sometimes): void {
    if (holds) this.sometimes[thing] += 1;
  }
}
