/** Begins Tablet. Read on in account.ts (the client), then listing-page.tsx (a cache on the screen). */

import { createRoot } from 'react-dom/client';
import { start } from './account.ts';
import { App } from './app.tsx';
import { keepShell } from './install.ts';
import { followAddress } from './route.ts';

// A token in the address is taken out of it before the rest of the address is read.
start();
followAddress();
keepShell();
const place = document.getElementById('tablet');
if (place !== null) createRoot(place).render(<App />);
