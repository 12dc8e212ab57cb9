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
    refusedOnly: 'refused something',
    seen: 'Last heard of',
    seenExact: 'exact to SYNC_RESOLUTION_S, 60 s by default',
    caches: 'Caches',
    behind: 'Behind in',
    refusals: 'Refused',
    fitHere: (shown: number, all: number) => `${number(shown)} of ${number(all)} devices on this page.`,
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
    synced: 'Given',
    upToDate: 'up to date',
    isBehind: 'behind',
    failing: 'fails to load',
    purged: 'nothing loaded',
    notHeld: 'no longer held',
    refusedTitle: 'Refusals',
    noRefusals: 'It was refused nothing.',
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
    empty: 'Подходящих устройств нет. Устройство появляется, когда оно прочитало кэш под своим номером.',
    noneHere: 'На этой странице подходящих устройств нет. Они могут быть на следующей.',
    user: 'Пользователь',
    device: 'Устройство',
    show: 'Показать',
    behindOnly: 'отстающие',
    refusedOnly: 'с отказом',
    seen: 'Последняя связь',
    seenExact: 'с точностью до SYNC_RESOLUTION_S, по умолчанию 60 с',
    caches: 'Кэши',
    behind: 'Отстаёт в',
    refusals: 'Отказы',
    fitHere: (shown, all) => `Показано устройств этой страницы: ${number(shown)} из ${number(all)}.`,
    gone: 'Такого устройства нет: оно не читало кэшей под этим номером или было забыто.',
    allOfUser: 'Все устройства пользователя',
    list: 'Что на нём есть',
    noCaches: 'Кэшей оно не получало.',
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
    scope: 'нет области',
    groupMeans: 'Группы закрывают ресурс от пользователя (404).',
    scopeMeans: 'В токене нет cache:read (403).',
    since: 'После этого ресурс был выдан.',
  },
);

