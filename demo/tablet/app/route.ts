/** The current page, from the fragment of the address, `#/cars/1979`: links, reloads and the back button work. */

import { FIRST_YEAR, LAST_YEAR, LISTINGS, type Listing } from './listings.ts';
import { told } from './told.ts';

export interface Route {
  listing: Listing;
  /** Model year of the cars. */
  year: number;
  /** On a phone the device's facts are a page of their own; on wider screens they are next to the rows. */
  isDevice: boolean;
}

const FIRST: Route = { listing: LISTINGS[0], year: LAST_YEAR, isDevice: false };

export const route = told(FIRST);

export function followAddress(): void {
  const look = () => {
    const [, page = '', year] = location.hash.split('/');
    const before = route.get();
    const listing = LISTINGS.find((one) => one.page === page);
    const named = Number(year ?? before.year);
    const isYear = Number.isInteger(named) && named >= FIRST_YEAR && named <= LAST_YEAR;
    route.set({ listing: listing ?? before.listing, year: isYear ? named : before.year, isDevice: page === 'device' });
    const { listing: now, isDevice } = route.get();
    if (now !== before.listing || isDevice !== before.isDevice) scrollTo(0, 0);
  };
  addEventListener('hashchange', look);
  look();
}

export function addressOf({ page }: Listing, year: number): string {
  return page === 'cars' ? `#/cars/${year}` : `#/${page}`;
}
