import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { client, inbox } from './state/chat.ts';
import { notifyOfNews } from './state/notifications.ts';
import { texts } from './texts.ts';
import './styles/style.css';

document.documentElement.lang = texts.language;
render(<App />, document.getElementById('app') as HTMLElement);

effect(() => {
  document.title = texts.title(inbox.unread.value);
});
notifyOfNews();

// Without storage there is nothing to go on with.
void client.resume();
