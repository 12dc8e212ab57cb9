// Lists the caches that fail right now, each with the steps that the page has for its code.
const said = document.querySelector('#said');
const list = document.querySelector('#caches');

document.querySelector('#ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  list.replaceChildren();
  said.textContent = 'Asking …';
  try {
    const { caches, isAll } = await failing(document.querySelector('#token').value.trim());
    list.append(...caches.map(described));
    said.textContent = caches.length === 0 ? 'No cache fails.' : `${caches.length}${isAll ? '' : ' or more'} fail.`;
  } catch (error) {
    said.textContent = error.message;
  }
});

// The first page of the list. The token stays in this page.
async function failing(token) {
  const answer = await fetch('/api/v1/caches/?state=failing&limit=100', {
    headers: { Authorization: `Bearer ${token}` },
    cache: 'no-store',
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title}: ${body.detail}`);
  return { caches: body, isAll: !answer.headers.has('Link') };
}

function described({ key, resource_title, parameters, last_error }) {
  const { type, title, detail, since, failures, next_try } = last_error;
  const times = failures === null ? '' : ` ${failures} in a row.`;
  const steps = document.querySelector(`[data-steps="${CSS.escape(type.split('#')[1])}"]`);
  const section = document.createElement('section');
  section.append(
    element('h3', `${resource_title} ${JSON.stringify(parameters)}`),
    element('p', `${title}. ${detail}`),
    element('p', `Since ${since ?? 'an unknown time'}.${times} Next try: ${next_try}. Key: ${key}`),
    steps === null ? element('p', 'See the problems page.') : copyOf(steps),
  );
  return section;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function copyOf(steps) {
  const made = document.createElement('p');
  made.append(...steps.cloneNode(true).childNodes);
  return made;
}
