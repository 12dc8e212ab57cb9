/** A SOAP 1.1 service (soap-service.ts). */

import { soapAnswer } from '../soap-service.ts';
import { type Imitation, PASSWORD, unknown } from './imitation.ts';

export const soap: Imitation = {
  login: { kind: 'none' },
  hasLinks: false,
  answer(asked) {
    return asked.path === '/services/Items' ? soapAnswer('1.1', asked, PASSWORD) : unknown(asked.path);
  },
  failure: (status) => ({
    status,
    headers: { 'Content-Type': 'text/xml; charset=utf-8' },
    body: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server</faultcode><faultstring>Busy</faultstring></e:Fault></e:Body></e:Envelope>',
  }),
};
