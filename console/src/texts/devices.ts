/** Texts of the list of devices and of one device. */

import { number } from './format.ts';
import { russian, texts } from './texts.ts';

export const devicesTexts = texts(
  {
    title: 'Devices',
    empty: 'No device matches. A device is listed once it has read a cache with a device id.',
    noneHere: 'No device on this page matches. The next page may have some.',
    user: 'User',
    device: 'Device',
    show: 'Show',
    behindOnly: 'behind',
    refusedOnly: 'with refusals',
    seen: 'Last contact',
    seenExact: 'accurate to SYNC_RESOLUTION_S, 60 s by default',
    caches: 'Caches',
    behind: 'Out of date',
    refusals: 'Refused',
    fitHere: (shown: number, all: number) =>
      `${number(shown)} of ${number(all)} ${all === 1 ? 'device' : 'devices'} on this page.`,
    gone: 'This device does not exist: it never read a cache with this id, or it was forgotten.',
    allOfUser: 'All devices of this user',
    list: 'What it has',
    noCaches: 'It has received no cache.',
    resource: 'Resource',
    parameters: 'Parameters',
    state: 'State',
    has: 'Has version',
    current: 'Newest',
    lacks: 'Lacks',
    lacksVersions: (n: number) => `${number(n)} ${n === 1 ? 'version' : 'versions'}`,
    nothingLacking: 'nothing',
    synced: 'Received',
    upToDate: 'up to date',
    isBehind: 'behind',
    failing: 'fails to load',
    purged: 'nothing loaded',
    notHeld: 'no longer held',
    refusedTitle: 'Refusals',
    noRefusals: 'There were no refusals.',
    reason: 'Reason',
    when: 'When',
    meaning: 'What it means',
    group: 'no group',
    scope: 'no scope',
    groupMeans: 'The user is in none of the groups of the resource (404).',
    scopeMeans: 'The token lacks cache:read (403).',
    since: 'It has received this resource since then.',
  },
  {
    title: 'Устройства',
    empty:
      'Подходящих устройств нет. Устройство появляется здесь, когда впервые прочитает кэш под своим идентификатором.',
    noneHere: 'На этой странице подходящих устройств нет. Они могут быть на следующей.',
    user: 'Пользователь',
    device: 'Устройство',
    show: 'Показать',
    behindOnly: 'отстающие',
    refusedOnly: 'с отказом',
    seen: 'Последнее обращение',
    seenExact: 'с точностью до SYNC_RESOLUTION_S, по умолчанию 60 с',
    caches: 'Кэши',
    behind: 'Устарело',
    refusals: 'Отказы',
    fitHere: (shown, all) => `Показано ${number(shown)} из ${number(all)} устройств этой страницы.`,
    gone: 'Такого устройства нет: оно не читало кэши под этим идентификатором, или сведения о нём удалены.',
    allOfUser: 'Все устройства пользователя',
    list: 'Что на нём есть',
    noCaches: 'Оно не получило ни одного кэша.',
    resource: 'Ресурс',
    parameters: 'Параметры',
    state: 'Состояние',
    has: 'Версия',
    current: 'Последняя',
    lacks: 'Не хватает',
    lacksVersions: (n) => `${number(n)} ${russian(n, 'версии', 'версий', 'версий')}`,
    nothingLacking: 'ничего',
    synced: 'Получено',
    upToDate: 'актуально',
    isBehind: 'отстаёт',
    failing: 'не загружается',
    purged: 'не загружен',
    notHeld: 'больше не хранит',
    refusedTitle: 'Отказы',
    noRefusals: 'Отказов не было.',
    reason: 'Причина',
    when: 'Когда',
    meaning: 'Что это значит',
    group: 'нет группы',
    scope: 'нет права',
    groupMeans: 'Пользователь не входит ни в одну из групп ресурса (404).',
    scopeMeans: 'В токене нет cache:read (403).',
    since: 'После этого устройство получило ресурс.',
  },
);

