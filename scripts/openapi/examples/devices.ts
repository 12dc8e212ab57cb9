/** Devices and what they were given. */

export const RECORD = {
  user: 'alice',
  device: 'tablet-1',
  sync_datetime: '2026-11-23T19:14:36.992Z',
  version: 1,
  etag: '2d85c16d29704923-v1',
};
export const DEVICE = { user: 'alice', device: 'tablet-1', seen: '2026-11-23T19:14:36.992Z', caches: 1, behind: 1 };

export const EXPANDED_DEVICE = {
  ...DEVICE,
  caches: [
    {
      resource_title: 'cars',
      etag: RECORD.etag,
      version: 1,
      sync_datetime: RECORD.sync_datetime,
      held: true,
      current_version: 5,
      behind: 4,
      key: '2d85c16d2970492370b1a836b1339dafff36e4b1c8c0f2b7a1d9f54b6f0f3a77',
      failing: false,
    },
  ],
  refusals: [{ resource_title: 'salaries', reason: 'group', time: '2026-11-23T19:00:00.000Z' }],
};
