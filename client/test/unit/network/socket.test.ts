/** A live socket: what it says, what it hears, and that it ends once (invariants 9, 17, 23). */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTransport } from '../../../src/network/create-transport.ts';
import { openSocket } from '../../../src/network/socket.ts';
import type { SocketEars } from '../../../src/network/transport.ts';
import { type SocketImitation, socketImitation } from '../../support/imitation.ts';

const HELLO = '{"live":"0.abc","check_within_ms":5000,"ping_s":55}';

afterEach(() => vi.useRealTimers());

/** Opens a socket and notes what it tells. */
function listen(url: string) {
  const told: unknown[][] = [];
  let changed: (() => void)[] = [];
  const note = (...what: unknown[]) => {
    told.push(what);
    for (const tell of changed.splice(0)) tell();
  };
  const ears: SocketEars = {
    opened: (hello) => note('opened', hello),
    poked: (pokes, spreadMs) => note('poked', pokes, spreadMs),
    closed: (code, wasOpen) => note('closed', code, wasOpen),
  };
  const socket = createTransport({ url, device: 'tablet-7' }).socket('0.ticket', ears);
  changed = [];
  const until = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => changed.push(resolve));
    return told;
  };
  return { told, until, socket };
}

const opened = ['opened', { id: '0.abc', checkWithinMs: 5000 }];

describe('a socket', () => {
  it('offers the protocol and its ticket, and nothing else', async () => {
    const server = await socketImitation(HELLO);
    const { until, socket } = listen(`${server.url}/api/v1/`);
    expect(await until(1)).toEqual([opened]);
    expect(server.protocols).toEqual(['freshet.v1', 'ticket.0.ticket']);
    socket.close();
    await server.closed;
  });

  it.each([
    ['https://host/api/v1', 'wss://host/api/v1/live/'],
    ['http://host:1/http/api/v1', 'ws://host:1/http/api/v1/live/'],
  ])('of %s goes to %s', (url, address) => {
    const seen: string[] = [];
    class Seeing {
      constructor(to: string) {
        seen.push(to);
      }
      close() {}
    }
    openSocket(Seeing as unknown as typeof WebSocket, url, 't', { opened() {}, poked() {}, closed() {} }).close();
    expect(seen).toEqual([address]);
  });

  it('tells pokes, and leaves out what it does not know', async () => {
    const server = await socketImitation(HELLO);
    const { until, told, socket } = listen(`${server.url}/api/v1`);
    await until(1);
    for (const message of ['pong', 'no JSON', 'null', '7', '[]', '{"news":1}', '{"live":5}', '{"poke":"x"}'])
      server.say(message);
    server.say('{"poke":[["f8343984618ca37b",4,9],["x"],null,["0000000000000000",0,10]],"spread_ms":300,"more":1}');
    await until(2);
    expect(told[1]).toEqual([
      'poked',
      [
        { tag: 'f8343984618ca37b', version: 4, revision: 9 },
        { tag: '0000000000000000', version: 0, revision: 10 },
      ],
      300,
    ]);
    expect(told.length).toBe(2);
    socket.close();
  });

  it.each([4401, 4403, 4408, 4409, 4429, 4000, 1001])('tells why it was closed: %i', async (code) => {
    const server = await socketImitation(HELLO);
    const { until } = listen(`${server.url}/api/v1`);
    await until(1);
    server.close(code);
    expect((await until(2))[1]).toEqual(['closed', code, true]);
  });

  it('that is torn is closed by 1006', async () => {
    const server = await socketImitation(HELLO);
    const { until } = listen(`${server.url}/api/v1`);
    await until(1);
    server.close(null);
    expect((await until(2))[1]).toEqual(['closed', 1006, true]);
  });

  it('that never opens is closed by 1006, and says so', async () => {
    expect(await listen('http://127.0.0.1:1/api/v1').until(1)).toEqual([['closed', 1006, false]]);
  });

  it('that the platform refuses is closed later, not at once', async () => {
    const refusing = class {
      constructor() {
        throw new Error('mixed content');
      }
    } as unknown as typeof WebSocket;
    let isBack = false;
    const told = new Promise<unknown[]>((resolve) => {
      const closed = (...what: unknown[]) => resolve([...what, isBack]);
      openSocket(refusing, 'http://host/api/v1', 't', { opened() {}, poked() {}, closed });
    });
    isBack = true;
    expect(await told).toEqual([1006, false, true]);
  });

  it('reports nothing after its end, even if the platform still delivers events', () => {
    const told: unknown[] = [];
    const heard: { onmessage: (event: { data: string }) => void; onclose: (event: { code: number }) => void }[] = [];
    const lasting = class {
      constructor() {
        heard.push(this as never);
      }
      close() {}
    } as unknown as typeof WebSocket;
    const note = (what: unknown) => told.push(what);
    openSocket(lasting, 'http://host/api/v1', 't', { opened: note, poked: note, closed: note }).close();
    heard[0]?.onmessage({ data: HELLO });
    heard[0]?.onclose({ code: 1000 });
    expect(told).toEqual([]);
  });

  it('tells nothing after it was closed here, and leaves no timer (17)', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await socketImitation(HELLO);
    const { until, told, socket } = listen(`${server.url}/api/v1`);
    await until(1);
    socket.close();
    socket.close();
    server.say('{"poke":[["f8343984618ca37b",4,9]],"spread_ms":1}');
    await server.closed;
    expect([told.length, vi.getTimerCount()]).toEqual([1, 0]);
  });
});

describe('that it is there', () => {
  it('it says each 55 s, or as often as it is told to', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await socketImitation(HELLO.replace('55', '20'));
    const { until, socket } = listen(`${server.url}/api/v1`);
    await until(1);
    vi.advanceTimersByTime(19_999);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    await server.hearing(1);
    expect(server.heard).toEqual(['ping']);
    socket.close();
  });

  it('the service must say, too: two pings without an answer end it by 1006, once', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await socketImitation(HELLO);
    const { until, told } = listen(`${server.url}/api/v1`);
    await until(1);
    await answered(server, 1);
    await answered(server, 2);
    vi.advanceTimersByTime(55_000);
    await server.hearing(3);
    vi.advanceTimersByTime(55_000);
    await server.hearing(4);
    expect(told.length).toBe(1);
    vi.advanceTimersByTime(55_000);
    expect(told[1]).toEqual(['closed', 1006, true]);
    await server.closed;
    expect([told.length, vi.getTimerCount()]).toEqual([2, 0]);
  });

  /** Has the next ping answered; a poke behind the pong tells that it was heard. */
  async function answered(server: SocketImitation, count: number): Promise<void> {
    vi.advanceTimersByTime(55_000);
    await server.hearing(count);
    server.say('pong');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('the service must say within 45 s of the beginning', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const [greeting, wasOpen] of [[null, false]] as const) {
      const server = await socketImitation(greeting);
      const { told } = listen(`${server.url}/api/v1`);
      vi.advanceTimersByTime(45_000);
      expect(told).toEqual([['closed', 1006, wasOpen]]);
    }
  });
});
