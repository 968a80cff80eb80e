import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { viewTitle } from './parts/view-head.tsx';
import { client, inbox } from './state/chat.ts';
import { showNotifications } from './state/notifications.ts';
import { texts } from './texts.ts';
import './styles/style.css';

document.documentElement.lang = texts.language;
document.documentElement.dir = texts.direction;
render(<App />, document.getElementById('app') as HTMLElement);

effect(() => {
  document.title = texts.title(inbox.unread.value, viewTitle.value);
});
showNotifications();

// Otherwise the browser would open a file that is dropped on the page.
for (const type of ['dragover', 'drop'] as const) {
  addEventListener(type, (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
}

// Logs in with the tokens of an earlier page, if there are any.
void client.resume();
