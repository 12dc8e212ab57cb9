/** Texts about sources: the systems that resources use. */

import { number } from './format.ts';
import { russian, texts } from './texts.ts';

export const sourcesTexts = texts(
  {
    title: 'Sources',
    how: 'Systems that several resources use: their address, their credentials, and their limits for all loads together.',
    empty: 'There is no source. Resources themselves contain the complete address of their origin.',
    newSource: 'New source',
    name: 'Source',
    address: 'Address',
    via: 'Through',
    internet: 'the internet',
    waysIn: 'Credentials',
    headers: 'Headers',
    concurrency: 'Loads at once, at most',
    rate: 'Requests, at most',
    pace: (requests: number, seconds: number) => `${number(requests)} in ${number(seconds)} s`,
    unlimited: 'no limit',
    description: 'Description',
    limits: 'Current state',
    state: 'State',
    open: 'open',
    closed: 'closed',
    closedBy: (status: number | null) =>
      status === null
        ? 'The source said that it is overloaded: no load starts until'
        : `The source answered ${status}, which means that it is overloaded: no load starts until`,
    permits: 'Loads running now',
    permitsOf: (permits: number, most: number) => `${number(permits)} of ${number(most)}`,
    nextRequest: 'Next request',
    atOnce: 'at once',
    onceALoadEnds: 'once a load ends',
    tokenUntil: 'Token valid until',
    resources: 'Resources that use it',
    noResources: 'No resource uses it.',
    created: (name: string) =>
      `The source ${name} will be created. A resource uses it once the definition of the resource names it.`,
    counting: 'Counting the resources that use it…',
    expires: (count: number) =>
      count === 0
        ? 'No resource uses it, so this makes no cache stale.'
        : `All caches of ${number(count)} ${count === 1 ? 'resource' : 'resources'} become stale: each asks the source again when it is next read.`,
    deleteTitle: 'Delete a source',
    isNamed: (count: number) =>
      count === 0
        ? 'No resource uses it: nothing is loaded from it.'
        : `${number(count)} ${count === 1 ? 'resource uses' : 'resources use'} it. It can be deleted only when no resource uses it.`,
  },
  {
    title: 'Системы-источники',
    how: 'Системы, к которым обращаются несколько ресурсов: их адрес, учётные данные и ограничения для всех загрузок вместе.',
    empty: 'Систем нет. Полный адрес источника указан в самих ресурсах.',
    newSource: 'Новая система',
    name: 'Система',
    address: 'Адрес',
    via: 'Через',
    internet: 'интернет',
    waysIn: 'Учётные данные',
    headers: 'Заголовки',
    concurrency: 'Одновременных загрузок, не более',
    rate: 'Запросов, не более',
    pace: (requests, seconds) => `${number(requests)} за ${number(seconds)} с`,
    unlimited: 'без ограничения',
    description: 'Описание',
    limits: 'Текущее состояние',
    state: 'Состояние',
    open: 'открыта',
    closed: 'закрыта',
    closedBy: (status) =>
      status === null
        ? 'Система сообщила, что перегружена: загрузки не начнутся до'
        : `Система ответила ${status}, то есть перегружена: загрузки не начнутся до`,
    permits: 'Загрузок сейчас',
    permitsOf: (permits, most) => `${number(permits)} из ${number(most)}`,
    nextRequest: 'Следующий запрос',
    atOnce: 'сразу',
    onceALoadEnds: 'когда закончится одна из загрузок',
    tokenUntil: 'Токен действует до',
    resources: 'Ресурсы, которые к ней обращаются',
    noResources: 'К ней не обращается ни один ресурс.',
    created: (name) => `Система ${name} будет создана. Ресурс обращается к ней, если она указана в его определении.`,
    counting: 'Подсчёт ресурсов…',
    expires: (count) =>
      count === 0
        ? 'К ней не обращается ни один ресурс, поэтому ни один кэш не устареет.'
        : `Устареют все кэши ${number(count)} ${russian(count, 'ресурса', 'ресурсов', 'ресурсов')}: при следующем чтении каждый снова обратится к системе.`,
    deleteTitle: 'Удаление системы',
    isNamed: (count) =>
      count === 0
        ? 'К ней не обращается ни один ресурс: из неё ничего не загружается.'
        : `К ней ${russian(count, 'обращается', 'обращаются', 'обращаются')} ${number(count)} ${russian(count, 'ресурс', 'ресурса', 'ресурсов')}. Удалить её можно, когда таких не останется.`,
  },
);
