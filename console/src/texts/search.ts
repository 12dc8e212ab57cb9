/** Texts of the search. */

import { texts } from './texts.ts';

export const searchTexts = texts(
  {
    title: 'Search',
    of: (text: string) => `Search: ${text}`,
    devices: 'Devices of this name',
    user: 'User',
    devicesOf: (user: string) => `Devices of ${user}`,
    resource: 'Resource',
    cachesOf: (title: string) => `Caches of ${title}`,
    nothing: 'Nothing of that name was found.',
    how: 'Names are looked up whole and as they are, capital letters too: a device, a user or a resource; also a task id and the key of a cache.',
    allDevices: 'All devices',
    none: 'None.',
  },
  {
    title: 'Поиск',
    of: (text) => `Поиск: ${text}`,
    devices: 'Устройства с этим именем',
    user: 'Пользователь',
    devicesOf: (user) => `Устройства пользователя ${user}`,
    resource: 'Ресурс',
    cachesOf: (title) => `Кэши ресурса ${title}`,
    nothing: 'С таким именем ничего не найдено.',
    how: 'Имя ищется целиком и точно, включая прописные буквы: устройство, пользователь или ресурс; а также номер задачи и ключ кэша.',
    allDevices: 'Все устройства',
    none: 'Нет.',
  },
);
