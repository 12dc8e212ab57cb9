/** The demo's devices, and what each reads through the API as a mobile client would. */

export interface Reading {
  resource: string;
  parameters: Readonly<Record<string, string | number>>;
}

export interface Device {
  user: string;
  device: string;
  reads: readonly Reading[];
}

export const DEVICES: readonly Device[] = [
  {
    user: 'alice',
    device: 'tablet-1',
    reads: [
      { resource: 'countries', parameters: {} },
      { resource: 'cars', parameters: { year: 1982 } },
      { resource: 'inspections', parameters: {} },
    ],
  },
  { user: 'alice', device: 'phone-1', reads: [{ resource: 'countries', parameters: { continent: 'Europe' } }] },
  {
    user: 'bob',
    device: 'tablet-2',
    reads: [
      { resource: 'weather', parameters: { year: 2014 } },
      { resource: 'inspections', parameters: {} },
      { resource: 'boroughs', parameters: {} },
    ],
  },
];

/** Whose token the first start prints. */
export const SHOWN_USER = 'alice';
/** What the printed refresh asks for. */
export const SHOWN_REFRESH = { resource_title: 'cars', year: 1982 } as const;
