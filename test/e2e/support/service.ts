/** A real `npm start` for a test file: own ports, own stores, own secret. */

export * from '../../../scripts/lib/free-ports.ts';
export * from '../../../scripts/lib/started-service.ts';
