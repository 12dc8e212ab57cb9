/** A real `npm start` for a test file, with its own ports, stores and secret. */

export * from '../../../scripts/lib/free-ports.ts';
export * from '../../../scripts/lib/started-service.ts';
