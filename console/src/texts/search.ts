/** Texts of the search. */

import { texts } from './texts.ts';

export const searchTexts = texts(
  {
    title: 'Search',
    of: (text: string) => `Search: ${text}`,
    devices: 'Devices',
    user: 'User',
    devicesOf: (user: string) => `Devices of ${user}`,
    resource: 'Resources',
    moreDevices: 'Look for further devices',
    moreResources: 'Look for further resources',
    cachesOf: (title: string) => `Caches of ${title}`,
    nothing: 'Nothing of that name was found.',
    how: 'Devices and resources are found by words of their names, capital letters or not; a user by the whole name; also a task id and the key of a cache.',
    allDevices: 'All devices',
    none: 'None.',
  },
  {
    title: 'Поиск',
    of: (text) => `Поиск: ${text}`,
    devices: 'Устройства',
    user: 'Пользователь',
    devicesOf: (user) => `Устройства пользователя ${user}`,
    resource: 'Ресурсы',
    moreDevices: 'Искать другие устройства',
    moreResources: 'Искать другие ресурсы',
    cachesOf: (title) => `Кэши ресурса ${title}`,
    nothing: 'С таким именем ничего не найдено.',
    how: 'Устройства и ресурсы ищутся по словам их имён, без учёта прописных букв; пользователь — по полному имени; а также номер задачи и ключ кэша.',
    allDevices: 'Все устройства',
    none: 'Нет.',
  },
);
