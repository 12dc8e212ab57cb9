/** Texts about tasks. */

import { number } from './format.ts';
import { texts } from './texts.ts';

export const tasksTexts = texts(
  {
    title: 'Tasks',
    one: 'Task',
    id: 'Task id',
    show: 'Show the task',
    noId: 'A task id is a UUID, such as 2d85c16d-2970-8b31-a836-b1339dafff36.',
    how: 'A task is one refresh of one cache. Paste its id, from a log or an answer; or open a cache, which lists its tasks of the last 7 days.',
    toCaches: 'To the caches',
    noList:
      'There is no list of all running tasks: each cache keeps its own, and asking all of them would slow the service down. This shows how busy the service is:',
    cache: 'Cache',
    state: 'State',
    attempt: 'Attempt',
    created: 'Requested',
    started: 'Last attempt began',
    ended: 'Ended',
    due: 'Next attempt',
    took: 'Took',
    result: 'Result',
    live: 'live',
    what: 'What is happening',
    waitsBehind:
      'The task waits for another load of the same cache, and starts as soon as that load ends: two loads of one cache never run at once.',
    other: 'That load:',
    waitsForRoom:
      'The task waits in the queue for its turn. This usually takes a second. If it takes longer, many or large loads are running: see the lag of queues and the loads on the screen Tasks.',
    waitsForSource:
      'The limits of its source do not admit another load now. The task starts as soon as they do; waiting uses no attempt.',
    untilLoadEnds: 'until another load of the source ends',
    untilAtLatest: 'no later than',
    waitsToRetry: (attempt: number) =>
      `Attempt ${number(attempt)} failed for a reason that may be temporary. The next one starts at the time above.`,
    runs: 'The service asks the origin, compares the answer with the last version and stores it.',
    succeeded:
      'The cache was loaded. Devices get the new version when they next ask, or at once over a live connection.',
    sameBody: 'The cache was loaded. The data is the same as before, so devices get nothing new.',
    failed: 'The task failed and is not retried. The service continues to serve the last version.',
    revoked: 'The task was revoked before it ran; the loaded data is unchanged.',
    warnings: 'Warnings',
  },
  {
    title: 'Задачи',
    one: 'Задача',
    id: 'Номер задачи',
    show: 'Показать задачу',
    noId: 'Номер задачи — UUID, например 2d85c16d-2970-8b31-a836-b1339dafff36.',
    how: 'Задача — одно обновление одного кэша. Вставьте её номер из журнала или ответа либо откройте кэш: там задачи последних 7 дней.',
    toCaches: 'К кэшам',
    noList:
      'Списка всех выполняемых задач нет: каждый кэш хранит свои, и опрос всех кэшей замедлил бы сервис. Насколько сервис занят, видно здесь:',
    cache: 'Кэш',
    state: 'Состояние',
    attempt: 'Попытка',
    created: 'Запрошена',
    started: 'Начало последней попытки',
    ended: 'Закончена',
    due: 'Следующая попытка',
    took: 'Длилась',
    result: 'Итог',
    live: 'вживую',
    what: 'Что происходит',
    waitsBehind:
      'Задача ждёт другую загрузку того же кэша и начнётся, как только та закончится: две загрузки одного кэша никогда не идут одновременно.',
    other: 'Эта загрузка:',
    waitsForRoom:
      'Задача ждёт своей очереди. Обычно это занимает секунду. Если дольше, значит, идёт много загрузок или они велики: см. задержку очередей и загрузки в разделе «Задачи».',
    waitsForSource:
      'Ограничения системы сейчас не допускают новых загрузок. Задача начнётся, как только это станет возможно; ожидание не расходует попытку.',
    untilLoadEnds: 'до конца другой загрузки из этой системы',
    untilAtLatest: 'не позднее',
    waitsToRetry: (attempt) =>
      `Попытка ${number(attempt)} не удалась по причине, которая может быть временной. Следующая начнётся в указанное выше время.`,
    runs: 'Сервис запрашивает источник, сравнивает ответ с последней версией и сохраняет его.',
    succeeded: 'Кэш загружен. Устройства получат новую версию при следующем запросе, а по живому соединению — сразу.',
    sameBody: 'Кэш загружен. Данные не изменились, поэтому устройства ничего нового не получат.',
    failed: 'Задача завершилась неудачей и не повторяется. Сервис по-прежнему отдаёт последнюю версию.',
    revoked: 'Задачу отменили до начала; загруженные данные не изменились.',
    warnings: 'Предупреждения',
  },
);
