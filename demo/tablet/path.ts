/** Where Tablet is on the demo origin. */
export const TABLET_PATH = '/tablet/';
