/** Texts about sources: the systems that resources ask. */

import { number } from './format.ts';
import { russian, texts } from './texts.ts';

export const sourcesTexts = texts(
  {
    title: 'Sources',
    how: 'Systems that several resources ask: their address, what lets us in, and how hard they may be asked by all loads together.',
    empty: 'There is no source. Resources name the whole address of their origin themselves.',
    newSource: 'New source',
    name: 'Source',
    address: 'Address',
    via: 'By way of',
    internet: 'the internet',
    waysIn: 'Credentials',
    headers: 'Headers',
    concurrency: 'Loads at once, at most',
    rate: 'Requests, at most',
    pace: (requests: number, seconds: number) => `${number(requests)} in ${number(seconds)} s`,
    unlimited: 'no limit',
    description: 'Description',
    limits: 'How it stands',
    state: 'State',
    open: 'open',
    closed: 'closed',
    closedBy: (status: number | null) =>
      status === null
        ? 'It said that it has too much to do: no load is let in until'
        : `It answered ${status}, which says that it has too much to do: no load is let in until`,
    permits: 'Loads let in now',
    permitsOf: (permits: number, most: number) => `${number(permits)} of ${number(most)}`,
    nextRequest: 'Next request',
    atOnce: 'at once',
    tokenUntil: 'Token good until',
    resources: 'Resources that name it',
    noResources: 'No resource names it.',
    created: (name: string) => `The source ${name} is made. Resources ask it once their definition names it.`,
    counting: 'Counting the resources that name it…',
    expires: (count: number) =>
      count === 0
        ? 'No resource names it, so no cache becomes stale by this.'
        : `All caches of ${number(count)} ${count === 1 ? 'resource' : 'resources'} become stale by this: each asks the source again when it is next read.`,
    deleteTitle: 'Delete a source',
    isNamed: (count: number) =>
      count === 0
        ? 'No resource names it: nothing is loaded from it.'
        : `${number(count)} ${count === 1 ? 'resource names' : 'resources name'} it. It can be deleted once none does.`,
  },
  {
    title: 'Системы-источники',
    how: 'Системы, к которым обращаются несколько ресурсов: адрес, доступ и допустимая нагрузка от всех загрузок вместе.',
    empty: 'Систем нет. Ресурсы сами называют полный адрес источника.',
    newSource: 'Новая система',
    name: 'Система',
    address: 'Адрес',
    via: 'Через',
    internet: 'интернет',
    waysIn: 'Доступ',
    headers: 'Заголовки',
    concurrency: 'Загрузок сразу, не более',
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
        ? 'Система сообщила, что перегружена: загрузок не будет до'
        : `Система ответила ${status}: она перегружена, загрузок не будет до`,
    permits: 'Идёт загрузок',
    permitsOf: (permits, most) => `${number(permits)} из ${number(most)}`,
    nextRequest: 'Следующий запрос',
    atOnce: 'сразу',
    tokenUntil: 'Токен годен до',
    resources: 'Ресурсы, которые к ней обращаются',
    noResources: 'К ней не обращается ни один ресурс.',
    created: (name) => `Система ${name} будет создана. Ресурсы обратятся к ней, когда её назовёт их определение.`,
    counting: 'Подсчёт ресурсов…',
    expires: (count) =>
      count === 0
        ? 'К ней не обращается ни один ресурс, поэтому ни один кэш не устареет.'
        : `Устареют все кэши ${number(count)} ${russian(count, 'ресурса', 'ресурсов', 'ресурсов')}: при следующем чтении каждый снова обратится к системе.`,
    deleteTitle: 'Удаление системы',
    isNamed: (count) =>
      count === 0
        ? 'К ней не обращается ни один ресурс.'
        : `К ней ${russian(count, 'обращается', 'обращаются', 'обращаются')} ${number(count)} ${russian(count, 'ресурс', 'ресурса', 'ресурсов')}. Удалить её можно, когда таких не останется.`,
  },
);
