/** Refreshes that wait, run and have ended. */

const UNAVAILABLE = {
  type: '/docs/problems#origin-status',
  title: 'The origin answered with an error',
  detail: 'The origin answered with status 503.',
};

export const ENDED = { task_id: '2d85c16d-2970-8b31-a836-b1339dafff36', task_state: 'SUCCESS' };
export const WAITING = { task_id: '34eff711-e727-8bd9-84ca-4879154f0274', task_state: 'PENDING' };
export const REVOKED = { task_id: 'b414031a-058d-8296-83ab-5e1f3a2cacb4', task_state: 'REVOKED' };
export const RETRIED = { task_id: '2d85c16d-2970-8e3d-a21a-bb076e2749ff', task_state: 'RETRY', error: UNAVAILABLE };
export const FAILED = { ...RETRIED, task_state: 'FAILURE' };

/** With `expand=task`. */
export const EXPANDED = {
  task_id: '2d85c16d-2970-81ff-9dbb-7c603f84d626',
  task_state: 'SUCCESS',
  resource_title: 'cars',
  parameters: { year: 1982 },
  attempt: 1,
  created: '2026-11-23T19:33:31.388Z',
  started: '2026-11-23T19:33:31.399Z',
  ended: '2026-11-23T19:33:31.645Z',
  due: null,
  version: 5,
  etag: '2d85c16d29704923-v5',
  bytes: 3418,
  rows: 61,
};

export const STATES = `retry: 1000

event: state
data: {"task_id":"4b8277a9-ed72-8bd8-95e3-2bda8667872b","task_state":"PENDING"}

event: state
data: {"task_id":"4b8277a9-ed72-8bd8-95e3-2bda8667872b","task_state":"STARTED"}

event: state
data: {"task_id":"4b8277a9-ed72-8bd8-95e3-2bda8667872b","task_state":"SUCCESS"}

`;
