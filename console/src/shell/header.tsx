import { leave } from '../api/provider.ts';
import { hasExpired, may, minutesLeft, session } from '../api/session.ts';
import { common } from '../texts/common.ts';
import { remaining } from '../texts/format.ts';
import { shell } from '../texts/shell.ts';
import { LANGUAGES, language, speak } from '../texts/texts.ts';
import { Link } from '../ui/link.tsx';
import { addressOf, path } from './router.ts';
import { SCREENS } from './screens.ts';
import { SearchBox } from './search-box.tsx';
import { chooseTheme, THEMES, theme } from './theme.ts';

/** Name, navigation, signed-in user and remaining time, language and colours. */
export function Header() {
  const t = shell();
  return (
    <header class="bar">
      <Link class="brand" to={addressOf('')}>
        {common().product}
      </Link>
      <SearchBox />
      <Navigation />
      <div class="who">
        <p>
          <span class="user">{session.value?.user}</span>
          {!may('cache:admin') && <span class="tag">{t.readOnly}</span>}
        </p>
        {!hasExpired.value && (
          <p class="faint">{minutesLeft.value > 0 ? t.remaining(remaining(minutesLeft.value)) : t.lastMinute}</p>
        )}
        <Preferences />
        <button type="button" class="small" onClick={() => void leave()}>
          {t.signOut}
        </button>
      </div>
    </header>
  );
}

function Navigation() {
  const here = path.value;
  const under = SCREENS.find(({ pattern, under: parent }) => parent && here.startsWith(`${parent}/`) && pattern)?.under;
  return (
    <nav aria-label={shell().navigation}>
      <ul>
        {SCREENS.map(
          ({ pattern, label }) =>
            label && (
              <li key={pattern}>
                <Link to={addressOf(pattern)} current={pattern === here || pattern === under}>
                  {label()}
                </Link>
              </li>
            ),
        )}
      </ul>
    </nav>
  );
}

const NAMES = { en: 'English', ru: 'Русский' } as const;

/** Language and colours. */
export function Preferences() {
  const t = shell();
  const themes = { system: t.themeSystem, light: t.themeLight, dark: t.themeDark };
  return (
    <div class="preferences">
      <select
        aria-label={t.language}
        value={language.value}
        onChange={(event) => speak(LANGUAGES.find((name) => name === event.currentTarget.value) ?? 'en')}
      >
        {LANGUAGES.map((name) => (
          <option key={name} value={name} lang={name}>
            {NAMES[name]}
          </option>
        ))}
      </select>
      <select
        aria-label={t.theme}
        value={theme.value}
        onChange={(event) => chooseTheme(THEMES.find((name) => name === event.currentTarget.value) ?? 'system')}
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {themes[name]}
          </option>
        ))}
      </select>
    </div>
  );
}
