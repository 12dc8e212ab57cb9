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
    moreDevices: 'Search for more devices',
    moreResources: 'Search for more resources',
    cachesOf: (title: string) => `Caches of ${title}`,
    nothing: 'Nothing with that name was found.',
    how: 'Search for devices and resources by words of their names, in upper or lower case; for a user by the whole name; for a task by its id; for a cache by its key.',
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
    how: 'Устройства и ресурсы ищутся по словам из имени без учёта регистра, пользователь — по полному имени, задача — по номеру, кэш — по ключу.',
    allDevices: 'Все устройства',
    none: 'Нет.',
  },
);
