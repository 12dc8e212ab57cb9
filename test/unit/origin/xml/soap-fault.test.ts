import { describe, expect, it } from 'vitest';
import { LoadFailure } from '../../../../src/contract/problem.ts';
import { Findings } from '../../../../src/origin/findings.ts';
import { readXml } from '../../../../src/origin/xml/read-xml.ts';
import { faultIn } from '../../../../src/origin/xml/soap-fault.ts';
import { rowsOf } from '../../../support/rows.ts';

const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
};
type Version = keyof typeof ENVELOPES;

function envelope(version: Version, inner: string): string {
  return `<e:Envelope xmlns:e="${ENVELOPES[version]}"><e:Header><e:Fault/></e:Header><e:Body>${inner}</e:Body></e:Envelope>`;
}

function fault(version: Version, code: string, words: string): string {
  return version === '1.1'
    ? `<e:Fault><faultcode>${code}</faultcode><faultstring>${words}</faultstring><detail><x>${'y'.repeat(9000)}</x></detail></e:Fault>`
    : `<e:Fault><e:Code><e:Value>${code}</e:Value><e:Subcode><e:Value>m:Other</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang="en">${words}</e:Text></e:Reason></e:Fault>`;
}

function failureOf(answer: string): LoadFailure {
  const table = { name: 't', rows: '/Envelope/Body/R/I', columns: ['v'], missing: 'empty' as const };
  try {
    rowsOf(answer, [table], [], (tables, sink) => readXml(tables, sink, { findings: new Findings() }));
  } catch (error) {
    if (error instanceof LoadFailure) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('a SOAP Fault in an answer that says it is well', () => {
  it.each<[version: Version, code: string, told: string, retryable: boolean]>([
    ['1.1', 'e:Client', ' of the code Client', false],
    ['1.1', 'e:Server', ' of the code Server', true],
    ['1.1', 'Server', ' of the code Server', true],
    ['1.1', '\n  e:Server.Database.Busy\n', ' of the code Server', true],
    ['1.1', 'e:MustUnderstand', ' of the code MustUnderstand', false],
    ['1.1', 'ERP-4711', '', false],
    ['1.2', 'e:Sender', ' of the code Sender', false],
    ['1.2', 'e:Receiver', ' of the code Receiver', true],
    ['1.2', 'e:DataEncodingUnknown', ' of the code DataEncodingUnknown', false],
  ])('complaint 8: is not a table without rows: SOAP %s, code %s', (version, code, told, retryable) => {
    expect(failureOf(envelope(version, fault(version, code, 'Plant 1 is &lt;closed&gt;')))).toMatchObject({
      code: 'origin-refused',
      message: `The origin answered with a SOAP Fault${told}.`,
      adminDetail: `The origin answered with a SOAP Fault${told}. It says: Plant 1 is <closed>`,
      retryable,
    });
  });

  it('ends the load also behind rows', () => {
    const answer = envelope('1.1', `<R><I><v>1</v></I></R>${fault('1.1', 'e:Client', '')}`);
    expect(failureOf(answer).code).toBe('origin-refused');
  });

  it('is one without a code', () => {
    expect(failureOf(envelope('1.1', '<e:Fault/>'))).toMatchObject({ code: 'origin-refused', retryable: false });
  });

  it.each([
    ['elsewhere', '<Fault><faultcode>Server</faultcode></Fault>'],
    ['deeper', '<R><e:Fault><faultcode>Server</faultcode></e:Fault></R>'],
  ])('is none %s', (_where, inner) => {
    expect(faultIn(envelope('1.1', inner))).toBeNull();
  });
});

describe('the beginning of a refusal', () => {
  const whole = envelope('1.1', fault('1.1', 'e:Server', 'Busy'));

  it('reports the Fault, though its end is missing', () => {
    expect(faultIn(whole.slice(0, whole.indexOf('<detail>') + 100))?.failure('Busy')).toMatchObject({
      retryable: true,
    });
    expect(faultIn(whole.slice(0, whole.indexOf('<detail>')))?.words).toBe('Busy');
  });

  it.each(['', '<html><body>Bad gateway</body></html>', '<e:Envelope', whole.slice(0, whole.indexOf('<faultcode>'))])(
    'reports none: %s',
    (text) => {
      expect(faultIn(text)).toBeNull();
    },
  );
});
