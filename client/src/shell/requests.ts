/** Carries out the machine's commands to the network. Every request ends in an event, unless all were aborted. */

import type { Command, Happening } from '../core/events.ts';
import { FreshetError } from '../error.ts';
import type { CallOptions, LiveSocket, ReadAnswer, SyncEnd, Transport } from '../network/transport.ts';
import type { Body } from './copies.ts';
import type { Tokens } from './tokens.ts';

/** Progress of reading a body, in bytes. */
export interface Progress {
  bytes: number;
  of: number | null;
}

export interface Requests {
  /** Bodies that have arrived but are not stored yet, by cache. */
  readonly bodies: Map<string, Body>;
  readonly progress: Map<string, Progress>;
  carryOut(command: Command): void;
}

interface World {
  transport(): Transport;
  tokens: Tokens;
  title(cache: string): { title: string; parameters: Extract<Command, { do: 'fetch' }>['question']['parameters'] };
  tell(happening: Happening): void;
  progressed(cache: string): void;
}

export function requestsOf({ transport, tokens, title, tell, progressed }: World): Requests {
  const bodies = new Map<string, Body>();
  const progress = new Map<string, Progress>();
  let ending = new AbortController();
  let socket: LiveSocket | null = null;
  let ticket = '';
  /** Number of the latest socket: events of earlier ones are ignored. */
  let sockets = 0;

  /** Makes a request and reports its result, unless the client itself aborted it. */
  const make = <T>(
    work: (call: CallOptions) => Promise<T>,
    then: (value: T) => void,
    failed: (error: FreshetError) => void,
  ) => {
    const { signal } = ending;
    const token = tokens.current;
    work({ token, signal }).then(
      (value) => {
        if (!signal.aborted) then(value);
      },
      (cause) => {
        if (signal.aborted) return;
        const error = errorOf(cause);
        // The refusal concerns an old token: a new one arrived in the meantime.
        const isPast = error.status === 401 && token !== tokens.current;
        failed(isPast ? new FreshetError('network', error.message, { retryable: true }) : error);
      },
    );
  };

  const sync = ({ question }: Extract<Command, { do: 'sync' }>) => {
    const { signal } = ending;
    make<SyncEnd>(
      (call) =>
        transport().sync(
          question,
          (item, body) => {
            if (signal.aborted) return;
            if (body !== null) bodies.set(item.id, { text: body });
            tell({ type: 'item', cache: item.id, item });
          },
          call,
        ),
      (end) => tell({ type: 'checked', end }),
      (error) => tell({ type: 'checkFailed', error }),
    );
  };

  const fetchBody = ({ cache, question }: Extract<Command, { do: 'fetch' }>) => {
    const { signal } = ending;
    const onProgress = (now: Progress) => {
      if (signal.aborted) return;
      progress.set(cache, now);
      progressed(cache);
    };
    make<ReadAnswer>(
      (call) => transport().read(question, { ...call, onProgress }),
      ({ item, body }) => {
        progress.delete(cache);
        if (body !== null) bodies.set(cache, body);
        tell({ type: 'fetched', cache, item });
      },
      (error) => {
        progress.delete(cache);
        tell({ type: 'fetchFailed', cache, error });
      },
    );
  };

  const open = () => {
    sockets += 1;
    const number = sockets;
    const ifCurrent = (happening: Happening) => {
      if (number === sockets) tell(happening);
    };
    socket = transport().socket(ticket, {
      opened: ({ id, checkWithinMs }) => ifCurrent({ type: 'opened', id, checkWithinMs }),
      poked: (pokes, spreadMs) => ifCurrent({ type: 'poked', pokes, spreadMs }),
      closed: (code, wasOpen) => ifCurrent({ type: 'ended', code, wasOpen }),
    });
  };

  const endSocket = () => {
    sockets += 1;
    socket?.close();
    socket = null;
  };

  return {
    bodies,
    progress,
    carryOut(command) {
      if (command.do === 'sync') sync(command);
      else if (command.do === 'fetch') fetchBody(command);
      else if (command.do === 'open') open();
      else if (command.do === 'endSocket') endSocket();
      else if (command.do === 'refresh') {
        const { cache, waiter } = command;
        make(
          (call) => transport().refresh(title(cache), call),
          () => tell({ type: 'refreshed', cache, waiter }),
          (error) => tell({ type: 'refreshFailed', cache, waiter, error }),
        );
      } else if (command.do === 'ticket') {
        make(
          (call) => transport().ticket(call),
          (given) => {
            ticket = given;
            tell({ type: 'ticketed' });
          },
          (error) => tell({ type: 'unticketed', error }),
        );
      } else if (command.do === 'auth') {
        make(
          () => tokens.ask(command.why),
          (authed) => tell({ type: 'authed', ...authed }),
          (error) => tell({ type: 'authFailed', error }),
        );
      } else if (command.do === 'abort') {
        ending.abort();
        ending = new AbortController();
        endSocket();
        bodies.clear();
        progress.clear();
      }
    },
  };
}

/** Anything that a call throws, as an error for the machine. */
export function errorOf(cause: unknown): FreshetError {
  if (cause instanceof FreshetError) return cause;
  return new FreshetError('network', 'the request has failed', { retryable: true, cause });
}