/** Why a device shows old data, and what to do about it. */
export const causeTexts = texts(
  {
    title: 'Why its data may be old',
    nothing: 'Nothing is wrong here',
    nothingText:
      'The device has the newest version of everything that it holds, and the loads of those caches succeed. If its data are old all the same, open the cache below to see when it was loaded, and check the origin itself.',
    doThis: 'What to do',
    cacheFails: (name: string) => `The loads of ${name} fail`,
    cacheFailsText: 'The device has the newest version that there is. No newer one comes, because of this:',
    failsBehind:
      'The device lacks newer versions, which it gets when it next asks. None comes after those, because of this:',
    failsEmptied: 'Nothing is loaded, and the device keeps what it had. No newer data come, because of this:',
    moreFail: (n: number) => `${number(n)} more of its caches fail: see the list below.`,
    openCache: 'Open the cache',
    refused: (title: string) => `It was refused ${title}`,
    groupText: (groups: string) =>
      `The last token of the device has none of the groups that may read the resource (${groups}). The service answers as if the resource did not exist (404). The device keeps the data that it had.`,
    groupDo:
      'If the user should see this resource, add the user to one of these groups at your identity provider. The device gets a new token when the old one expires, or when the user signs in again. Otherwise change "groups" of the resource.',
    scopeText: 'The last token of the device lacks the scope cache:read (403). The device keeps the data that it had.',
    scopeDo:
      'Give the user or the app the scope cache:read at your identity provider, then sign in again on the device. docs/identity.md explains where scopes come from.',
    emptied: (n: number) => `Nothing is loaded of ${number(n)} ${n === 1 ? 'cache' : 'caches'} that it holds`,
    emptiedText:
      'What was loaded has been purged, or was dropped because nobody read it. The device keeps what it had.',
    emptiedDo:
      'Nothing, if the device reads it again: the first read loads it. "Refresh" of the cache below loads it now. Actions shows who purged it, and why.',
    quiet: (at: string) => `No contact since ${at}`,
    quietBehind: (n: number) =>
      `It lacks newer versions of ${number(n)} ${n === 1 ? 'cache' : 'caches'}. It gets them as soon as it asks again.`,
    quietDo:
      'Check that the device is on and has a network, and that its app is running and signed in: with an expired token it cannot ask. There is nothing to do here.',
    quietWhole: 'Everything that it holds is still the newest version.',
    behind: (n: number) => `It is behind in ${number(n)} ${n === 1 ? 'cache' : 'caches'}`,
    behindText:
      'Newer versions are loaded, and the device was in contact recently. Devices with a live connection get them within seconds, others when they next ask.',
    behindDo:
      'Wait a minute and look again. If the device stays behind, its app does not ask for these caches: bring the app to the front, or restart it.',
  },
  {
    title: 'Почему данные могут быть старыми',
    nothing: 'Здесь всё в порядке',
    nothingText:
      'На устройстве последние версии всего, что оно хранит, и эти кэши загружаются. Если данные всё же старые, откройте кэш ниже и посмотрите, когда он загружен, и на сам источник.',
    doThis: 'Что делать',
    cacheFails: (name) => `${name} не загружается`,
    cacheFailsText: 'На устройстве последняя версия, какая есть. Новой нет вот почему:',
    failsBehind: 'Устройству не хватает новых версий, их оно получит при следующем запросе. Ещё новее нет вот почему:',
    failsEmptied: 'Ничего не загружено, на устройстве остались прежние данные. Новых нет вот почему:',
    moreFail: (n) => `Не загружаются и другие его кэши (${number(n)}): смотрите список ниже.`,
    openCache: 'Открыть кэш',
    refused: (title) => `В ресурсе ${title} ему отказано`,
    groupText: (groups) =>
      `В последнем токене устройства нет ни одной группы, которой открыт ресурс (${groups}). Для устройства ресурса как будто нет (404); прежние данные на нём остались.`,
    groupDo:
      'Если пользователю это положено, добавьте его в одну из этих групп у поставщика удостоверений; устройство придёт с новым токеном, когда старый истечёт или после нового входа. Иначе измените "groups" ресурса.',
    scopeText: 'В последнем токене устройства нет области cache:read (403). Прежние данные на нём остались.',
    scopeDo:
      'Дайте пользователю или приложению область cache:read у поставщика удостоверений и войдите на устройстве снова. Откуда берутся области, сказано в docs/identity.md.',
    emptied: (n) => `Ничего не загружено в ${number(n)} ${russian(n, 'кэше', 'кэшах', 'кэшах')} устройства`,
    emptiedText:
      'Загруженное очистили, или оно удалено, потому что его никто не читал. На устройстве остались прежние данные.',
    emptiedDo:
      'Ничего, если устройство прочитает кэш снова: первое чтение его загрузит. «Обновить» у кэша ниже загрузит его сразу. Кто и почему его очистил, видно в действиях.',
    quiet: (at) => `От него нет вестей с: ${at}`,
    quietBehind: (n) =>
      `Не хватает новых версий ${number(n)} ${russian(n, 'кэша', 'кэшей', 'кэшей')}; устройство получит их, как только спросит.`,
    quietDo:
      'Проверьте, что оно включено и в сети, а приложение запущено и вход выполнен: с истёкшим токеном оно не спрашивает. Здесь делать ничего не нужно.',
    quietWhole: 'Всё, что оно хранит, по-прежнему последней версии.',
    behind: (n) => `Отстаёт в ${number(n)} ${russian(n, 'кэше', 'кэшах', 'кэшах')}`,
    behindText:
      'Новые версии загружены, и устройство недавно выходило на связь. С живым соединением они приходят за секунды, без него — при следующем запросе.',
    behindDo:
      'Подождите минуту и посмотрите снова. Если отставание остаётся, приложение не спрашивает эти кэши: откройте его или запустите заново.',
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
      'Data on the device itself stay there. If the device asks again with a valid token, it gets data as before and is listed again: revoke its token first.',
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
      `Сведения о выданном удаляются: ${number(n)} ${russian(n, 'запись', 'записи', 'записей')}. Устройство исчезает из всех списков.`,
    deviceKeeps:
      'Данные на самом устройстве остаются. Если оно обратится с действующим токеном, оно снова получит данные и появится здесь: сначала отзовите токен.',
    userRecords: (devices) => `Сведения о выданном всем устройствам пользователя удаляются: ${devices}.`,
    devices: (n) => `${number(n)} ${russian(n, 'устройство', 'устройства', 'устройств')}`,
    userCaches: (caches) =>
      `Кэши, принадлежащие только этому пользователю, очищаются, их задачи отменяются: ${caches}. Живые соединения закрываются.`,
    caches: (n) => `${number(n)} ${russian(n, 'кэш', 'кэша', 'кэшей')}`,
    atLeast: (text) => `не меньше: ${text}`,
    userKeeps:
      'Делайте это, когда ни один токен пользователя больше не действует: всё, что запросят позже, сохранится снова. В журнале действий вместо имени останется хеш.',
    forgotten: (n) => `Удалено: ${number(n)} ${russian(n, 'запись', 'записи', 'записей')}.`,
  },
);
