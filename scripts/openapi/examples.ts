/** Real requests and answers of the demo (`npm start`), for each operation. */

/** Media type -> name -> a body. */
type Examples = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Operation -> examples of its request's body, and of its answers by status. */
export const EXAMPLES: Readonly<Record<string, { body?: Examples; [status: number]: Examples }>> = {};