/** Why a device shows old data, and what to do about it. */
export const causeTexts = texts(
  {
    title: 'Why its data may be old',
    nothing: 'Nothing is wrong here',
    nothingText:
      'The device has the newest version of everything that it holds, and the loads of those caches succeed. If its data is old nevertheless, open the cache below to see when it was loaded, and check the origin itself.',
    doThis: 'What to do',
    cacheFails: (name: string) => `The loads of ${name} fail`,
    cacheFailsText: 'The device has the newest version that there is. No newer one comes, because of this:',
    failsBehind:
      'The device lacks newer versions, which it gets when it next asks. None comes after those, because of this:',
    failsEmptied: 'Nothing is loaded, and the device keeps what it had. No newer data comes, because of this:',
    moreFail: (n: number) => `${number(n)} more of its caches ${n === 1 ? 'fails' : 'fail'}: see the list below.`,
    openCache: 'Open the cache',
    refused: (title: string) => `It was refused access to ${title}`,
    groupText: (groups: string) =>
      `The last token of the device has none of the groups that may read the resource (${groups}). The service answers as if the resource did not exist (404). The device keeps the data that it had.`,
    groupDo:
      'If the user should see this resource, add the user to one of these groups at your identity provider. The device gets a new token when the old one expires, or when the user signs in again. Otherwise change "groups" of the resource.',
    scopeText: 'The last token of the device lacks the scope cache:read (403). The device keeps the data that it had.',
    scopeDo:
      'Give the user or the app the scope cache:read at your identity provider, then sign in again on the device. docs/identity.md explains where scopes come from.',
    emptied: (n: number) => `Nothing is loaded for ${number(n)} ${n === 1 ? 'cache' : 'caches'} that it holds`,
    emptiedText: 'The loaded data was purged, or removed because nobody read it. The device keeps what it had.',
    emptiedDo:
      'Nothing, if the device reads it again: the first read loads it. To load it now, press "Refresh" at the cache below. Actions shows who purged it, and why.',
    quiet: (at: string) => `No contact since ${at}`,
    quietBehind: (n: number) =>
      `It lacks newer versions of ${number(n)} ${n === 1 ? 'cache' : 'caches'}. It gets them as soon as it asks again.`,
    quietDo:
      'Check that the device is on and has a network, and that its app is running and signed in: with an expired token it cannot ask. There is nothing to do here.',
    quietWhole: 'All its caches still have the newest version.',
    behind: (n: number) => `${number(n)} of its caches ${n === 1 ? 'is' : 'are'} out of date`,
    behindText:
      'Newer versions are loaded, and the device was in contact recently. Devices with a live connection get them within seconds, others when they next ask.',
    behindDo:
      'Wait a minute and look again. If the device stays behind, its app does not ask for these caches: bring the app to the front, or restart it.',
  },
  {
    title: 'Почему данные могут быть старыми',
    nothing: 'Здесь всё в порядке',
    nothingText:
      'На устройстве последние версии всех его кэшей, и эти кэши загружаются. Если данные всё же старые, откройте кэш ниже и посмотрите, когда он загружен, а затем проверьте сам источник.',
    doThis: 'Что делать',
    cacheFails: (name) => `${name} не загружается`,
    cacheFailsText: 'На устройстве самая новая версия. Более новой нет вот почему:',
    failsBehind:
      'Устройству не хватает новых версий; оно получит их при следующем запросе. Ещё более новых нет вот почему:',
    failsEmptied: 'Ничего не загружено, на устройстве остались прежние данные. Более новых нет вот почему:',
    moreFail: (n) => `Не загружаются и другие его кэши (${number(n)}): см. список ниже.`,
    openCache: 'Открыть кэш',
    refused: (title) => `Отказано в доступе к ресурсу ${title}`,
    groupText: (groups) =>
      `В последнем токене устройства нет ни одной из групп, которым доступен ресурс (${groups}). Сервис отвечает так, будто ресурса не существует (404). Прежние данные остаются на устройстве.`,
    groupDo:
      'Если пользователь должен видеть этот ресурс, добавьте его в одну из этих групп у провайдера удостоверений. Устройство получит новый токен, когда истечёт старый или когда пользователь войдёт снова. Иначе измените "groups" ресурса.',
    scopeText: 'В последнем токене устройства нет права cache:read (403). Прежние данные остаются на устройстве.',
    scopeDo:
      'Дайте пользователю или приложению право (scope) cache:read у провайдера удостоверений и войдите на устройстве снова. Откуда берутся права, описано в docs/identity.md.',
    emptied: (n) => `Для ${number(n)} ${russian(n, 'кэша', 'кэшей', 'кэшей')} устройства ничего не загружено`,
    emptiedText:
      'Загруженные данные очищены или удалены, потому что их никто не читал. На устройстве остались прежние.',
    emptiedDo:
      'Ничего, если устройство прочитает кэш снова: первое чтение загрузит его. Чтобы загрузить сразу, нажмите «Обновить» у кэша ниже. Кто и почему его очистил, видно в разделе «Действия».',
    quiet: (at) => `Последний раз на связи: ${at}`,
    quietBehind: (n) =>
      `Не хватает новых версий ${number(n)} ${russian(n, 'кэша', 'кэшей', 'кэшей')}. Устройство получит их, как только обратится снова.`,
    quietDo:
      'Проверьте, что устройство включено и подключено к сети, а приложение запущено и вход в него выполнен: с истёкшим токеном оно не может обращаться к сервису. Здесь делать ничего не нужно.',
    quietWhole: 'Версии всех его кэшей по-прежнему последние.',
    behind: (n) => `Отстаёт: не последняя версия у ${number(n)} ${russian(n, 'кэша', 'кэшей', 'кэшей')}`,
    behindText:
      'Новые версии загружены, и устройство недавно выходило на связь. По живому соединению они приходят за несколько секунд, без него — при следующем запросе.',
    behindDo:
      'Подождите минуту и проверьте снова. Если устройство всё ещё отстаёт, приложение не запрашивает эти кэши: откройте его или перезапустите.',
  },
);

