/** Texts of the figures. */

import { number } from './format.ts';
import { texts } from './texts.ts';

const minutesIn = (minutes: number) => (minutes === 1 ? 'a minute' : `${number(minutes)} minutes`);

export const figuresTexts = texts(
  {
    figures: 'Figures',
    quarter: 'Last 15 minutes',
    hour: 'Last hour',
    day: 'Last day',
    range: 'Time',
    loads: 'Loads by outcome',
    requests: 'Requests by status',
    lag: 'Longest lag of queues',
    outcome: 'Outcome',
    status: 'Status',
    queue: 'Queue',
    total: 'Count',
    longest: 'Longest',
    others: 'all others',
    numberIn: (minutes: number) => `Count in ${minutesIn(minutes)}.`,
    longestIn: (minutes: number) => `Longest in ${minutesIn(minutes)}; a gap means that no batch ran.`,
    lastStep: 'The last interval is not over yet.',
    cut: 'There are more values than the answer contains.',
    values: 'All values',
    valuesOf: (title: string) => `${title}: all values`,
    begins: 'From',
    noFigures: 'Nothing was counted in this time.',
    notSetUp:
      'There are no charts, because the service cannot read its figures: the binding ANALYTICS_SQL is missing. docs/operations.md explains how to add it.',
  },
  {
    figures: 'Показатели',
    quarter: 'Последние 15 минут',
    hour: 'Последний час',
    day: 'Последние сутки',
    range: 'Время',
    loads: 'Загрузки по результатам',
    requests: 'Запросы по статусам',
    lag: 'Наибольшая задержка очередей',
    outcome: 'Результат',
    status: 'Статус',
    queue: 'Очередь',
    total: 'Число',
    longest: 'Наибольшая',
    others: 'все прочие',
    numberIn: (minutes) => `Число за ${number(minutes)} мин.`,
    longestIn: (minutes) => `Наибольшая за ${number(minutes)} мин; разрыв означает, что пакетов не было.`,
    lastStep: 'Последний интервал ещё не закончился.',
    cut: 'Значений больше, чем помещается в ответ.',
    values: 'Все значения',
    valuesOf: (title) => `${title}: все значения`,
    begins: 'С',
    noFigures: 'За это время данных нет.',
    notSetUp:
      'Графиков нет, потому что сервис не может читать свои показатели: нет привязки ANALYTICS_SQL. Как её добавить, описано в docs/operations.md.',
  },
);
