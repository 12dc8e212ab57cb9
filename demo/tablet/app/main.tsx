/** Starts Tablet. Continue reading in account.ts (the client), then listing-page.tsx (a cache on the screen). */

import { createRoot } from 'react-dom/client';
import { start } from './account.ts';
import { App } from './app.tsx';
import { keepShell } from './install.ts';
import { followAddress } from './route.ts';

// Removes a token from the address before anything else reads the address.
start();
followAddress();
keepShell();
const place = document.getElementById('tablet');
if (place !== null) createRoot(place).render(<App />);