/** Forgetting a device or a user. */
export const forgetTexts = texts(
  {
    device: 'Forget device…',
    user: 'Forget user…',
    deviceTitle: 'Forget this device',
    userTitle: 'Forget this user',
    of: (name: string) => `Forgetting ${name}`,
    does: (name: string) => `Forget ${name}`,
    deviceText: (device: string, user: string) => `Device ${device} of ${user}.`,
    deviceRecords: (n: number) =>
      `The service forgets what this device has received: ${number(n)} ${n === 1 ? 'record' : 'records'}. The device disappears from all lists.`,
    deviceKeeps:
      'Data on the device itself stays there. If the device asks again with a valid token, it gets data as before and is listed again: revoke its token first.',
    userRecords: (devices: string) => `The service forgets what all devices of this user have received: ${devices}.`,
    devices: (n: number) => `${number(n)} ${n === 1 ? 'device' : 'devices'}`,
    userCaches: (caches: string) =>
      `Caches that belong only to this user are purged, and their tasks are revoked: ${caches}. Live connections are closed.`,
    caches: (n: number) => `${number(n)} ${n === 1 ? 'cache' : 'caches'}`,
    atLeast: (text: string) => `at least ${text}`,
    userKeeps:
      'Do this only after all tokens of the user have expired: later requests are recorded again. The log of actions keeps a hash instead of the name.',
    forgotten: (n: number) => `${number(n)} ${n === 1 ? 'record' : 'records'} forgotten.`,
  },
  {
    device: 'Забыть устройство…',
    user: 'Забыть пользователя…',
    deviceTitle: 'Забыть это устройство',
    userTitle: 'Забыть этого пользователя',
    of: (name) => `Удаление сведений о ${name}`,
    does: (name) => `Забыть ${name}`,
    deviceText: (device, user) => `Устройство ${device} пользователя ${user}.`,
    deviceRecords: (n) =>
      `Сервис забудет, что получило это устройство: ${number(n)} ${russian(n, 'запись', 'записи', 'записей')}. Устройство исчезнет из всех списков.`,
    deviceKeeps:
      'Данные на самом устройстве остаются. Если оно обратится с действующим токеном, то снова получит данные и появится в списках: сначала отзовите его токен.',
    userRecords: (devices) => `Сервис забудет, что получили все устройства этого пользователя: ${devices}.`,
    devices: (n) => `${number(n)} ${russian(n, 'устройство', 'устройства', 'устройств')}`,
    userCaches: (caches) =>
      `Кэши, принадлежащие только этому пользователю, очищаются, их задачи отменяются: ${caches}. Живые соединения закрываются.`,
    caches: (n) => `${number(n)} ${russian(n, 'кэш', 'кэша', 'кэшей')}`,
    atLeast: (text) => `не меньше: ${text}`,
    userKeeps:
      'Делайте это только после того, как истекут все токены пользователя: более поздние запросы будут записаны снова. В журнале действий вместо имени останется хеш.',
    forgotten: (n) => `Удалено: ${number(n)} ${russian(n, 'запись', 'записи', 'записей')}.`,
  },
);
