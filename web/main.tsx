import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { client, inbox } from './state/chat.ts';
import { notifyOfNews } from './state/notifications.ts';
import { viewTitle } from './state/title.ts';
import { texts } from './texts.ts';
import './styles/style.css';

document.documentElement.lang = texts.language;
document.documentElement.dir = texts.direction;
render(<App />, document.getElementById('app') as HTMLElement);

effect(() => {
  document.title = texts.title(inbox.unread.value, viewTitle.value);
});
notifyOfNews();

// A file that is dropped beside its aim would be opened instead of the page.
for (const moment of ['dragover', 'drop'] as const) {
  addEventListener(moment, (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
}

// Without storage there is nothing to go on with.
void client.resume();
