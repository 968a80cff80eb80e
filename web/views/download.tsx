import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Form } from '../parts/form.tsx';
import { client } from '../state/chat.ts';
import { texts } from '../texts.ts';

const words = texts.download;

/** So many lines become one part of the file. The browser may keep parts on disk, but not texts. */
const LINES_OF_A_PART = 1_000;

/** Downloads all that the server stores about the user, as JSON lines in one file. */
export function Download({ username }: { readonly username: string }) {
  const messages = useSignal<number | undefined>(undefined);
  const isGone = useSignal(false);
  useEffect(
    () => () => {
      isGone.value = true;
    },
    [isGone],
  );

  const download = async () => {
    messages.value = 0;
    try {
      const parts: Blob[] = [];
      const lines: string[] = [];
      for await (const line of client.exportData()) {
        // Whoever leaves the page has changed their mind.
        if (isGone.peek()) return;
        lines.push(`${JSON.stringify(line)}\n`);
        if (line.type === 'message') messages.value += 1;
        if (lines.length === LINES_OF_A_PART) parts.push(new Blob(lines.splice(0)));
      }
      save(new Blob([...parts, ...lines], { type: 'application/x-ndjson' }), `parley-${username}.jsonl`);
    } finally {
      messages.value = undefined;
    }
  };

  return (
    <Form submit={words.submit} done={words.done} fields={[]} onSubmit={download}>
      {() => (
        <p class="hint" role="status">
          {messages.value === undefined ? words.hint : words.progress(messages.value)}
        </p>
      )}
    </Form>
  );
}

/** A minute is long enough for every browser to begin with the file, after which its address may be forgotten. */
const KEPT_MS = 60_000;

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
