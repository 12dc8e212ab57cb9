/** Prism between a client and the service: it holds each request and each answer against an OpenAPI document. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cleanEnv, freePorts, PROJECT } from '../../e2e/support/service.ts';

const PROGRAM = join(PROJECT, 'tools/openapi/node_modules/@stoplight/prism-cli/dist/index.js');

/** What Prism finds wrong with a request or an answer. */
export interface Violation {
  location: string[];
  severity: string;
  code: string | number;
  message: string;
}

/** A started proxy; `stop` ends it. */
export class Prism {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(port: number, process: ChildProcess) {
    this.url = `http://127.0.0.1:${port}`;
    this.#process = process;
  }

  /** @param document a file; @param upstream the service. @throws Error with what Prism printed when it ends instead */
  static async start(document: string, upstream: string): Promise<Prism> {
    const [port] = await freePorts();
    const child = spawn(process.execPath, [PROGRAM, 'proxy', document, upstream, '--port', String(port)], {
      env: { ...cleanEnv(), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      child.on('close', () => reject(new Error(`Prism ended:\n${lines.join('\n')}`)));
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on('line', (line) => {
          lines.push(line);
          if (line.includes('Prism is listening')) resolve();
        });
      }
    });
    return new Prism(port, child);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.on('close', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}

/** The violations that an answer reports. */
export function violationsIn(answer: Response): Violation[] {
  return JSON.parse(answer.headers.get('sl-violations') ?? '[]') as Violation[];
}
