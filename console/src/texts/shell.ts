/** Texts round the screens: navigation, sign-in, results. */

import { russian, texts } from './texts.ts';

export const shell = texts(
  {
    skip: 'Skip to the content',
    navigation: 'Screens',
    overview: 'Overview',
    caches: 'Caches',
    me: 'Me',
    language: 'Language',
    theme: 'Colours',
    themeSystem: 'As the system',
    themeLight: 'Light',
    themeDark: 'Dark',
    signOut: 'Sign out',
    readOnly: 'read only',
    minutes: (n: number) => `${n} min left`,
    lastMinute: 'under a minute left',
    expired:
      'Your token has expired, or was refused. What you see stays; nothing is asked or changed until you sign in again.',
    signInAgain: 'Sign in again',
    signIn: 'Sign in',
    token: 'Token',
    tokenHint:
      'A JWT with the scope cache:inspect, or cache:admin for changes. It stays in the memory of this page alone. On a machine that runs the service:',
    onceFailed:
      'The one-time link was used already or is older than 10 minutes. Start the service again for another one, or paste a token.',
    results: 'Results of actions',
    running: 'Running',
    done: 'Done',
    failed: 'Failed',
  },
  {
    skip: 'К содержимому',
    navigation: 'Разделы',
    overview: 'Обзор',
    caches: 'Кэши',
    me: 'Обо мне',
    language: 'Язык',
    theme: 'Цвета',
    themeSystem: 'Как в системе',
    themeLight: 'Светлые',
    themeDark: 'Тёмные',
    signOut: 'Выйти',
    readOnly: 'только чтение',
    minutes: (n) => `${russian(n, 'осталась', 'осталось', 'осталось')} ${n} мин`,
    lastMinute: 'осталось меньше минуты',
    expired:
      'Токен истёк или не принят. Всё на экране остаётся; до нового входа ничего не запрашивается и не меняется.',
    signInAgain: 'Войти снова',
    signIn: 'Войти',
    token: 'Токен',
    tokenHint:
      'JWT с областью cache:inspect, для изменений cache:admin. Он хранится только в памяти этой страницы. На машине, где работает сервис:',
    onceFailed: 'Одноразовая ссылка уже использована или старше 10 минут. Запустите сервис снова или вставьте токен.',
    results: 'Результаты действий',
    running: 'Выполняется',
    done: 'Готово',
    failed: 'Ошибка',
  },
);
