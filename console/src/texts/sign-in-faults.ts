/** Why a sign-in at the provider failed, and what to do. */

import { texts } from './texts.ts';

export const signInFaults = texts(
  {
    denied: 'The provider does not let you in.',
    deniedToDo: 'Ask the administrator of the provider to give you access to the console, or sign in as another user.',
    foreign: 'This answer of the provider does not belong to a sign-in that began in this tab.',
    foreignToDo: 'It was already used, or its link was opened elsewhere. Sign in again.',
    stale: 'The provider no longer accepts its own answer.',
    staleToDo: 'It was already used, or is too old. Sign in again.',
    provider: 'The provider refused the sign-in.',
    providerToDo:
      'For the operator of the service: compare CONSOLE_OIDC_CLIENT_ID, CONSOLE_OIDC_SCOPE and CONSOLE_OIDC_PARAMS with the registration at the provider, which must be a public client with this address of the console.',
    away: 'The provider cannot sign anybody in at the moment.',
    awayToDo: 'Try again in a few minutes. Until then, paste a token.',
    'no-answer': 'The browser got no answer from the provider.',
    'no-answerToDo':
      'Check the network. If it works, either the provider does not allow the address of the console (CORS, “web origins”), or CONSOLE_OIDC_ISSUER is wrong.',
    discovery: 'The discovery document of the provider is missing or belongs to another issuer.',
    discoveryToDo: 'CONSOLE_OIDC_ISSUER must be exactly the issuer in the discovery document.',
    'id-token': 'The provider answered with an ID token that does not belong to this sign-in.',
    'id-tokenToDo':
      'Check the clock of this machine, then sign in again. If that does not help, tell the administrator of the provider.',
    insecure: 'The browser does not allow sign-in on a page that was not loaded over https.',
    insecureToDo: 'Open the console at its https address, or paste a token.',
    'no-room': 'The browser has no room to keep what you typed while you sign in.',
    'no-roomToDo':
      'Nothing is lost yet: copy what you typed to a safe place and load the page again, or paste a token here.',
    release: 'A part of the console could not be loaded. A new release may have been deployed.',
    releaseToDo: 'Copy what you typed, and load the page again.',
    refused: 'You are signed in at the provider, but the service does not accept its token.',
    refusedToDo:
      'The token must be a JWT for this service. For the operator: compare JWT_ISSUER and JWT_AUDIENCE with the token, and request such a token with CONSOLE_OIDC_PARAMS or CONSOLE_OIDC_SCOPE. The log says which claim was refused.',
  },
  {
    denied: 'Провайдер не разрешил вам войти.',
    deniedToDo: 'Попросите администратора провайдера дать вам доступ к консоли или войдите под другим именем.',
    foreign: 'Этот ответ провайдера не относится ко входу, начатому в этой вкладке.',
    foreignToDo: 'Он уже использован, или ссылку открыли в другом месте. Войдите снова.',
    stale: 'Провайдер больше не принимает свой ответ.',
    staleToDo: 'Он уже использован или устарел. Войдите снова.',
    provider: 'Провайдер отказал во входе.',
    providerToDo:
      'Администратору сервиса: сверьте CONSOLE_OIDC_CLIENT_ID, CONSOLE_OIDC_SCOPE и CONSOLE_OIDC_PARAMS с регистрацией у провайдера. Там должен быть публичный клиент с этим адресом консоли.',
    away: 'Вход через провайдера сейчас невозможен.',
    awayToDo: 'Повторите через несколько минут. Пока можно вставить токен.',
    'no-answer': 'Браузер не получил ответа провайдера.',
    'no-answerToDo':
      'Проверьте сеть. Если она работает, то либо провайдер не разрешает адрес консоли (CORS, «web origins»), либо неверен CONSOLE_OIDC_ISSUER.',
    discovery: 'Документ обнаружения (discovery) провайдера отсутствует или принадлежит другому issuer.',
    discoveryToDo: 'CONSOLE_OIDC_ISSUER должен в точности совпадать с issuer в этом документе.',
    'id-token': 'ID-токен в ответе провайдера не относится к этому входу.',
    'id-tokenToDo':
      'Проверьте часы этого компьютера и войдите снова. Если не поможет, сообщите администратору провайдера.',
    insecure: 'Браузер не разрешает вход на странице, открытой не по https.',
    insecureToDo: 'Откройте консоль по адресу https или вставьте токен.',
    'no-room': 'Браузеру не хватает места, чтобы сохранить введённое на время входа.',
    'no-roomToDo':
      'Пока ничего не потеряно: скопируйте введённое в надёжное место и загрузите страницу заново или вставьте токен здесь.',
    release: 'Не удалось загрузить часть консоли. Возможно, вышла новая версия.',
    releaseToDo: 'Скопируйте введённое и загрузите страницу заново.',
    refused: 'Вы вошли через провайдера, но сервис не принимает его токен.',
    refusedToDo:
      'Токен должен быть JWT для этого сервиса. Администратору сервиса: сверьте JWT_ISSUER и JWT_AUDIENCE с токеном и запросите такой токен через CONSOLE_OIDC_PARAMS или CONSOLE_OIDC_SCOPE. В журнале указано, какое поле отклонено.',
  },
);
