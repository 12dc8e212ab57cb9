// Starts the reader on the page that src/http/routes/docs.ts serves.

/** Where the tab keeps its token: gone with the tab, and seen by no other. */
const KEPT = 'freshet.token';

/** As the system has it, also when that changes. The reader's own styles follow the class. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const followScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followScheme);
followScheme();

/** Keeps the token that is given, and drops it when one logs out. */
const keepToken = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize) => (given) => {
          if (given.bearer) sessionStorage.setItem(KEPT, given.bearer.value);
          return authorize(given);
        },
        logout: (logout) => (names) => {
          sessionStorage.removeItem(KEPT);
          return logout(names);
        },
      },
    },
  },
});

const reader = SwaggerUIBundle({
  dom_id: '#reader',
  url: document.querySelector('#reader').dataset.openapi,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The usual validator is a web service elsewhere.
  validatorUrl: null,
  plugins: [keepToken],
  onComplete: () => {
    const token = sessionStorage.getItem(KEPT);
    if (token !== null) reader.preauthorizeApiKey('bearer', token);
  },
});
