/** The demo's devices, and what each reads through the API as a mobile client would. */

/** What a device reads: a resource with parameter values. */
export interface Reading {
  resource: string;
  parameters: Readonly<Record<string, string | number>>;
}

/** A device, its user and what it reads. */
export interface Device {
  user: string;
  device: string;
  reads: readonly Reading[];
}

/** Devices of two users, who share some caches. */
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
      { resource: 'airports', parameters: { state: 'CA' } },
      { resource: 'boroughs', parameters: {} },
    ],
  },
];

/** The user whose token the first start prints. */
export const SHOWN_USER = 'alice';
/** The refresh that the first start prints. */
export const SHOWN_REFRESH = { resource_title: 'cars', year: 1982 } as const;
